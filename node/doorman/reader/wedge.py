"""How is a USB reader that types like a keyboard read? Its keys alone, from /dev/input, with nobody else listening.

The device is grabbed (EVIOCGRAB): a badge number must not be typed into whatever has the focus. Keys are
taken by their place on the keyboard, so no layout matters. A device that is pulled out is tried again.
"""

import errno
import fcntl
import logging
import os
import select
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Final

from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from node.doorman.reader.typed import Format, uid_of
from node.ports import Clock

log = logging.getLogger(__name__)
EVENT: Final = struct.Struct("@llHHi")  # linux/input.h: time (2 longs), type, code, value
EV_KEY: Final = 0x01
PRESSED: Final = 1  # 0 released, 2 held down
EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int)
ENTER: Final = frozenset({28, 96})  # KEY_ENTER, KEY_KPENTER
KEYS: Final = {
    **dict(zip(range(2, 12), "1234567890", strict=True)),  # KEY_1 to KEY_0
    **dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True)),  # the keypad
    **dict(zip((30, 48, 46, 32, 18, 33), "abcdef", strict=True)),
}  # linux/input-event-codes.h
LONGEST: Final = 32  # keys of one badge: ten bytes in decimal are 25
AGAIN_S: Final = 2.0  # a device that is not there is looked for again
BURST: Final = 64  # events read at once


class Keys:
    """The keys of one device, in a thread of its own: `press(code)` for each that goes down, `told(lost)` when the
    device goes and when it comes again.
    """

    def __init__(self, device: Path, press: Callable[[int], None], told: Callable[[bool], None]) -> None:
        self._device, self._press, self._told = device, press, told
        self._lost = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = Thread(target=self._run, name="keys", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more and give the device back."""
        os.write(self._wake_write, b"x")
        self._thread.join(5)
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def _run(self) -> None:
        while not self._told_to_stop(0):
            try:
                self._listen()
            except OSError as problem:
                self._report(lost=True, why=errno.errorcode.get(problem.errno or 0, "?"))
                if self._told_to_stop(AGAIN_S):
                    return

    def _told_to_stop(self, wait_s: float) -> bool:
        return bool(select.select([self._wake_read], [], [], wait_s)[0])

    def _listen(self) -> None:
        device = os.open(self._device, os.O_RDONLY | os.O_NONBLOCK)
        try:
            grab(device)
            self._report(lost=False, why="")
            while self._wake_read not in (ready := select.select([device, self._wake_read], [], [])[0]):
                if ready:
                    self._take(os.read(device, EVENT.size * BURST))
        finally:
            os.close(device)

    def _take(self, octets: bytes) -> None:
        if not octets:
            raise OSError(errno.ENODEV, "the device has ended")
        for code in pressed(octets):
            self._press(code)

    def _report(self, *, lost: bool, why: str) -> None:
        if lost == self._lost:
            return
        self._lost = lost
        log.warning("event=reader_%s why=%s", "lost" if lost else "back", why)
        self._told(lost)


class Wedge:
    """A reader of badges: a line of keys and Enter is one."""

    def __init__(self, device: Path, written: Format, put: Callable[[object], None], clock: Clock) -> None:
        self._keys = Keys(device, self._pressed, self._heard)
        self._written = written
        self._put, self._clock = put, clock
        self._line = ""
        self._clear = self._unclear = 0

    @property
    def readings(self) -> tuple[int, int]:
        """How many lines were badges, and how many were none, since the start."""
        return self._clear, self._unclear

    def start(self) -> None:
        """Listen from now on."""
        self._keys.start()

    def stop(self) -> None:
        """Listen no more and give the device back."""
        self._keys.stop()

    def _pressed(self, code: int) -> None:
        if code in ENTER:
            self._line, line = "", self._line
            self._typed(line)
        elif len(self._line) <= LONGEST:  # one too many: never a badge, and never a growing text
            self._line += KEYS.get(code, "?")

    def _typed(self, line: str) -> None:
        uid = uid_of(line, self._written)
        if uid is None:
            if line:
                self._unclear += 1
                log.warning("event=badge_unreadable letters=%d", len(line))
            return
        self._clear += 1
        self._put(TapSeen(uid, self._clock.monotonic_ms()))
        self._put(CardGone())  # such a reader never says when the card goes

    def _heard(self, lost: bool) -> None:
        self._line = ""
        self._put(ReaderLost() if lost else ReaderBack())


def grab(device: int) -> None:
    """Keep the keys from everybody else. Raises OSError: an ungrabbed reader would type into a login."""
    fcntl.ioctl(device, EVIOCGRAB, 1)


def pressed(octets: bytes) -> Iterator[int]:
    """The codes of the keys that went down; a torn last event is left out."""
    whole = len(octets) - len(octets) % EVENT.size
    for _, _, kind, code, value in EVENT.iter_unpack(octets[:whole]):
        if kind == EV_KEY and value == PRESSED:
            yield code
