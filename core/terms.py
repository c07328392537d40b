"""On what terms may one machine be booked? The figures that only bookings know; all else is MachinePolicy.

The defaults ask for nothing: what a lab wants, its rules say (core.rulebook).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from core.timeline import DAY_MIN, Span, at_local, local_day, merge


class Window(StrEnum):
    """Over which time a quota counts (R15): `rolling` is any seven days, `future` what has not begun."""

    DAY = "day"
    WEEK = "week"
    ROLLING = "rolling"
    FUTURE = "future"


class Scope(StrEnum):
    """Over which machines a quota counts."""

    MACHINE = "machine"
    FAMILY = "family"
    ALL = "all"


class Subject(StrEnum):
    """Whose bookings a quota counts: two badges of a household, one counter (E09)."""

    PERSON = "person"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"


class Unit(StrEnum):
    """What a quota counts: elapsed minutes, or bookings by their start."""

    MINUTES = "minutes"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `most` minutes or bookings in a window (R15)."""

    most: int
    unit: Unit = Unit.MINUTES
    window: Window = Window.WEEK
    scope: Scope = Scope.FAMILY
    subject: Subject = Subject.PERSON
    peak_only: bool = False


@dataclass(frozen=True, slots=True)
class Daily:
    """A range of local minutes on some weekdays (0 = Monday); `to_min` <= `from_min` crosses midnight."""

    from_min: int
    to_min: int
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def spans(self, within: Span, zone: str) -> tuple[Span, ...]:
        """When it is so, as far as it touches `within`; ranges that touch are one."""
        first = local_day(within.start, zone) - timedelta(days=1)
        days = (local_day(within.end, zone) - first).days + 1
        found = (self._on(first + timedelta(days=n), zone) for n in range(days))
        return merge(span for span in found if span is not None and span.overlaps(within))

    def _on(self, day: date, zone: str) -> Span | None:
        if day.weekday() not in self.weekdays:
            return None
        to_min = self.to_min if self.to_min > self.from_min else self.to_min + DAY_MIN
        start, end = at_local(day, self.from_min, zone), at_local(day, to_min, zone)
        return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Terms:
    """The booking figures of one machine, resolved lab -> family -> machine; units are in the names.

    `horizons_d` by class of member (core.holder.Plan): others have MachinePolicy.horizon_d. `unattended`
    is the course that a run without its holder asks for (R13; None: no such run here). `quiet`: when the
    machine may not make noise (R10). `peak`: what quotas at peak time count.
    """

    lead_min: int = 0
    buffer_after_min: int = 0
    horizons_d: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    token_horizon_d: int = 2
    quotas: tuple[Quota, ...] = ()
    same_day_exempt: bool = True
    peak: tuple[Daily, ...] = ()
    quiet: Daily | None = None
    min_gap_min: int = 0
    orphan_gap: bool = False
    most_attended: int = 1
    most_unattended: int = 2
    unattended: str | None = None
    unattended_max_min: int = 960
    rebadge_min: int = 20
    unstaffed_max_h: int = 24
    class_ahead_h: int = 72
    keep_free: int = 0
    min_age: int = 0
    group_ratio: int = 6
    conditional_h: int = 24
    travel_min: int = 30


def week_of(at: datetime, zone: str) -> Span:
    """The ISO week that holds an instant: Monday to Monday, local midnights."""
    day = local_day(at, zone)
    return _week_from(day - timedelta(days=day.weekday()), zone)


@lru_cache(maxsize=256)  # the weeks around this one, in a few zones
def _week_from(monday: date, zone: str) -> Span:
    return Span(at_local(monday, 0, zone), at_local(monday + timedelta(days=7), 0, zone))


def day_of(at: datetime, zone: str) -> Span:
    """The local day that holds an instant."""
    day = local_day(at, zone)
    return Span(at_local(day, 0, zone), at_local(day, DAY_MIN, zone))
