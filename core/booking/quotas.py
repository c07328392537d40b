"""Has the person had their share? Quotas over a day, an ISO week, seven days, or the future (R15).

Three rules. A slot counts where it starts, but minutes are split between ISO weeks. What was booked on its
own day is outside every quota: one not yet begun per family. What counts is read from the bookings, never stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.booking.request import NO, Found, Request
from core.grants import Params
from core.holder import Held, Holder
from core.terms import Quota, Scope, Subject, Unit, Window, day_of, week_of
from core.timeline import Span

ROLLING = timedelta(days=7)
_SECOND = timedelta(seconds=1)


def over_quota(request: Request) -> Found:
    """Every quota that the slot would break, each with what is left of it."""
    if request.backwards or outside_quotas(request):
        return NO
    bound = _bound(request)
    near = [quota for quota in request.terms.quotas if bound[quota.unit] > quota.most * _unit(quota)]
    if not near:
        return NO
    held = _counted(request)
    return tuple(found for quota in near for found in _broken(quota, request, held))


def _bound(request: Request) -> Mapping[Unit, int]:
    """What no window can exceed: all that is held, and the slot (seconds, and bookings). Most people are far from any limit."""
    lengths = [(one.end - one.start) // _SECOND for one in request.holder.held]
    wanted = (request.wanted.end - request.wanted.start) // _SECOND
    return {Unit.MINUTES: sum(lengths) + wanted, Unit.COUNT: len(lengths) + 1}


def used(request: Request) -> tuple[tuple[Quota, int], ...]:
    """Each quota that counts for the holder, with what is used of it before the slot, in the quota's unit."""
    counting = [quota for quota in request.terms.quotas if _concerns(quota, request)]
    held = _counted(request)
    return tuple(
        (quota, max((had for had, _ in _sums(quota, request, held)), default=0) // _unit(quota))
        for quota in counting
    )


def outside_quotas(request: Request) -> bool:
    """Whether no quota counts the slot: the programme, staff, a token (R19), or the day's own (R15)."""
    return request.wanted.programme or request.staff or request.wanted.token or request.same_day


def _counted(request: Request) -> list[Held]:
    """What of the holder's any quota here may count: each lab shares out its own machines."""
    labs = "", request.policy.lab
    return [one for one in request.holder.held if one.counts and one.lab in labs]


def _broken(quota: Quota, request: Request, held: Sequence[Held]) -> Iterator[Params]:
    if not _concerns(quota, request):
        return
    most, sums = quota.most * _unit(quota), _sums(quota, request, held)
    lefts = [max(0, most - had) // _unit(quota) for had, more in sums if had + more > most]
    if lefts:
        yield _said(quota, min(lefts))


def _concerns(quota: Quota, request: Request) -> bool:
    return quota.subject is not Subject.ORGANISATION or request.holder.organisation is not None


def _sums(quota: Quota, request: Request, held: Sequence[Held]) -> Iterator[tuple[int, int]]:
    """In each window of a quota: what is had already, and what the slot would add (seconds, or bookings)."""
    wanted = request.wanted
    counted = _of_subject(quota.subject, request.holder, _on_machines(quota.scope, request, held))
    for count in _counts(quota, request):
        yield count.had(counted), count.of(wanted.start, wanted.end)


def _said(quota: Quota, left: int) -> Params:
    """As parameters: `minutes_week` (and the like) lets the sentence know what it is about."""
    unit = "minutes" if quota.unit is Unit.MINUTES else "bookings"
    what = {"unit": unit, "window": quota.window.value, "scope": quota.scope.value}
    return {"left": left, "most": quota.most, **what, f"{unit}_{quota.window.value}": quota.most}


def _on_machines(scope: Scope, request: Request, held: Sequence[Held]) -> Sequence[Held]:
    """Of what is held, that on the quota's machines."""
    machine, family = request.policy.id, request.policy.family
    if scope is Scope.MACHINE:
        return [one for one in held if one.machine == machine]
    return [one for one in held if one.family == family] if scope is Scope.FAMILY else held


def _of_subject(subject: Subject, holder: Holder, held: Sequence[Held]) -> list[Held]:
    """Of what is held, that of the quota's subject."""
    who, household, organisation = holder.who, holder.household, holder.organisation
    if subject is Subject.ORGANISATION:
        return [one for one in held if one.organisation == organisation]
    if subject is Subject.HOUSEHOLD and household is not None:
        return [one for one in held if one.who == who or one.household == household]
    return [one for one in held if one.who == who]


@dataclass(frozen=True, slots=True)
class _Count:
    """One window of a quota: which bookings it takes in, and how much of each (seconds, or one)."""

    starts_in: Span | None
    only: Span | None
    peak: tuple[Span, ...] | None
    unit: int

    def had(self, held: Sequence[Held]) -> int:
        """How much of what is held counts: what touches the window, or what starts in it."""
        within = self.only or self.starts_in
        if within is None:
            return 0
        first, last = within.start, within.end
        if self.only is not None:
            taken = [one for one in held if one.start < last and first < one.end]
        else:
            taken = [one for one in held if first <= one.start < last]
        if self.peak is not None:
            return sum([self.of(one.start, one.end) for one in taken])
        if self.unit == 1:
            return len(taken)
        if self.only is None:
            return sum([(one.end - one.start) // _SECOND for one in taken])
        return sum([(min(one.end, last) - max(one.start, first)) // _SECOND for one in taken])

    def of(self, start: datetime, end: datetime) -> int:
        """How much of a booking from start to end counts."""
        parts = [(start, end)] if self.only is None else _shared(start, end, (self.only,))
        if self.peak is not None:
            parts = [part for one in parts for part in _shared(*one, self.peak)]
        if self.unit == 1:
            return int(bool(parts))
        return sum([(until - since) // _SECOND for since, until in parts])


def _shared(start: datetime, end: datetime, others: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    """The parts of [start, end) that lie in the others."""
    return [
        (max(start, one.start), min(end, one.end)) for one in others if start < one.end and one.start < end
    ]


def _unit(quota: Quota) -> int:
    """Seconds in a minute, or one booking."""
    return 60 if quota.unit is Unit.MINUTES else 1


def _counts(quota: Quota, request: Request) -> Iterator[_Count]:
    unit = _unit(quota)
    peak = _peak(request) if quota.peak_only else None
    if quota.window is Window.WEEK and quota.unit is Unit.MINUTES:  # R12: split at Monday's midnight
        for at in _weeks(request):
            yield _Count(None, at, peak, unit)
        return
    for window in _windows(quota, request):
        yield _Count(window, None, peak, unit)


def _weeks(request: Request) -> tuple[Span, ...]:
    """The weeks of the slot's start and of its end."""
    week, last = week_of(request.wanted.start, request.zone), _last(request)
    return (week,) if week.holds(last) else (week, week_of(last, request.zone))


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
