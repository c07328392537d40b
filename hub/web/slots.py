"""Which starts of a day can be chosen, and what takes the rest? The day list, hour by hour.

The same rules as the booking itself (core.booking): what is offered here is accepted there, unless somebody is faster.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.booking import BookingRules, Taken, Wanted, bookable_time, free_seat, last_day
from core.grants import MachinePolicy
from core.timeline import Span, grid_ceil, local_day
from core.vocabulary import Role
from hub.ports import Reservation
from hub.web.looks import Look, piece_kind
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


def lengths(policy: MachinePolicy) -> list[int]:
    """The durations offered for a machine, in minutes, shortest first; its least and most among them."""
    fitting = {policy.min_duration_min, policy.max_duration_min}
    least, most = policy.min_duration_min, policy.max_duration_min
    fitting |= {one for one in OFFERED if least <= one <= most and one % policy.step_min == 0}
    found = sorted(fitting)
    while len(found) > MOST:
        del found[len(found) // 2]
    return found


def usual_length(policy: MachinePolicy) -> int:
    """An hour where it fits, else the least."""
    return 60 if 60 in lengths(policy) else policy.min_duration_min


def hours_of(
    day: Span,
    minutes: int,
    rules: BookingRules,
    taken: Sequence[Reservation],
    now: datetime,
    roles: Iterable[Role],
) -> list[tuple[datetime, tuple[Slot, ...]]]:
    """Each open hour of the day that is not over, with the starts in it that fit `minutes`."""
    seats = [Taken(one.seat, one.start, one.end) for one in taken]
    step, zone = timedelta(minutes=rules.policy.step_min), rules.policy.zone
    found: dict[datetime, list[Slot]] = {}
    for span in bookable_time(rules, roles):
        start = grid_ceil(max(span.start, day.start, now), rules.policy.step_min, zone)
        while start < min(span.end, day.end):
            hour = found.setdefault(grid_floor_hour(start), [])
            end = start + timedelta(minutes=minutes)
            if end <= span.end and free_seat(Wanted(start, end), seats, rules.seats) is not None:
                hour.append(Slot(start, end))
            start += step
    return [(hour, tuple(slots)) for hour, slots in sorted(found.items())]


def grid_floor_hour(at: datetime) -> datetime:
    """The full hour at or before `at`."""
    return at.replace(minute=0, second=0, microsecond=0)


def listed(
    found: Iterable[tuple[datetime, tuple[Slot, ...]]], taken: Sequence[Reservation], mine: str, speech: Voice
) -> list[Hour]:
    """The hours as listed, each with its number."""
    return [
        Hour(
            label=str(hour.astimezone(speech.zone).hour),
            first=slots[0] if slots else None,
            others=slots[1:],
            busy=None if slots else _busy(hour, taken, mine, speech),
        )
        for hour, slots in found
    ]


WORDS = {
    "booked": mark("Taken"), "class": mark("Class"), "out": mark("Maintenance"), "yours": mark("You"),
}  # fmt: skip


def _busy(hour: datetime, taken: Sequence[Reservation], mine: str, speech: Voice) -> Look:
    here = [one for one in taken if one.start < hour + HOUR and one.end > hour]
    kinds = [piece_kind(one, mine) for one in here]
    if not kinds:
        return Look("closed", speech.text(mark("Too short for this duration")))
    kind = "yours" if "yours" in kinds else kinds[0]
    return Look(kind, speech.text(WORDS[kind]))


def is_bookable_day(day: Span, policy: MachinePolicy, now: datetime) -> bool:
    """Whether a day lies between today and the horizon (R08)."""
    wanted = local_day(day.start, policy.zone)
    return local_day(now, policy.zone) <= wanted <= last_day(policy, now)
