"""How does the machine glow and beep? An RGB LED and a buzzer on GPIO.

Wiring (BCM, [face] of node.toml): red 16, green 20, blue 21 through 330 ohm each to a common-cathode LED;
buzzer 12 through a transistor. Level at boot: the pins float, dark and silent; so they are after a crash.
No hazard: nothing here can power the machine. Nothing changes more than twice a second (WCAG 2.3.1).
"""

from typing import Any, Final

from gpiozero import RGBLED, Buzzer

from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing

RED, GREEN, BLUE, BUZZER = 16, 20, 21, 12
Colour = tuple[float, float, float]
COLOURS: Final[dict[str, Colour]] = {
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "white": (1, 1, 1),
    "violet": (1, 0, 1),
    "cyan": (0, 1, 1),
    "amber": (1, 0.5, 0),
    "red": (1, 0, 0),
    "off": (0, 0, 0),
}
DARK: Final = COLOURS["off"]
DOT: Final = COLOURS["amber"]
DIM: Final = 0.3
EVERY_30_S, AGAIN_MS = "every 30 s", 30_000
PULSES: Final = frozenset({"breathing", "spin", "sweep", "pulse", "chase"})
FAST_S, SLOW_S = 0.25, 0.5  # half a turn: 2 Hz and 1 Hz
DOT_S, BETWEEN_S = 0.5, 3.5  # offline: the amber dot, once in four seconds
SHORT_S, LONG_S, GAP_S = 0.15, 0.6, 0.2


class RingFace:
    """Light and sound of the screen; the text goes to a display where one is fitted."""

    def __init__(self, pins: tuple[int, int, int, int] = (RED, GREEN, BLUE, BUZZER), site: str = "") -> None:
        self._site = site
        red, green, blue, buzzer = pins
        self._led: Any = RGBLED(red, green, blue)
        self._buzzer: Any = Buzzer(buzzer)
        self._light = ""
        self._sound = ""
        self._beeped_ms = 0

    def show(self, showing: Showing) -> Screen:
        """Show it; the screen that it became."""
        shown = screen(showing, self._site)
        if shown.led != self._light:
            self._light = shown.led
            self._glow(shown.led)
        again = shown.buzz.endswith(EVERY_30_S) and showing.now_ms - self._beeped_ms >= AGAIN_MS
        if shown.buzz != self._sound or again:
            self._sound, self._beeped_ms = shown.buzz, showing.now_ms
            self._beep(shown.buzz)
        return shown

    def close(self) -> None:
        """Dark and silent."""
        self._led.close()
        self._buzzer.close()

    def _glow(self, light: str) -> None:
        """`<colour>[/<colour>] <manner>[ + amber dot]` in terms of the LED."""
        glow, _, dot = light.partition(" + ")
        names, _, manner = glow.partition(" ")
        first, _, second = names.partition("/")
        colour = COLOURS[first]
        if manner in PULSES:
            self._led.pulse(fade_in_time=1, fade_out_time=1, on_color=colour, background=True)
        elif manner in ("fast", "blink", "alternate"):
            half_s = FAST_S if manner == "fast" else SLOW_S
            self._turn(colour, COLOURS.get(second, DARK), half_s, half_s)
        elif dot:
            self._turn(_dimmed(colour, manner), DOT, BETWEEN_S, DOT_S)
        else:
            self._led.color = _dimmed(colour, manner)

    def _turn(self, one: Colour, other: Colour, one_s: float, other_s: float) -> None:
        self._led.blink(on_time=one_s, off_time=other_s, on_color=one, off_color=other, background=True)

    def _beep(self, sound: str) -> None:
        if not sound:
            return
        times = int(sound[0])
        long_s = LONG_S if "long" in sound else SHORT_S
        self._buzzer.beep(on_time=long_s, off_time=GAP_S, n=times, background=True)


def _dimmed(colour: Colour, manner: str) -> Colour:
    red, green, blue = colour
    part = DIM if "dim" in manner else 1
    return red * part, green * part, blue * part
