"""What is free instead? Bookable slots of the same length, the next ones first."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge as heap_merge
from itertools import islice, takewhile

from core.booking import standing, timing
from core.booking.policy import bookable
from core.booking.request import BookingRules, Request, Taken, Wanted
from core.timeline import Span, grid_ceil, local_day, subtract


def alternatives(
    wanted: Wanted, taken: Sequence[Taken], rules: BookingRules, now: datetime, most: int = 3
) -> tuple[Span, ...]:
    """Up to `most` bookable slots of the same length, in order: the next ones, else the nearest before.

    Of a length that may not be booked, or on a machine that is down, there is none.
    """
    request = Request(wanted, taken, rules, now)
    hopeless = timing.wrong_length(request) or standing.down(request) or standing.for_staff(request)
    if hopeless or timing.off_step(wanted, rules.policy.step_min):
        return ()
    after = tuple(islice(slots(request, max(now, wanted.start)), most))
    if len(after) == most:
        return after
    limit = after[0].start if after else wanted.end
    before = takewhile(lambda span: span.start < wanted.start, slots(request, now))
    nearest = deque((span for span in before if span.end <= limit), maxlen=most - len(after))
    return (*nearest, *after)


def slots(request: Request, not_before: datetime) -> Iterator[Span]:
    """Bookable slots of the wanted length in order, side by side on each seat, to the horizon."""
    last = timing.last_day(request.policy, request.now, timing.horizon_d(request))
    of_seats = (_slots_of_seat(request, seat, not_before) for seat in request.rules.seats)
    before = None
    for span in heap_merge(*of_seats):
        if local_day(span.start, request.zone) > last:
            return
        if span != before:
            yield span
        before = span


def _slots_of_seat(request: Request, seat: int, not_before: datetime) -> Iterator[Span]:
    policy, length = request.policy, request.wanted.end - request.wanted.start
    last = timing.last_day(policy, request.now, timing.horizon_d(request))
    for free in _free_time(request, seat):
        start = grid_ceil(max(free.start, not_before), policy.step_min, policy.zone)
        while start + length <= free.end and local_day(start, policy.zone) <= last:
            span = Span(start, start + length)
            fits = _may_be_had(request, span)
            if fits:
                yield span
            start = grid_ceil(
                start + (length if fits else timedelta(minutes=policy.step_min)), policy.step_min, policy.zone
            )


def _free_time(request: Request, seat: int) -> tuple[Span, ...]:
    """When the seat is free and the house open; a run without its holder goes on past closing."""
    busy = [Span(one.start, one.end) for one in request.taken if one.seat == seat]
    if not request.wanted.runs_alone or not request.rules.openings:
        return subtract(request.open_time, busy)
    ends = [one.end for one in request.rules.openings]
    return subtract([Span(min(one.start for one in request.rules.openings), max(ends))], busy)


def _may_be_had(request: Request, span: Span) -> bool:
    other = request.wanted._replace(start=span.start, end=span.end)
    return bookable(Request(other, request.taken, request.rules, request.now))
