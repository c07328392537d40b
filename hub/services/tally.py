"""What is counted while the hub works? What a write took, and why a door said no; all else stands in the database anyway.

Whoever writes pays for two readings of a clock and an append, about half a microsecond, and waits for nobody: `deque.append` and
`set.add` need no lock of ours. The rest is summed up by whoever asks.
"""

import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hub.clock import stopwatch_ns
from hub.ports import Store, Tx

T = TypeVar("T")
BOUNDS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""From a desk's disk (1 ms) over an SD card's commit (8 ms) to Busy (5 s)."""
MOST_KEPT: Final = (
    32_768  # writes between two looks, 1 MB; at 1,000 a second a watcher may look twice a minute
)
NS: Final = 1_000_000_000


@dataclass(slots=True)
class Histogram:
    """How many took at most so long, as Prometheus counts: each bound counts all below it."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_ns: int = 0

    def take(self, took_ns: int) -> None:
        """One more."""
        self.counts[bisect_left(BOUNDS_S, took_ns / NS)] += 1
        self.total_ns += took_ns


class Tally:
    """The counts of one process, from its start on."""

    def __init__(self) -> None:
        self._took: deque[int] = deque(maxlen=MOST_KEPT)
        self._under_way: set[int] = set()
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._writes = Histogram()
        self._turn = threading.Lock()  # of who looks, and of who is refused: never of who writes

    def begin(self) -> int:
        """Somebody asks for a write; since when."""
        self._under_way.add(threading.get_ident())
        return stopwatch_ns()

    def end(self, since_ns: int) -> None:
        """It is written, or refused by the database."""
        self._took.append(stopwatch_ns() - since_ns)
        self._under_way.discard(threading.get_ident())

    def refused(self, door: str, code: str) -> None:
        """A door said no."""
        with self._turn:
            self._refusals[door, code] += 1

    @property
    def under_way(self) -> int:
        """How many wait for their write, or are being written."""
        return len(self._under_way)

    def refusals(self) -> Mapping[tuple[str, str], int]:
        """How often each door said no, by (door, code)."""
        with self._turn:
            return dict(self._refusals)

    def writes(self) -> Histogram:
        """How long the writes took, waiting for their turn and for the disk included."""
        with self._turn:
            while self._took:
                self._writes.take(self._took.popleft())
            return Histogram(list(self._writes.counts), self._writes.total_ns)


class Timed:
    """A Store whose writes are counted."""

    def __init__(self, store: Store, tally: Tally) -> None:
        self._store, self._tally = store, tally

    def read(self, fn: Callable[[Tx], T]) -> T:
        """As the store reads."""
        return self._store.read(fn)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """As the store writes."""
        since = self._tally.begin()
        try:
            return self._store.write(fn)
        finally:
            self._tally.end(since)


TALLY: Final = Tally()  # of this process, as its log is
