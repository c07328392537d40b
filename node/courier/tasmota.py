"""Tasmota plugs: `cmnd/<topic>/…` in, `stat/<topic>/…` and `tele/<topic>/…` out; the timer is PulseTime1.

Source: the Tasmota documentation, "Commands" and "MQTT". PulseTime counts tenths of a second up to 111 and
seconds plus 100 from 112 on; it runs anew with every `Power1 ON`. It is set, and its answer waited for,
before anything is switched on. PowerOnState 0 keeps it off when the mains return; 5 would turn PulseTime about: it
would switch on where it is to switch off.
"""

from node.courier.plugs import NOTHING, Heard, Say, Step, dig, json_object, number

STATES = {"ON": True, "OFF": False}


class Tasmota:
    """A plug with Tasmota under its own `topic`, with the usual full topic `%prefix%/%topic%/`."""

    arms_first = True

    def __init__(self, topic: str, dead_man_s: int) -> None:
        self._topic, self._pulse = topic, dead_man_s + 100

    def topics(self) -> tuple[str, ...]:
        """Its last will, its results, its status."""
        stat, tele = f"stat/{self._topic}", f"tele/{self._topic}"
        return (f"{tele}/LWT", f"{tele}/SENSOR", f"{tele}/STATE", f"{stat}/RESULT", f"{stat}/STATUS8")

    def secure(self) -> tuple[Step, ...]:
        """Off when the mains return; the answer names it."""
        return (self._command("PowerOnState", "0"),)

    def arm(self) -> tuple[Step, ...]:
        """Set PulseTime; the answer names it."""
        return (self._command("PulseTime1", str(self._pulse)),)

    def on(self) -> tuple[Step, ...]:
        """On; PulseTime starts anew."""
        return (self._command("Power1", "ON"),)

    def off(self) -> tuple[Step, ...]:
        """Off."""
        return (self._command("Power1", "OFF"),)

    def ask(self) -> tuple[Step, ...]:
        """State, sensors (its own telemetry comes every five minutes only), timer."""
        return (self._command("Power1", ""), self._command("Status", "8"), self._command("PulseTime1", ""))

    def read(self, topic: str, payload: str) -> Heard:
        """One of the five topics."""
        if topic.endswith("/LWT"):
            return Heard(online=payload == "Online") if payload in {"Online", "Offline"} else NOTHING
        said = json_object(payload)
        power = said.get("POWER1", said.get("POWER"))
        watts = number(dig(said, "ENERGY", "Power"))
        if watts is None:
            watts = number(dig(said, "StatusSNS", "ENERGY", "Power"))
        pulse = number(dig(said, "PulseTime1", "Set"))
        armed = None if pulse is None else pulse == self._pulse
        stays = number(said.get("PowerOnState"))
        return Heard(
            on=STATES.get(power) if isinstance(power, str) else None,
            watts=watts,
            armed=armed,
            safe=None if stays is None else stays == 0,
        )

    def answered(self, body: str) -> Heard:
        """Nothing is called."""
        return NOTHING

    def _command(self, name: str, payload: str) -> Say:
        return Say(f"cmnd/{self._topic}/{name}", payload)
