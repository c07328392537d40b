"""What did somebody write into an address or a form? Instants, days and notes, or None where it makes no sense."""

from datetime import date, datetime, timedelta

from flask import request

from core.parameters import minute_of
from core.timeline import DAY_MIN, at_local, local_day
from hub.web.house import house, now

LONGEST_NOTE = 200  # characters; a note is a label, not a letter
LONGEST_REASON = 500  # characters
MOST_DIGITS = 15  # below 2**63, and what a browser counts exactly
FARTHEST_YEARS = 10  # beyond, an instant is a slip of the keyboard, and near the calendar's ends a trap
FAR = timedelta(days=366)  # nobody books further; an absurd year must not reach the calendar's end


def instant_of(text: str) -> datetime | None:
    """The instant written in a form; a time without offset is the lab's, one that does not exist is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if abs(at.year - now().year) > FARTHEST_YEARS:
        return None
    if at.tzinfo is None:
        local = at.replace(tzinfo=house().zone)
        at = at_local(at.date(), at.hour * 60 + at.minute, house().lab.zone)
        return at if at.astimezone(house().zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None
    return at


def day_in(text: str, start: datetime | None = None) -> date:
    """The wanted local day: of `start`, as written, else today."""
    zone = house().lab.zone
    today = local_day(now(), zone)
    if start is not None:
        return local_day(start, zone)
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return today
    return wanted if today - FAR < wanted < today + FAR else today


def number(text: str) -> int | None:
    """A whole number in plain digits, small enough for every database; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def note() -> str:
    """The note of a form."""
    return request.form.get("note", "").strip()[:LONGEST_NOTE]


def reason() -> str:
    """The reason in a form."""
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def date_in(text: str) -> date | None:
    """A day as a date field writes it; None for anything else, and for a day that nobody means."""
    try:
        wanted = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return wanted if abs(wanted.year - now().year) <= FARTHEST_YEARS else None


def span_in(day: str, since: str, until: str) -> tuple[datetime, datetime] | None:
    """The instants of a day's hours as written in three fields ("2026-12-01", "17:00", "20:00"); past midnight where
    the end is not after the start; None where one of them makes no sense.
    """
    on, first, last = date_in(day), minute_of(since.strip()[:5]), minute_of(until.strip()[:5])
    if on is None or first is None or last is None:
        return None
    zone = house().lab.zone
    return at_local(on, first, zone), at_local(on, last if last > first else last + DAY_MIN, zone)
