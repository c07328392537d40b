"""Who looks at the reader, and how often? One thread that only puts into the inbox.

The pace is that of the hardware, on real time: a bench that leaps does not poll more.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

from gpiozero import GPIOZeroError

from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from node.doorman.reader.iso14443 import Unclear
from node.doorman.reader.steady import Seen, Steady
from node.ports import Clock

log = logging.getLogger(__name__)
POLL_S = 0.05  # two readings within 100 ms of laying the card
CHECK_POLLS = 60  # 3 s: the chip itself is looked at, so that a dead one is told within 5 s


class Reads(Protocol):
    """What the poller needs of a reader; `FencedReader` is one."""

    def alive(self) -> bool:
        """Whether the chip answers as it should."""
        ...

    def MFRC522_Init(self) -> None:  # noqa: N802  the package's name
        """Set the chip up anew."""
        ...

    def read_uid(self) -> bytes | None:
        """The card's UID, None without a card; Unclear."""
        ...

    def Close_MFRC522(self) -> None:  # noqa: N802  the package's name
        """Give bus and pin back."""
        ...


class Poller:
    """One look at a time: what it saw goes to `put`."""

    def __init__(self, make_reader: Callable[[], Reads], put: Callable[[object], None], clock: Clock) -> None:
        self._make, self._put, self._clock = make_reader, put, clock
        self._reader: Reads | None = None
        self._steady = Steady()
        self._lost = False
        self._polls = 0
        self._clear = self._unclear = 0
        self._end = Event()
        self._thread = Thread(target=self._run, name="reader", daemon=True)

    @property
    def readings(self) -> tuple[int, int]:
        """How many readings of a card were clear, and how many were not, since the start."""
        return self._clear, self._unclear

    def start(self) -> None:
        """Look from now on, in an own thread."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more and give the hardware back."""
        self._end.set()
        self._thread.join(5)

    def _run(self) -> None:
        try:
            while not self._end.wait(POLL_S):
                self.look()
        finally:
            if not self._end.is_set():  # a fault of ours must not look like an empty reader
                self._put(ReaderLost())
            self._close()

    def look(self) -> None:
        """One poll. A bus that breaks is a lost reader, tried again at the next check."""
        due = self._polls % CHECK_POLLS == 0
        self._polls += 1
        try:
            if due:
                self._check()
            if not self._lost and self._reader is not None:
                self._read(self._reader)
        except (OSError, ImportError, GPIOZeroError):
            self._report(lost=True)

    def _check(self) -> None:
        if self._reader is None:
            self._reader = self._make()
        alive = self._reader.alive()
        if not alive or self._lost:
            self._reader.MFRC522_Init()
            alive = self._reader.alive()
        self._report(lost=not alive)

    def _report(self, *, lost: bool) -> None:
        if lost == self._lost:
            return
        self._lost = lost
        log.warning("reader lost" if lost else "reader back")
        self._put(ReaderLost() if lost else ReaderBack())

    def _read(self, reader: Reads) -> None:
        seen = self._look_once(reader)
        if seen is Seen.AGAIN:
            seen = self._look_once(reader)
        if isinstance(seen, bytes):
            self._put(TapSeen(seen, self._clock.monotonic_ms()))
        elif seen is Seen.GONE:
            self._put(CardGone())

    def _look_once(self, reader: Reads) -> bytes | Seen:
        try:
            uid = reader.read_uid()
        except Unclear:
            self._unclear += 1
            return self._steady.saw_unclear()
        self._clear += uid is not None
        return self._steady.saw_nothing() if uid is None else self._steady.saw(uid)

    def _close(self) -> None:
        try:
            if self._reader is not None:
                self._reader.Close_MFRC522()
        except OSError:
            log.warning("reader would not close")
