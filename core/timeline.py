"""When is something, and when is it free? Half-open spans of aware UTC, safe across clock changes.

Three rules. An instant is an aware UTC datetime; a span is [start, end). Lengths are elapsed time,
so a night in March is an hour short. Local wall time enters and leaves here and nowhere else (R11).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60


class BadInstant(ValueError):  # noqa: N818 -- it says what came
    """A time that is no instant: naive, or text that is not RFC 3339."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """[start, end) in aware UTC; raises BadInstant on a naive or reversed pair."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            object.__setattr__(self, "start", utc(self.start))
            object.__setattr__(self, "end", utc(self.end))
        if self.end < self.start:
            raise BadInstant(f"a span ends before it starts: {self.start} > {self.end}")

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in the span; its end does not."""
        return self.start <= at < self.end

    def covers(self, other: "Span") -> bool:
        """Whether all of `other` lies in this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share an instant: touching spans do not."""
        return self.start < other.end and other.start < self.end

    @property
    def seconds(self) -> int:
        """Elapsed whole seconds."""
        return int((self.end - self.start).total_seconds())

    @property
    def minutes(self) -> int:
        """Elapsed whole minutes, rounded down."""
        return self.seconds // 60


def utc(at: datetime) -> datetime:
    """`at` in UTC; raises BadInstant when it is naive."""
    if at.tzinfo is None:
        raise BadInstant(f"a naive time is no instant: {at}")
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC with `Z` and milliseconds, as on the wire: 2026-11-24T09:00:00.000Z."""
    return utc(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: object) -> datetime:
    """The aware UTC instant of an RFC 3339 text with an offset; raises BadInstant."""
    if not isinstance(text, str):
        raise BadInstant(f"no time: {text!r}")
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as bad:
        raise BadInstant(f"no time: {text!r}") from bad


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in the fewest spans, in order: touching ones become one (R01)."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(span for span in merged if span.start < span.end)


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans` without `holes`, merged and in order."""
    taken = merge(holes)
    return tuple(left for span in merge(spans) for left in _left_of(span, taken))


def _left_of(span: Span, holes: tuple[Span, ...]) -> Iterator[Span]:
    start = span.start
    for hole in holes:
        if hole.end <= start:
            continue
        if hole.start >= span.end:
            break
        if hole.start > start:
            yield Span(start, hole.start)
        start = max(start, hole.end)
    if start < span.end:
        yield Span(start, span.end)


def common(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """The time that lies in both, merged and in order."""
    bounds = merge(others)
    both = (
        Span(max(one.start, other.start), min(one.end, other.end))
        for one in spans
        for other in bounds
        if one.overlaps(other)
    )
    return merge(both)


def first_free(spans: Iterable[Span], length: timedelta, not_before: datetime) -> Span | None:
    """The earliest span of `length` inside `spans` that starts no sooner than `not_before`."""
    for span in sorted(spans):
        start = max(span.start, not_before)
        if start + length <= span.end:
            return Span(start, start + length)
    return None


@lru_cache(maxsize=1024)  # the rules ask a dozen times for the days of the same few instants
def local_day(at: datetime, zone: str) -> date:
    """The local date at an instant."""
    return at.astimezone(_zone(zone)).date()


def local_minute(at: datetime, zone: str) -> int:
    """Minutes of the wall clock since midnight at an instant."""
    local = at.astimezone(_zone(zone))
    return local.hour * 60 + local.minute


def clock(minute: int) -> str:
    """Minutes since midnight as a wall time: "20:00"."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


@lru_cache(maxsize=4096)  # a month of days for every minute that somebody's hours name
def at_local(day: date, minute: int, zone: str) -> datetime:
    """The instant at which the wall clock shows `minute` minutes past midnight of `day`.

    `minute` may be 1440 or more: the next day. A time that exists twice is its first; one that
    does not exist is as long after midnight as the clock would have shown without the change.
    """
    days, rest = divmod(minute, DAY_MIN)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return wall.replace(tzinfo=_zone(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which the local `day` is over."""
    return at_local(day, DAY_MIN, zone)


def add_months(day: date, months: int) -> date:
    """Calendar months later, the last day of the month where the day is missing (R26)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month0 == 11), (month0 + 1) % 12 + 1, 1)
    return min(date(year, month0 + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


@lru_cache(maxsize=1024)  # everybody asks for the same quarters of an hour
def grid_floor(at: datetime, step_min: int, zone: str) -> datetime:
    """The last grid point at or before `at`; the grid starts anew at each local midnight (R05)."""
    midnight = at_local(local_day(at, zone), 0, zone)
    return at - (at - midnight) % timedelta(minutes=step_min)


def grid_ceil(at: datetime, step_min: int, zone: str) -> datetime:
    """The first grid point at or after `at`."""
    floor = grid_floor(at, step_min, zone)
    return floor if floor == at else floor + timedelta(minutes=step_min)


def minutes_half_up(seconds: int) -> int:
    """Seconds as minutes, half a minute counts as one (R54)."""
    return (seconds + 30) // 60


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
