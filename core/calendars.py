"""When is the house open, and for whom? Opening hours, exceptions and audiences -> open spans.

Hours are local wall time, so Thursday 17:00 stays 17:00 over a clock change. A range belongs to the day on which it
starts (E01); an exception replaces the whole day (R02). A machine is open while its house is, unless it has hours of its own (R01).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.holidays import holidays_on
from core.timeline import Span, at_local, common, local_day, merge
from core.vocabulary import Audience, Role

ALL_DAYS = frozenset(Audience)
IN_THE_HOUSE = {  # R01, R03: in which of its house's windows a machine's own window may lie
    Audience.MEMBERS: frozenset({Audience.MEMBERS}),
    Audience.PUBLIC: frozenset({Audience.PUBLIC}),
    Audience.STAFF: ALL_DAYS,
    Audience.YOUTH: frozenset({Audience.YOUTH, Audience.MEMBERS}),
    Audience.CLASS: frozenset({Audience.CLASS, Audience.MEMBERS}),
}
_MEMBERS = frozenset({Audience.MEMBERS})
_STAFF = frozenset({Role.STAFF, Role.MANAGER})
WALK_IN = frozenset({Audience.MEMBERS, Audience.PUBLIC})  # whoever may use a machine without a slot


@dataclass(frozen=True, slots=True)
class Hours:
    """One range of a day in local minutes since midnight; `to_min` <= `from_min` crosses midnight."""

    from_min: int
    to_min: int
    audience: Audience = Audience.MEMBERS


@dataclass(frozen=True, slots=True)
class Opening:
    """The house is open in [start, end) for `audience`."""

    start: datetime
    end: datetime
    audience: Audience

    @property
    def span(self) -> Span:
        """The time of the opening."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Week:
    """The usual hours by weekday (0 = Monday), the days that differ (none at all = closed), and the legal holidays on
    which the house is closed, by id; a day that differs beats its holiday.

    `house`: the week that bounds a machine's; where the machine says no usual hours, the house's are its own.
    """

    zone: str
    usual: Mapping[int, Sequence[Hours]]
    exceptions: Mapping[date, Sequence[Hours]]
    holidays: frozenset[str] = frozenset()
    house: "Week | None" = None

    def hours(self, day: date) -> Sequence[Hours]:
        """The hours of one day: its exception's, else none on a holiday, else the weekday's."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.house is not None and not self.usual:
            return self.house.hours(day)
        if self.holidays and not self.holidays.isdisjoint(holidays_on(day)):
            return ()
        return self.usual.get(day.weekday(), ())


def openings(week: Week, within: Span) -> tuple[Opening, ...]:
    """All openings that touch `within`, in order of start; not cut to it."""
    first = local_day(within.start, week.zone) - timedelta(days=1)  # yesterday's may cross midnight
    days = (local_day(within.end, week.zone) - first).days + 1
    found = [
        opening
        for day in (first + timedelta(days=n) for n in range(days))
        for opening in _of_day(week, day)
        if opening.span.overlaps(within)
    ]
    if week.house is not None and found:
        found = list(_inside(found, week.house))
    return tuple(sorted(found, key=lambda opening: (opening.start, opening.end, opening.audience)))


def _inside(found: Sequence[Opening], house: Week) -> Iterable[Opening]:
    """What of a machine's windows lies in its house's (R01)."""
    around = Span(min(one.start for one in found), max(one.end for one in found))
    bounds = openings(house, around)
    for one in found:
        for span in common([one.span], open_for(bounds, IN_THE_HOUSE[one.audience])):
            yield Opening(span.start, span.end, one.audience)


def _of_day(week: Week, day: date) -> Iterable[Opening]:
    for hours in week.hours(day):
        to_min = hours.to_min if hours.to_min > hours.from_min else hours.to_min + 24 * 60
        start, end = (at_local(day, minute, week.zone) for minute in (hours.from_min, to_min))
        if start < end:  # a range inside the missing hour of March is no time at all
            yield Opening(start, end, hours.audience)


def open_for(found: Iterable[Opening], audiences: frozenset[Audience]) -> tuple[Span, ...]:
    """The open time of these audiences together; ranges that touch are one (R01)."""
    return merge(opening.span for opening in found if opening.audience in audiences)


def bookable_by(roles: Iterable[Role]) -> frozenset[Audience]:
    """In which windows these roles may hold a slot: a member not in an Openlab (R03)."""
    return ALL_DAYS if _staff(roles) else _MEMBERS


def present_for(roles: Iterable[Role]) -> frozenset[Audience]:
    """In which windows these roles may be at a machine: members are of the public, too."""
    return ALL_DAYS if _staff(roles) else WALK_IN


def _staff(roles: Iterable[Role]) -> bool:
    return not _STAFF.isdisjoint(roles)


def span_around(spans: Iterable[Span], at: datetime) -> Span | None:
    """The span that holds `at`, if any."""
    for span in spans:
        if span.start <= at < span.end:
            return span
    return None


def next_start(spans: Iterable[Span], at: datetime) -> datetime | None:
    """When the first of `spans` after `at` starts."""
    return min((span.start for span in spans if span.start > at), default=None)
