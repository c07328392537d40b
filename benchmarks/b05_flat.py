"""B5: does a booking cost the same with a million behind it? One seek finds the last start before the new end."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

from benchmarks.figure import Figure
from benchmarks.lab import Busy, must, sqlite_lab, standing
from benchmarks.rounds import Cost, Effort, compare, speed, timed
from hub.ports import Store

TURN = 100  # bookings: a checkpoint falls into each turn, as it does into each hundred of a hub's


def measure(effort: Effort) -> Iterator[Figure]:
    """100,000 and 1,000,000 rows, each beside none."""
    members = effort.size(400, 20)
    with ExitStack() as stack:
        empty = _booking(stack, stack.enter_context(sqlite_lab(0, members)), effort)
        for rows in (effort.size(100_000, 100), effort.size(1_000_000, 200)):
            full = _booking(stack, stack.enter_context(sqlite_lab(rows, members)), effort)
            found = compare(full, empty, effort)
            yield speed(("B5", f"a durable booking with {rows:,} rows : with none"), found, due=0.9, aim=1.0)


def _booking(stack: ExitStack, busy: Busy, effort: Effort) -> Cost:
    store: Store = stack.enter_context(standing(busy.url))
    numbers = count()
    for _ in busy.members:  # everybody has booked before, as in a hub that has run for a while
        must(store, busy.wish(next(numbers)))

    def run() -> float:
        must(store, busy.wish(next(numbers)))  # a hub has one house: the other's has been read between
        return timed(lambda: must(store, busy.wish(next(numbers))), effort.size(TURN, 1))

    return run
