"""When does a repeated slot fall? Local wall starts -> instants, so that Thursday 17:00 stays 17:00 over a clock change (R52, S28)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Fall:
    """One occurrence by wall clock; `reason` says why it is no instant (R11): then start and end are None."""

    wall: datetime
    start: datetime | None
    end: datetime | None
    reason: Reason | None = None


def falls(walls: Iterable[datetime], minutes: int, zone: str) -> Iterator[Fall]:
    """Each naive local start as a span of `minutes` elapsed; one that exists twice is its first."""
    local = ZoneInfo(zone)
    for wall in walls:
        start = wall.replace(tzinfo=local).astimezone(UTC)
        if start.astimezone(local).replace(tzinfo=None) != wall:
            yield Fall(wall, None, None, Reason.NONEXISTENT_TIME)
        else:
            yield Fall(wall, start, start + timedelta(minutes=minutes))


def wall_of(at: datetime, zone: str) -> datetime:
    """The naive wall clock of an instant."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def shifted(at: datetime, by: timedelta, zone: str) -> datetime | None:
    """The instant whose wall clock is `by` later than that of `at`; None where no such wall time exists."""
    (fall,) = falls([wall_of(at, zone) + by], 0, zone)
    return fall.start
