"""May this slot be booked, and if not: every broken rule at once, and what is free instead.

BOOKING_RULES is the policy, in order of rank. Who may (certificate, membership at the slot's end, R14) is
worked out before by core.grants.right_of and handed in as `missing`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from heapq import merge as heap_merge
from itertools import islice, takewhile

from core.access import DOWN, objection
from core.calendars import Opening, bookable_by, next_start, open_for
from core.case import STAFF, Objection
from core.grants import MachinePolicy, Params, Refusal
from core.timeline import (
    Span,
    at_local,
    grid_ceil,
    grid_floor,
    local_day,
    local_minute,
    stamp,
    subtract,
)
from core.vocabulary import MachineStatus, Reason, ReservationKind, Role

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The slot that somebody wants; `roles` are those of the person whose slot it will be."""

    start: datetime
    end: datetime
    kind: ReservationKind = ReservationKind.BOOKING
    roles: tuple[Role, ...] = (Role.MEMBER,)

    @property
    def span(self) -> Span:
        """The time of the slot; raises BadInstant where it ends before it starts."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Taken:
    """A seat that is taken for [start, end)."""

    seat: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What the slot is held against: the machine's figures, opening times, and what the person lacks.

    `openings` reach at least over the wanted slot's days; for alternatives to the horizon.
    """

    policy: MachinePolicy
    openings: tuple[Opening, ...]
    missing: tuple[Refusal, ...] = ()
    seats: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Request:
    """One wanted slot with all that the rules look at."""

    wanted: Wanted
    taken: Sequence[Taken]
    rules: BookingRules
    now: datetime

    @property
    def policy(self) -> MachinePolicy:
        """The machine's figures."""
        return self.rules.policy

    @cached_property
    def open_time(self) -> tuple[Span, ...]:
        """When this person may hold a slot: to the closing margin."""
        return bookable_time(self.rules, self.wanted.roles)


Found = Sequence[Params]
_NO: Found = ()


def down(request: Request) -> Found:
    """The machine is out of order for now; nobody knows until when."""
    return ({"status": request.policy.status.value},) if request.policy.status in DOWN else _NO


def for_staff(request: Request) -> Found:
    """Only staff book it for now."""
    member = STAFF.isdisjoint(request.wanted.roles)
    return ({},) if request.policy.status is MachineStatus.STAFF_ONLY and member else _NO


def past(request: Request) -> Found:
    """The slot begins before now."""
    return ({},) if request.wanted.start < request.now else _NO


def beyond_horizon(request: Request) -> Found:
    """The day is not open for booking yet: it opens at noon, 14 days before (R08)."""
    policy = request.policy
    day = local_day(request.wanted.start, policy.zone)
    if day <= last_day(policy, request.now):
        return _NO
    opens = at_local(day - policy.horizon_d * _DAY, policy.horizon_opens_min, policy.zone)
    return ({"days": policy.horizon_d, "opens": stamp(opens)},)


def off_grid(request: Request) -> Found:
    """Start or end lie between two grid points (R05, E05)."""
    policy = request.policy
    found: list[Params] = []
    for at in (request.wanted.start, request.wanted.end):
        before = grid_floor(at, policy.step_min, policy.zone)
        after = grid_ceil(at, policy.step_min, policy.zone)
        if before != after:
            found.append({"step": policy.step_min, "proposals": [stamp(before), stamp(after)]})
    return tuple(found[:1])


def wrong_length(request: Request) -> Found:
    """Too short or too long, in elapsed minutes (R07)."""
    policy, length = request.policy, request.wanted.end - request.wanted.start
    least, most = policy.min_duration_min, policy.max_duration_min
    if timedelta(minutes=least) <= length <= timedelta(minutes=most):
        return _NO
    return ({"min": least, "max": most, "minutes": int(length.total_seconds()) // 60},)


def closed(request: Request) -> Found:
    """The slot does not lie in one opening, less the closing margin (R01, R03, R04)."""
    backwards = request.wanted.end <= request.wanted.start  # DURATION says so
    if backwards or any(span.covers(request.wanted.span) for span in request.open_time):
        return _NO
    opens = next_start(request.open_time, request.wanted.start)
    return ({"opens": stamp(opens) if opens else None},)


def overlapping(request: Request) -> Found:
    """No seat is free for the whole slot (I1)."""
    return ({},) if free_seat(request.wanted, request.taken, request.rules.seats) is None else _NO


BOOKING_RULES: tuple[tuple[Reason, Callable[[Request], Found]], ...] = (
    (Reason.MACHINE_DOWN, down),  # safety
    (Reason.STAFF_ONLY, for_staff),
    (Reason.PAST, past),  # when
    (Reason.HORIZON, beyond_horizon),
    (Reason.GRID, off_grid),
    (Reason.DURATION, wrong_length),
    (Reason.LAB_CLOSED, closed),
    (Reason.OVERLAP, overlapping),  # who was first
)


def objections(
    wanted: Wanted, taken: Sequence[Taken], rules: BookingRules, now: datetime
) -> tuple[Objection, ...]:
    """Everything against the slot, in order of rank: what the person lacks first, then the slot itself."""
    request = Request(wanted, taken, rules, now)
    lacks = tuple(objection(one.code, one.params) for one in rules.missing)
    return lacks + tuple(
        objection(code, params) for code, refuses in BOOKING_RULES for params in refuses(request)
    )


def last_day(policy: MachinePolicy, now: datetime) -> date:
    """The last local date that may be booked now (R08): one more from noon on."""
    opened = local_minute(now, policy.zone) >= policy.horizon_opens_min
    return local_day(now, policy.zone) + (policy.horizon_d - (not opened)) * _DAY


def bookable_time(rules: BookingRules, roles: Iterable[Role]) -> tuple[Span, ...]:
    """The open time of these roles less the closing margin; empty rests are left out."""
    off = timedelta(minutes=rules.policy.machines_off_min)
    spans = open_for(rules.openings, bookable_by(roles))
    return tuple(Span(span.start, span.end - off) for span in spans if span.end - off > span.start)


def free_seat(wanted: Wanted, taken: Iterable[Taken], seats: Sequence[int]) -> int | None:
    """The first seat that nobody has during the slot."""
    busy = {one.seat for one in taken if one.start < wanted.end and wanted.start < one.end}
    return next((seat for seat in seats if seat not in busy), None)


def alternatives(
    wanted: Wanted, taken: Sequence[Taken], rules: BookingRules, now: datetime, most: int = 3
) -> tuple[Span, ...]:
    """Up to `most` bookable slots of the same length, in order: the next ones, else the nearest before.

    Of a length that may not be booked, or on a machine that is down, there is none.
    """
    request = Request(wanted, taken, rules, now)
    if wrong_length(request) or down(request) or for_staff(request) or _off_step(request):
        return ()
    after = tuple(islice(_slots(request, max(now, wanted.start)), most))
    if len(after) == most:
        return after
    limit = after[0].start if after else wanted.end
    before = takewhile(lambda span: span.start < wanted.start, _slots(request, now))
    nearest = deque((span for span in before if span.end <= limit), maxlen=most - len(after))
    return (*nearest, *after)


def _off_step(request: Request) -> bool:
    length = request.wanted.end - request.wanted.start
    return length <= timedelta(0) or bool(length % timedelta(minutes=request.policy.step_min))


def _slots(request: Request, not_before: datetime) -> Iterator[Span]:
    """Bookable slots of the wanted length in order, side by side on each seat, to the horizon."""
    last = last_day(request.policy, request.now)
    of_seats = (_slots_of_seat(request, seat, not_before) for seat in request.rules.seats)
    before = None
    for span in heap_merge(*of_seats):
        if local_day(span.start, request.policy.zone) > last:
            return
        if span != before:
            yield span
        before = span


def _slots_of_seat(request: Request, seat: int, not_before: datetime) -> Iterator[Span]:
    policy, length = request.policy, request.wanted.end - request.wanted.start
    busy = [Span(one.start, one.end) for one in request.taken if one.seat == seat]
    for free in subtract(request.open_time, busy):
        start = grid_ceil(max(free.start, not_before), policy.step_min, policy.zone)
        while start + length <= free.end:
            yield Span(start, start + length)
            start += length
