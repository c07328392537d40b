"""Who types a code at a machine without a tablet? A plain numeric USB keypad beside the badge reader (R57).

The same rules as the tablet's pad: digits count only while the display asks for a code, Enter sends them, and they are
kept nowhere else. Backspace, or the keypad's point or minus, takes them all back.
"""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Final, Protocol

from node.doorman.events import PinTyped
from node.doorman.face.kiosk.offering import PADS, PIN_DIGITS
from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing

DIGITS: Final = {
    **dict(zip(range(2, 12), "1234567890", strict=True)),  # KEY_1 to KEY_0
    **dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True)),  # the keypad's own
}  # linux/input-event-codes.h, by place: neither a layout nor Num Lock matters
ENTER: Final = frozenset({28, 96})
WIPE: Final = frozenset({14, 83, 74})  # KEY_BACKSPACE, KEY_KPDOT, KEY_KPMINUS


class Listens(Protocol):
    """What reads the keys, in its own thread."""

    def start(self) -> None:
        """Listen from now on."""
        ...

    def stop(self) -> None:
        """Listen no more."""
        ...


class NumpadFace:
    """A keypad as a part of the face: it shows nothing, but knows from what is shown when a code is wanted."""

    def __init__(
        self, listen: Callable[[Callable[[int], None], Callable[[bool], None]], Listens],
        put: Callable[[object], None], site: str = "",
    ) -> None:  # fmt: skip
        self._put, self._site = put, site
        self._one = Lock()  # the keys come from their own thread
        self._digits = self._asked = self._sent = ""
        self._now_ms = 0
        self._keys = listen(self.press, self.heard)
        self._keys.start()

    @property
    def pressable(self) -> bool:
        """Whether a code can be typed: as one is fitted."""
        return True

    def show(self, showing: Showing) -> Screen:
        """Note whether a code is asked for now, and of which question; what was typed for another is forgotten."""
        name = screen(replace(showing, online=True), self._site).name
        asked = f"{name} {showing.said.since_ms}" if name in PADS and showing.said else ""
        with self._one:
            if asked != self._asked:
                self._digits, self._asked = "", asked
            self._now_ms = showing.now_ms
        return screen(showing, self._site)

    def close(self) -> None:
        """Listen no more."""
        self._keys.stop()

    def press(self, code: int) -> None:
        """A key went down."""
        with self._one:
            if self._asked in ("", self._sent) or code in WIPE:
                self._digits = ""
            elif code in ENTER:
                self._send()
            elif len(self._digits) < PIN_DIGITS.stop:  # one too many is no code, and never a growing text
                self._digits += DIGITS.get(code, "")

    def heard(self, lost: bool) -> None:
        """The keypad was pulled out, or is back: half a code is none."""
        with self._one:
            self._digits = ""

    def _send(self) -> None:
        digits, self._digits = self._digits, ""
        if len(digits) in PIN_DIGITS:
            self._sent = self._asked  # once; after a wrong one it is asked anew
            self._put(PinTyped(digits, self._now_ms))
