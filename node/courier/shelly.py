"""Shelly plugs. Gen2 and later: JSON-RPC over MQTT, `toggle_after` in the command. Gen1: MQTT and one HTTP call.

Sources: the maker's API documentation, Gen2 "Switch" and "MQTT", Gen1 "MQTT", "Relay" and "Settings". Gen1 takes `on` and
`off` over MQTT but no timer; its HTTP call `/relay/0?turn=on&timer=N` does, and answers with `has_timer`.
"""

import json

from node.courier.plugs import NOTHING, Call, Heard, Say, Step, dig, flag, json_object, number


class ShellyGen2:
    """A Plus, Pro or Gen3 plug; `topic` is its MQTT prefix, `src` the topic its answers come to."""

    arms_first = False

    def __init__(self, topic: str, src: str, dead_man_s: int) -> None:
        self._topic, self._src, self._dead_man_s = topic, src, dead_man_s
        self._last = 0

    def topics(self) -> tuple[str, ...]:
        """Its life sign, its status, its notices, and the answers to us."""
        return (
            f"{self._topic}/online",
            f"{self._topic}/status/switch:0",
            f"{self._topic}/events/rpc",
            f"{self._src}/rpc",
        )

    def secure(self) -> tuple[Step, ...]:
        """Off when the mains return, and on by nobody's clock; then ask what it took of that."""
        wanted = {"initial_state": "off", "auto_on": False}
        return (self._call("Switch.SetConfig", config=wanted), self._call("Switch.GetConfig"))

    def arm(self) -> tuple[Step, ...]:
        """Nothing: the timer goes with the command."""
        return ()

    def on(self) -> tuple[Step, ...]:
        """On, and off again by itself after the dead-man's time."""
        return (self._call("Switch.Set", on=True, toggle_after=self._dead_man_s), *self.ask())

    def off(self) -> tuple[Step, ...]:
        """Off, without a timer that would switch it on again."""
        return (self._call("Switch.Set", on=False), *self.ask())

    def ask(self) -> tuple[Step, ...]:
        """Status of switch 0."""
        return (self._call("Switch.GetStatus"),)

    def read(self, topic: str, payload: str) -> Heard:
        """A life sign, a status, a notice, or an answer."""
        if topic == f"{self._topic}/online":
            return Heard(online=payload == "true") if payload in {"true", "false"} else NOTHING
        said = json_object(payload)
        if topic == f"{self._topic}/status/switch:0":
            return _status(said)
        if topic == f"{self._topic}/events/rpc":
            return _notice(dig(said, "params", "switch:0"))
        return _answer(said.get("result"))

    def answered(self, body: str) -> Heard:
        """Nothing is called."""
        return NOTHING

    def _call(self, method: str, **params: object) -> Say:
        self._last += 1
        call = {"id": self._last, "src": self._src, "method": method, "params": {"id": 0, **params}}
        return Say(f"{self._topic}/rpc", json.dumps(call))


def _answer(said: object) -> Heard:
    """A switch's configuration, or its status; an error says nothing."""
    kept = dig(said, "initial_state")
    if kept is not None:
        return Heard(safe=kept == "off" and dig(said, "auto_on") is not True)
    return _status(said)


def _notice(said: object) -> Heard:
    """The part of a switch's status that changed: a timer that is not named may run all the same."""
    heard = _status(said)
    return Heard(heard.on, heard.watts, heard.armed or None)


def _status(said: object) -> Heard:
    """A switch's whole status."""
    on = flag(dig(said, "output"))
    timed = number(dig(said, "timer_duration")) is not None
    return Heard(on=on, watts=number(dig(said, "apower")), armed=timed if on else None)


class ShellyGen1:
    """A first-generation plug; `topic` is `shellies/<id>`, `url` its own web server."""

    arms_first = False

    def __init__(self, topic: str, url: str, dead_man_s: int) -> None:
        self._topic, self._url, self._dead_man_s = topic, url, dead_man_s

    def topics(self) -> tuple[str, ...]:
        """Its life sign, its relay, its power."""
        return (f"{self._topic}/online", f"{self._topic}/relay/0", f"{self._topic}/relay/0/power")

    def secure(self) -> tuple[Step, ...]:
        """Off when the mains return, and on by nobody's clock; the answer names both."""
        return (Call(f"{self._url}/settings/relay/0?default_state=off&auto_on=0"),)

    def arm(self) -> tuple[Step, ...]:
        """Nothing: the timer goes with the call."""
        return ()

    def on(self) -> tuple[Step, ...]:
        """On, and off again by itself after the dead-man's time."""
        return (Call(f"{self._url}/relay/0?turn=on&timer={self._dead_man_s}"),)

    def off(self) -> tuple[Step, ...]:
        """Off."""
        return (Say(f"{self._topic}/relay/0/command", "off"),)

    def ask(self) -> tuple[Step, ...]:
        """Have everything published again."""
        return (Say(f"{self._topic}/command", "update"),)

    def read(self, topic: str, payload: str) -> Heard:
        """`on` or `off` (`overpower` is off: it has switched itself off), a number of watts, a life sign."""
        if topic == f"{self._topic}/relay/0":
            return Heard(on={"on": True, "off": False, "overpower": False}.get(payload))
        if topic == f"{self._topic}/relay/0/power":
            try:
                return Heard(watts=number(float(payload)))
            except ValueError:
                return NOTHING
        return Heard(online=payload == "true") if payload in {"true", "false"} else NOTHING

    def answered(self, body: str) -> Heard:
        """The relay's settings, or its state after the call."""
        said = json_object(body)
        if "default_state" in said:
            return Heard(safe=said["default_state"] == "off" and not said.get("auto_on"))
        return Heard(on=flag(said.get("ison")), armed=flag(said.get("has_timer")))
