"""Is anybody else there? Where a machine asks for company, two must be present (R58, S24); a guest has his host there (R22).

Each presence has an end of its own, so that a node that hears nothing more counts nobody for ever. Who stands at the
machine is there by that, and is not his own company: persons go by their opaque ids, never by name. `always`: at any hour; `off-hours`: when the house itself, with its staff, is closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.calendars import span_around
from core.timeline import Span

RULES = ("no", "off-hours", "always")


@dataclass(frozen=True, slots=True)
class Company:
    """Until when each person who checked in counts as present, and when staff are there anyway."""

    ends: tuple[datetime, ...] = ()
    staffed: tuple[Span, ...] = ()
    who: tuple[str, ...] = ()  # whose each end is; empty: not said
    hosts: Mapping[str, datetime | None] = field(
        default_factory=dict
    )  # guest -> until when his host is there


NOBODY = Company()
_EVER = datetime(2400, 1, 1, tzinfo=UTC)
TOGETHER = Company((_EVER, _EVER))  # of a later day: nobody knows yet who comes along


def alone_from(rule: str, company: Company, now: datetime, me: str | None = None) -> datetime | None:
    """From when on `me` at the machine is too alone for it (`now`: already); None: it asks for nobody."""
    if rule == "no":
        return None
    together_until = _together_until(company, me) or now
    at = max(now, together_until)
    if rule == "always":
        return at
    at = now
    while (later := _not_alone_until(company.staffed, together_until, at)) > at:
        at = later
    return at


def unhosted_from(
    hosts: Mapping[str, datetime | None], openlab: Iterable[Span], now: datetime, guest: str
) -> datetime | None:
    """From when on the guest's host would have to be there and is not (`now`: already); None: he is no guest.

    While the house is open to everybody he needs none (R22).
    """
    if guest not in hosts:
        return None
    spans, until, at = tuple(openlab), hosts[guest] or now, now
    while (later := _not_alone_until(spans, until, at)) > at:
        at = later
    return at


def _together_until(company: Company, me: str | None) -> datetime | None:
    """Until when there are two: one besides me, or any two where nobody says who they are."""
    if me is None or len(company.who) != len(company.ends):
        ends = sorted(company.ends, reverse=True)
        return ends[1] if len(ends) > 1 else None
    others = (end for end, who in zip(company.ends, company.who, strict=True) if who != me)
    return max(others, default=None)


def _not_alone_until(staffed: Iterable[Span], together_until: datetime, at: datetime) -> datetime:
    span = span_around(staffed, at)
    return max(at, together_until, span.end if span else at)
