"""Which starts of a day can be chosen, and what takes the rest? The day list, hour by hour.

The same rules as the booking itself (core.booking): what is offered here is accepted there, unless somebody is faster.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from core.access import Objection
from core.booking import BookingRules, Taken, Wanted, bookable_time, objections
from core.grants import MachinePolicy
from core.timeline import Span, grid_ceil
from core.vocabulary import Reason
from hub.ports import Reservation
from hub.web.looks import TEACHING, Look, piece_kind
from hub.words import Voice
from hub.words.catalogs import mark

HOUR = timedelta(hours=1)
OFFERED = (15, 30, 60, 90, 120, 240, 480, 960)  # minutes; the lengths people think in
MOST = 5  # radio buttons that fit side by side on a phone of 320 px


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be chosen."""

    start: datetime
    end: datetime

    @property
    def value(self) -> str:
        """The start as the form sends it."""
        return self.start.isoformat()


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the list: the start offered first, the other quarters, or what is there instead."""

    label: str
    first: Slot | None = None
    others: tuple[Slot, ...] = field(default=())
    busy: Look | None = None


class Offered(NamedTuple):
    """One hour: the starts in it that can be had, and why the first of the others cannot."""

    hour: datetime
    slots: tuple[Slot, ...]
    why: Objection | None = None


def lengths(policy: MachinePolicy, most_min: int | None = None) -> list[int]:
    """The durations offered for a machine, in minutes, shortest first; its least and most among them."""
    least, most = policy.min_duration_min, most_min or policy.max_duration_min
    fitting = {least, most} | {one for one in OFFERED if least <= one <= most and one % policy.step_min == 0}
    found = sorted(fitting)
    while len(found) > MOST:
        del found[len(found) // 2]
    return found


def usual_length(policy: MachinePolicy) -> int:
    """An hour where it fits, else the least."""
    return 60 if 60 in lengths(policy) else policy.min_duration_min


def hours_of(
    day: Span, wanted: Wanted, rules: BookingRules, taken: Sequence[Taken], now: datetime
) -> list[Offered]:
    """Each open hour of the day that is not over, with the starts in it at which a slot like `wanted` can be had."""
    step, zone = timedelta(minutes=rules.policy.step_min), rules.policy.zone
    length, free_of_lacks = wanted.end - wanted.start, rules._replace(missing=())
    found: dict[datetime, list[tuple[Slot, Objection | None]]] = {}
    for span in bookable_time(rules, wanted.roles):
        start = grid_ceil(max(span.start, day.start, now), rules.policy.step_min, zone)
        while start < min(span.end, day.end):
            slot = Slot(start, start + length)
            against = objections(wanted._replace(start=slot.start, end=slot.end), taken, free_of_lacks, now)
            found.setdefault(full_hour(start), []).append((slot, against[0] if against else None))
            start += step
    return [_offered(hour, tries) for hour, tries in sorted(found.items())]


def _offered(hour: datetime, tries: list[tuple[Slot, Objection | None]]) -> Offered:
    lost = [why for _, why in tries if why is not None]
    return Offered(hour, tuple(slot for slot, why in tries if why is None), lost[0] if lost else None)


def full_hour(at: datetime) -> datetime:
    """The full hour at or before `at`."""
    return at.replace(minute=0, second=0, microsecond=0)


def listed(found: Iterable[Offered], taken: Sequence[Reservation], mine: str, speech: Voice) -> list[Hour]:
    """The hours as listed, each with its number; a class stands there even where members may not book."""
    by_hour = {one.hour: one for one in found}
    for one in taken:
        if one.kind in TEACHING:
            by_hour.setdefault(full_hour(one.start), Offered(full_hour(one.start), ()))
    return [
        Hour(
            label=str(hour.astimezone(speech.zone).hour),
            first=offer.slots[0] if offer.slots else None,
            others=offer.slots[1:],
            busy=None if offer.slots else _busy(offer, taken, mine, speech),
        )
        for hour, offer in sorted(by_hour.items())
    ]


def why_nothing(found: Sequence[Offered], speech: Voice) -> str:
    """The one reason why nothing of the day can be had; "" where something can, or the reasons differ."""
    reasons = {speech.say(one.why.code, one.why.params) for one in found if one.why is not None}
    return reasons.pop() if len(reasons) == 1 and not any(one.slots for one in found) else ""


WORDS = {
    "booked": mark("Taken"), "class": mark("Class"), "out": mark("Maintenance"), "yours": mark("You"),
}  # fmt: skip


def _busy(offer: Offered, taken: Sequence[Reservation], mine: str, speech: Voice) -> Look:
    """What is there instead: who has the hour, or the rule that stands against its first start."""
    here = [one for one in taken if one.start < offer.hour + HOUR and one.end > offer.hour]
    kinds = [piece_kind(one, mine) for one in here]
    if kinds and (offer.why is None or offer.why.code in (Reason.OVERLAP, Reason.CONCURRENT)):
        kind = "yours" if "yours" in kinds else kinds[0]
        until = max(one.end for one in here if piece_kind(one, mine) == kind)
        return Look(
            kind, speech.text(WORDS[kind]), speech.text(mark("until %(time)s"), time=speech.time(until))
        )
    if offer.why is None or offer.why.code in (Reason.OVERLAP, Reason.LAB_CLOSED):
        return Look("closed", speech.text(mark("Too short for this duration")))
    return Look("closed", speech.text(mark("Not at this time")), speech.say(offer.why.code, offer.why.params))
