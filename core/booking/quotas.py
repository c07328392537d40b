"""Has the person had their share? Quotas over a day, an ISO week, seven days, or the future (R15).

Three rules. A slot counts where it starts, but minutes are split between ISO weeks. What was booked on its
own day is outside every quota: one not yet begun per family. What counts is read from the bookings, never stored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.booking.request import NO, Found, Request
from core.grants import Params
from core.holder import Held, Holder
from core.terms import Quota, Scope, Subject, Unit, Window, day_of, week_of
from core.timeline import Span, local_day
from core.vocabulary import OCCUPYING

ROLLING = timedelta(days=7)
_SECOND = timedelta(seconds=1)


def over_quota(request: Request) -> Found:
    """Every quota that the slot would break, each with what is left of it."""
    if request.backwards or outside_quotas(request):
        return NO
    return tuple(found for quota in request.terms.quotas for found in _broken(quota, request))


def used(request: Request) -> tuple[tuple[Quota, int], ...]:
    """Each quota that counts for the holder, with what is used of it before the slot, in the quota's unit."""
    counting = [quota for quota in request.terms.quotas if _concerns(quota, request)]
    return tuple(
        (quota, max((had for had, _ in _sums(quota, request)), default=0) // _unit(quota))
        for quota in counting
    )


def outside_quotas(request: Request) -> bool:
    """Whether no quota counts the slot: the programme, staff, a token (R19), or the day's own (R15)."""
    return request.wanted.programme or request.staff or request.wanted.token or same_day(request)


def same_day(request: Request) -> bool:
    """Whether it is booked on its own local day, the only one of the family not yet begun (E10)."""
    today = local_day(request.now, request.zone)
    if not request.terms.same_day_exempt or local_day(request.wanted.start, request.zone) != today:
        return False
    return not any(_waits(request, one) for one in request.holder.own())


def _waits(request: Request, one: Held) -> bool:
    """Whether the day's own slot of this family has not begun yet."""
    ours = one.exempt and one.family == request.policy.family and one.status in OCCUPYING
    if not ours or one.lab not in ("", request.policy.lab) or one.start <= request.now:
        return False
    return local_day(one.start, request.zone) == local_day(request.now, request.zone)


def _broken(quota: Quota, request: Request) -> Iterator[Params]:
    if not _concerns(quota, request):
        return
    most = quota.most * _unit(quota)
    lefts = [max(0, most - had) // _unit(quota) for had, more in _sums(quota, request) if had + more > most]
    if lefts:
        yield _said(quota, min(lefts))


def _concerns(quota: Quota, request: Request) -> bool:
    return quota.subject is not Subject.ORGANISATION or request.holder.organisation is not None


def _sums(quota: Quota, request: Request) -> Iterator[tuple[int, int]]:
    """In each window of a quota: what is had already, and what the slot would add (seconds, or bookings)."""
    counted = [one.span for one in request.holder.held if one.counts and _is_for(quota, request, one)]
    for count in _counts(quota, request):
        had = sum((count.of(span) for span in counted if count.takes(span)), 0)
        yield had, count.of(request.wanted.span)


def _said(quota: Quota, left: int) -> Params:
    """As parameters: `minutes_week` (and the like) lets the sentence know what it is about."""
    unit = "minutes" if quota.unit is Unit.MINUTES else "bookings"
    what = {"unit": unit, "window": quota.window.value, "scope": quota.scope.value}
    return {"left": left, "most": quota.most, **what, f"{unit}_{quota.window.value}": quota.most}


def _is_for(quota: Quota, request: Request, one: Held) -> bool:
    """Whether a booking is of the quota's subject, on the quota's machines."""
    policy = request.policy
    if one.lab not in ("", policy.lab):  # each lab shares out its own machines
        return False
    if quota.scope is Scope.MACHINE and one.machine != policy.id:
        return False
    if quota.scope is Scope.FAMILY and one.family != policy.family:
        return False
    return _is_of(quota.subject, request.holder, one)


def _is_of(subject: Subject, holder: Holder, one: Held) -> bool:
    if subject is Subject.ORGANISATION:
        return one.organisation == holder.organisation
    shared = subject is Subject.HOUSEHOLD and holder.household is not None
    return one.who == holder.who or (shared and one.household == holder.household)


@dataclass(frozen=True, slots=True)
class _Count:
    """One window of a quota: which bookings it takes in, and how much of each (seconds, or one)."""

    starts_in: Span | None
    only: Span | None
    peak: tuple[Span, ...] | None
    unit: int

    def takes(self, span: Span) -> bool:
        """Whether a booking falls into the window."""
        if self.only is not None:
            return span.overlaps(self.only)
        return self.starts_in is not None and self.starts_in.holds(span.start)

    def of(self, span: Span) -> int:
        """How much of a booking counts."""
        parts = [span] if self.only is None else list(_shared(span, [self.only]))
        if self.peak is not None:
            parts = [part for one in parts for part in _shared(one, self.peak)]
        if self.unit == 1:
            return int(bool(parts))
        return sum((part.end - part.start) // _SECOND for part in parts)


def _shared(span: Span, others: Iterable[Span]) -> Iterator[Span]:
    for other in others:
        if span.overlaps(other):
            yield Span(max(span.start, other.start), min(span.end, other.end))


def _unit(quota: Quota) -> int:
    """Seconds in a minute, or one booking."""
    return 60 if quota.unit is Unit.MINUTES else 1


def _counts(quota: Quota, request: Request) -> Iterator[_Count]:
    unit = _unit(quota)
    peak = _peak(request) if quota.peak_only else None
    if quota.window is Window.WEEK and quota.unit is Unit.MINUTES:  # R12: split at Monday's midnight
        for at in {week_of(request.wanted.start, request.zone), week_of(_last(request), request.zone)}:
            yield _Count(None, at, peak, unit)
        return
    for window in _windows(quota, request):
        yield _Count(window, None, peak, unit)


def _windows(quota: Quota, request: Request) -> Iterator[Span]:
    start, zone = request.wanted.start, request.zone
    if quota.window is Window.DAY:
        yield day_of(start, zone)
    elif quota.window is Window.WEEK:
        yield week_of(start, zone)
    elif quota.window is Window.FUTURE:
        ends = max((one.end for one in request.holder.held), default=request.now)
        yield Span(
            request.now + timedelta(microseconds=1), max(ends, request.wanted.end, request.now) + ROLLING
        )
    else:  # any seven days that hold the slot's start begin at a booking's start, or at its own
        earlier = {one.start for one in request.holder.held if start - ROLLING < one.start <= start}
        for first in sorted(earlier | {start}):
            yield Span(first, first + ROLLING)


def _last(request: Request) -> datetime:
    return request.wanted.end - timedelta(microseconds=1)


def _peak(request: Request) -> tuple[Span, ...]:
    """Peak time around everything that is counted."""
    spans = [one.span for one in request.holder.held] + [request.wanted.span]
    within = Span(min(one.start for one in spans), max(one.end for one in spans))
    return tuple(span for daily in request.terms.peak for span in daily.spans(within, request.zone))
