"""What did I book last, and when could I have the same again? The same machine, weekday and hour, the next time they come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.timeline import at_local, local_day, local_minute
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Machine, Person, Tx

BACK = timedelta(days=90)  # older habits are no habits
WEEK = timedelta(days=7)
CAME = frozenset({ReservationStatus.DONE, ReservationStatus.IN_USE, ReservationStatus.ARRIVED})


@dataclass(frozen=True, slots=True)
class Again:
    """The same booking once more: a proposal, that the day's page holds against every rule."""

    machine: str
    start: datetime
    minutes: int

    @property
    def end(self) -> datetime:
        """When it would end."""
        return self.start + timedelta(minutes=self.minutes)


def again_of(tx: Tx, person: Person, now: datetime) -> Again | None:
    """The last booking that the person came to, moved by whole weeks of wall time past now; None without one."""
    held = tx.bookings.of_person(person.id, now - BACK, now)
    came = [one for one in held if one.kind is ReservationKind.BOOKING and one.status in CAME]
    machine = tx.machines.get(came[-1].machine) if came else None
    if machine is None or machine.lab != person.lab:
        return None
    last = came[-1]
    minutes = int(((last.planned_end or last.end) - last.start).total_seconds()) // 60
    return Again(machine.id, _next(last.start, machine, now), minutes)


def _next(start: datetime, machine: Machine, now: datetime) -> datetime:
    day, minute = local_day(start, machine.zone), local_minute(start, machine.zone)
    weeks = max(1, -(-(now - start) // WEEK))
    at = at_local(day + WEEK * weeks, minute, machine.zone)
    return at if at > now else at_local(day + WEEK * (weeks + 1), minute, machine.zone)
