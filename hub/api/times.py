"""Which instant does a caller mean? RFC 3339; without an offset it is the lab's wall time, and that can be no time, or two."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.timeline import stamp
from core.vocabulary import Reason
from hub.api.problems import invalid, problem

_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_YEARS = range(2000, 2200)  # outside, arithmetic with zones and margins leaves the calendar


def parse_time(text: object, field: str, zone: str) -> datetime:
    """The aware UTC instant, whole milliseconds; a Problem naming the field."""
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise invalid(field)
    day, clock, offset = match.groups()
    try:
        read = datetime.fromisoformat(f"{day}T{_milliseconds(clock)}{(offset or '').upper()}")
    except ValueError:
        raise invalid(field) from None
    if read.year not in _YEARS:
        raise invalid(field)
    return read.astimezone(UTC) if read.tzinfo else _local(read, field, ZoneInfo(zone))


def _milliseconds(clock: str) -> str:
    whole, _, fraction = clock.partition(".")
    return f"{whole}.{fraction[:3]:0<3}" if fraction else whole


def _local(wall: datetime, field: str, zone: ZoneInfo) -> datetime:
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    both = sorted((first, second))
    if first.astimezone(zone).replace(tzinfo=None) != wall:  # the clock jumps over it
        raise problem(Reason.NONEXISTENT_TIME, field=field, proposals=[stamp(at) for at in both])
    raise problem(Reason.AMBIGUOUS_TIME, field=field, instants=[stamp(at) for at in both])
