"""Which days does a recurrence rule name? RFC 5545, read by dateutil, bounded before anything is expanded (R52)."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

MOST = 120  # occurrences of one series: two a week for a year
LONGEST = timedelta(days=366)
EVERY = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
KNOWN = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST", "BYMONTH"}
)
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PART = re.compile(r"[A-Z]+=[A-Z0-9,+\-]+")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")


class BadRule(ValueError):  # noqa: N818 -- says what it is, and becomes INVALID at every door
    """Not a rule that a series may have: unknown, endless, or of too many occurrences."""


def walls(rule: str, first: datetime) -> tuple[datetime, ...]:
    """The naive local starts from `first` on, at most MOST within a year. Raises BadRule before expanding a longer one."""
    parts = _parts(rule)
    _bounded(parts)
    try:
        found = tuple(islice(rrulestr(_naive(parts), dtstart=first), MOST + 1))
    except (ValueError, TypeError, OverflowError) as fault:
        raise BadRule(str(fault)) from fault
    if not found or len(found) > MOST or found[-1] - first > LONGEST:
        raise BadRule("no occurrence, or too many")
    return found


def rule_of(rule: str, found: Sequence[datetime], by: timedelta) -> str:
    """The text that names exactly these starts of a rule, each `by` later; dates one by one where no rule does (RFC 5545)."""
    wanted = tuple(wall + by for wall in found)
    try:
        parts = {**_parts(rule), **_end(rule, wanted)}
        days = (wanted[0].date() - found[0].date()).days
        if "BYDAY" in parts:
            parts["BYDAY"] = ",".join(_weekday(day, days) for day in parts["BYDAY"].split(","))
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        if walls(text, wanted[0]) == wanted:
            return text
    except BadRule:
        pass  # then no rule says it
    return "RDATE:" + ",".join(_written(wall) for wall in wanted)


def _end(rule: str, wanted: Sequence[datetime]) -> Mapping[str, str]:
    """Where it ends now, said as it was said before."""
    return {"COUNT": str(len(wanted))} if "COUNT" in _parts(rule) else {"UNTIL": _written(wanted[-1])}


def _weekday(day: str, later: int) -> str:
    """`TH` some days later; with a number before it (the second Thursday) as it is, for that is no weekday more."""
    return _WEEK[(_WEEK.index(day) + later) % 7] if day in _WEEK else day


def _written(wall: datetime) -> str:
    return wall.strftime("%Y%m%dT%H%M%S")


def _parts(rule: str) -> Mapping[str, str]:
    said = rule.strip().removeprefix("RRULE:").upper().split(";")
    if len(rule) > 200 or not all(_PART.fullmatch(part) for part in said):
        raise BadRule("not a rule")
    parts = dict(part.split("=", 1) for part in said)
    if len(parts) != len(said) or set(parts) - KNOWN or parts.get("FREQ") not in EVERY:
        raise BadRule("unknown part")
    return parts


def _bounded(parts: Mapping[str, str]) -> None:
    count, until, every = parts.get("COUNT"), parts.get("UNTIL"), parts.get("INTERVAL", "1")
    if (count is None) == (until is None):
        raise BadRule("COUNT or UNTIL must say where it ends")
    if count is not None and not (count.isdecimal() and len(count) < 5 and 0 < int(count) <= MOST):
        raise BadRule("too many occurrences")
    if until is not None and not _UNTIL.fullmatch(until):
        raise BadRule("UNTIL is a date")
    if not (every.isdecimal() and len(every) < 4 and 0 < int(every) <= 366):
        raise BadRule("INTERVAL")


def _naive(parts: Mapping[str, str]) -> str:
    """The rule with its end in wall time, as its start is; a date means that whole day."""
    said = dict(parts)
    if "UNTIL" in said:
        day, _, clock = said["UNTIL"].rstrip("Z").partition("T")
        said["UNTIL"] = f"{day}T{clock or '235959'}"
    return ";".join(f"{name}={value}" for name, value in said.items())
