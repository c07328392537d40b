"""When is a machine free for so long? Its gaps in memory: seek, do not search.

Milliseconds since 1970 throughout. A gap is a span in which one seat is free and the house open, its start already on the grid.
SQL is the oracle (tests/hub/services/test_gaps.py).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.ports.bookings import HeldSpan

Gap = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a slot may start: every `step_ms` from each local midnight (R05); `midnights` reach over all that is asked."""

    midnights: Sequence[int]
    step_ms: int

    def ceil(self, at_ms: int) -> int:
        """The first grid point at or after `at_ms`."""
        place = bisect_right(self.midnights, at_ms) - 1
        over = (at_ms - self.midnights[max(place, 0)]) % self.step_ms
        return at_ms if over == 0 else at_ms - over + self.step_ms


@dataclass(frozen=True, slots=True)
class Room:
    """What is taken of each of a machine's seats, by start, and the gaps between, up to the horizon."""

    held: Sequence[Sequence[HeldSpan]]
    gaps: Sequence[Sequence[Gap]]
    grid: Grid
    _long_enough: dict[tuple[int, int], tuple[list[int], list[int]]] = field(default_factory=dict)

    def first(self, seat: int, at_ms: int, length_ms: int) -> int | None:
        """The earliest start on the grid, at or after `at_ms`, of so long a free time; None to the horizon."""
        starts, ends = self._gaps(seat, length_ms)
        place = bisect_right(starts, at_ms) - 1
        if place >= 0:
            start = self.grid.ceil(at_ms)
            if start + length_ms <= ends[place]:
                return max(start, starts[place])
        return starts[place + 1] if place + 1 < len(starts) else None

    def near(self, start_ms: int, end_ms: int) -> list[HeldSpan]:
        """What is taken between the two, and the neighbours before and after on each seat."""
        found: list[HeldSpan] = []
        for held in self.held:
            first = bisect_left(held, start_ms, key=_start)
            last = bisect_left(held, end_ms, key=_start)
            found += held[max(0, first - 1) : last + 1]
        return found

    def _gaps(self, seat: int, length_ms: int) -> tuple[list[int], list[int]]:
        known = self._long_enough.get((seat, length_ms))
        if known is None:
            fitting = [gap for gap in self.gaps[seat] if gap[1] - gap[0] >= length_ms]
            known = [start for start, _ in fitting], [end for _, end in fitting]
            self._long_enough[(seat, length_ms)] = known
        return known


def room_of(held: Iterable[HeldSpan], seats: Sequence[int], open_time: Sequence[Gap], grid: Grid) -> Room:
    """The gaps that `held` leaves in the open time (merged, in order) on each of these seats, in their order."""
    rows = sorted(held)
    of_seats = [[one for one in rows if one.seat == seat] for seat in seats]
    return Room(of_seats, [_gaps_between(open_time, busy, grid) for busy in of_seats], grid)


def _start(one: HeldSpan) -> int:
    return one.start_ms


def _gaps_between(open_time: Iterable[Gap], busy: Sequence[HeldSpan], grid: Grid) -> list[Gap]:
    found: list[Gap] = []
    place = 0
    for opens, closes in open_time:
        free_from = opens
        while place < len(busy) and busy[place].end_ms <= free_from:
            place += 1
        here = place
        while here < len(busy) and busy[here].start_ms < closes:
            _keep(found, free_from, busy[here].start_ms, grid)
            free_from = max(free_from, busy[here].end_ms)
            here += 1
        _keep(found, free_from, closes, grid)
    return found


def _keep(found: list[Gap], start_ms: int, end_ms: int, grid: Grid) -> None:
    start = grid.ceil(start_ms)
    if start < end_ms:
        found.append((start, end_ms))
