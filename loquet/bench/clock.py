"""What time is it on the bench? One leaping clock for every program of a demo.

The offsets to the machine's clock lie in one small file in the data folder, mapped by every program.
Wall and monotonic time leap together; a node's skew moves its wall clock alone.
"""

import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

MAGIC = 0x4C4F51_0001  # "LOQ", layout 1
HEAD = struct.Struct("<5q")  # magic, sequence, generation, wall offset ns, monotonic offset ns
SKEW = struct.Struct("<32sq")  # node id, skew of its wall clock ns
SKEWS = 64  # more nodes than one demo has ever shown
SIZE = HEAD.size + SKEWS * SKEW.size
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GATE_S = 0.002  # between two looks of a loop that woke while the clock is being moved
LONGEST_FREEZE_S = 2.0  # a launcher that died in the middle must not stop a machine for ever
LONGEST_WAIT_MS = 60_000  # a bound on one wait, so that a lost notification heals


class ClockFileError(ValueError):
    """The clock file is not one of ours."""


class ClockFile:
    """The offsets that all programs of one demo share; one writer (the launcher), many readers."""

    def __init__(self, path: Path) -> None:
        """Map the file at `path`, making it with zero offsets when it is not there."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size == 0:
                os.ftruncate(handle, SIZE)
                os.pwrite(handle, HEAD.pack(MAGIC, 0, 0, 0, 0), 0)
            if os.fstat(handle).st_size != SIZE:
                raise ClockFileError(f"{path} is not a bench clock")
            self._map = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)
        if HEAD.unpack_from(self._map, 0)[0] != MAGIC:
            raise ClockFileError(f"{path} is not a bench clock")

    def offsets(self) -> tuple[int, int, int]:
        """Read (generation, wall offset ns, monotonic offset ns) as one write left them."""
        while True:
            _, before, generation, wall_ns, mono_ns = HEAD.unpack_from(self._map, 0)
            _, after, *_ = HEAD.unpack_from(self._map, 0)
            if before == after and before % 2 == 0:
                return generation, wall_ns, mono_ns

    def move(self, wall_ns: int, mono_ns: int) -> None:
        """Add to both offsets as one step; a half-written head has an odd sequence."""
        _, sequence, generation, wall, mono = HEAD.unpack_from(self._map, 0)
        sequence += sequence % 2  # a writer that died in between left it odd
        struct.pack_into("<q", self._map, 8, sequence + 1)
        struct.pack_into("<3q", self._map, 16, generation + 1, wall + wall_ns, mono + mono_ns)
        struct.pack_into("<q", self._map, 8, sequence + 2)

    def skew_ns(self, node: str) -> int:
        """How far the wall clock of `node` is off, in ns; 0 for one never shifted."""
        for _, name, skew in self._skews():
            if name == node:
                return skew
        return 0

    def skew(self, node: str, skew_ns: int) -> None:
        """Set how far the wall clock of `node` is off."""
        free = None
        for at, name, _ in self._skews():
            if name == node:
                free = at
                break
            if not name and free is None:
                free = at
        if free is None:
            raise ClockFileError("no room for another node's clock")
        SKEW.pack_into(self._map, free, node.encode(), skew_ns)

    def _skews(self) -> list[tuple[int, str, int]]:
        rows = []
        for at in range(HEAD.size, SIZE, SKEW.size):
            name, skew = SKEW.unpack_from(self._map, at)
            rows.append((at, name.rstrip(b"\0").decode(), skew))
        return rows

    def close(self) -> None:
        """Let go of the mapping."""
        self._map.close()


class BenchClock:
    """The Clock port of hub and nodes over a shared clock file; `node` gives the skew to mind."""

    def __init__(self, path: Path, node: str | None = None) -> None:
        """Open the clock of the demo in whose data folder `path` lies."""
        self.file = ClockFile(path)
        self._node = node
        self._lock = threading.Lock()
        self._waits: dict[int, tuple[threading.Condition, int | None]] = {}
        self._wakes: list[Callable[[], None]] = []
        self._turns = 0
        self._frozen_until_s = 0.0

    def wall(self) -> datetime:
        """The bench's present instant, aware UTC, with this node's skew."""
        _, wall_ns, _ = self.file.offsets()
        skew_ns = self.file.skew_ns(self._node) if self._node else 0
        return EPOCH + timedelta(microseconds=(time.time_ns() + wall_ns + skew_ns) // 1000)

    def monotonic_ms(self) -> int:
        """CLOCK_BOOTTIME plus every leap so far, in ms."""
        _, _, mono_ns = self.file.offsets()
        return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) + mono_ns) // 1_000_000

    def generation(self) -> int:
        """How often this clock was moved."""
        return self.file.offsets()[0]

    def wait_until(self, condition: threading.Condition, due_ms: int | None, beat_ms: int | None) -> None:
        """Wait, holding `condition`, until notified or the earlier instant; a leap minds `due_ms` alone."""
        with self._lock:
            self._waits[id(condition)] = (condition, due_ms)
        try:
            ends = [at for at in (due_ms, beat_ms) if at is not None]
            left_ms = min([end - self.monotonic_ms() for end in ends], default=LONGEST_WAIT_MS)
            if left_ms > 0:
                condition.wait(min(left_ms, LONGEST_WAIT_MS) / 1000)
            while time.monotonic() < self._frozen_until_s:
                condition.wait(GATE_S)
        finally:
            with self._lock:
                self._waits.pop(id(condition), None)
                self._turns += 1

    def on_leap(self, wake: Callable[[], None]) -> None:
        """Have `wake` called after each leap."""
        self._wakes.append(wake)

    def freeze(self) -> None:
        """Let no loop go on that waits now: nothing may be under way while the clock is moved."""
        self._frozen_until_s = time.monotonic() + LONGEST_FREEZE_S

    def thaw(self) -> None:
        """Let them go on."""
        self._frozen_until_s = 0.0

    def leaped(self) -> None:
        """Tell this program that the clock was moved: callbacks first, then every waiter."""
        for wake in list(self._wakes):
            wake()
        with self._lock:
            waiting = [condition for condition, _ in self._waits.values()]
        for condition in waiting:
            with condition:
                condition.notify_all()

    def standing(self) -> dict[str, int | None]:
        """How many loops wait, how often one woke, and the earliest due instant in ms (or None)."""
        with self._lock:
            dues = [due for _, due in self._waits.values() if due is not None]
            return {"waiting": len(self._waits), "turns": self._turns, "due_ms": min(dues, default=None)}


def real_wall() -> datetime:
    """The machine's own present instant, aware UTC: where a bench clock starts from."""
    return EPOCH + timedelta(microseconds=time.time_ns() // 1000)


def real_s() -> float:
    """Seconds on the machine's own clock, which no leap moves: for bounds on waiting alone."""
    return time.monotonic()


def pause(seconds: float) -> None:
    """Let the machine's own time pass: between two looks at a program that is busy."""
    time.sleep(seconds)
