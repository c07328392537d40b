"""May a group have several machines at once? All of them or none (R21, S45)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from core.access import objection
from core.booking.policy import objections
from core.booking.request import BookingRules, Request, Taken, Wanted
from core.booking.searching import slots
from core.case import Objection
from core.timeline import Span
from core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Part:
    """One machine of a group's booking: what it is held against."""

    taken: tuple[Taken, ...]
    rules: BookingRules


def group_objections(
    wanted: Wanted, parts: Mapping[str, Part], heads: int, now: datetime
) -> Mapping[str, tuple[Objection, ...]]:
    """What stands against each machine (by name, only those with objections); empty: all may be had.

    `heads` are the trainees of the one responsible person.
    """
    found = {
        name: (*_too_many(part, heads), *objections(wanted, part.taken, part.rules, now))
        for name, part in parts.items()
    }
    return {name: against for name, against in found.items() if against}


def _too_many(part: Part, heads: int) -> Iterator[Objection]:
    most = part.rules.terms.group_ratio
    if heads > most:
        yield objection(Reason.INVALID, {"field": "headcount", "most": most})


def together(wanted: Wanted, parts: Mapping[str, Part], now: datetime, most: int = 3) -> tuple[Span, ...]:
    """Up to `most` times from the wanted one on at which every machine may be had."""
    if not parts:
        return ()
    return tuple(islice(_common(wanted, parts, now), most))


def _common(wanted: Wanted, parts: Mapping[str, Part], now: datetime) -> Iterator[Span]:
    first, *others = parts.values()
    start = max(now, wanted.start)
    while True:
        found = next(slots(Request(wanted, first.taken, first.rules, now), start), None)
        if found is None:
            return
        if all(_fits(wanted, part, found, now) for part in others):
            yield found
            start = found.end
        else:
            start = found.start + timedelta(minutes=first.rules.policy.step_min)


def _fits(wanted: Wanted, part: Part, span: Span, now: datetime) -> bool:
    other = wanted._replace(start=span.start, end=span.end)
    return not objections(other, part.taken, part.rules, now)
