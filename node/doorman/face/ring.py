"""How does the machine glow and beep? An RGB LED and a buzzer on GPIO.

Wiring (BCM): red 5, green 6, blue 13 through 330 ohm each to a common-cathode LED; buzzer 12 through
a transistor. Level at boot: the pins float, dark and silent; so they are after a crash. No hazard:
nothing here can power the machine.
"""

from typing import Any

from gpiozero import RGBLED, Buzzer

from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing

RED, GREEN, BLUE, BUZZER = 5, 6, 13, 12
COLOURS = {
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "white": (1, 1, 1),
    "violet": (1, 0, 1),
    "cyan": (0, 1, 1),
    "amber": (1, 0.5, 0),
    "red": (1, 0, 0),
    "red-blue": (1, 0, 1),
    "off": (0, 0, 0),
}
EVERY_30_S, AGAIN_MS = "every 30 s", 30_000
PULSES = frozenset({"breathing", "spin", "sweep", "pulse"})
FAST = frozenset({"fast", "alternate"})  # 2 Hz at most (WCAG 2.3.1)


class RingFace:
    """Light and sound of the screen; the text goes to a display where one is fitted."""

    def __init__(self) -> None:
        self._led: Any = RGBLED(RED, GREEN, BLUE)
        self._buzzer: Any = Buzzer(BUZZER)
        self._light = ""
        self._sound = ""
        self._beeped_ms = 0

    def show(self, showing: Showing) -> Screen:
        """Show it; the screen that it became."""
        shown = screen(showing)
        if shown.led != self._light:
            self._light = shown.led
            self._glow(shown.led.split(" + ")[0])
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
        colour, _, manner = light.partition(" ")
        rgb = COLOURS.get(colour, COLOURS["white"])
        if manner in PULSES:
            self._led.pulse(fade_in_time=1, fade_out_time=1, on_color=rgb, background=True)
        elif manner in FAST:
            self._led.blink(on_time=0.25, off_time=0.25, on_color=rgb, background=True)
        else:
            dim = 0.3 if "dim" in manner else 1
            self._led.color = tuple(part * dim for part in rgb)

    def _beep(self, sound: str) -> None:
        if not sound:
            return
        times = int(sound[0])
        long_s = 0.6 if "long" in sound else 0.15
        self._buzzer.beep(on_time=long_s, off_time=0.2, n=times, background=True)
