"""What stands in the workshop at this instant? One consistent read of all that boards and tables show.

Nine queries for a whole lab, whatever its size; everything after that is arithmetic.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.calendars import WALK_IN, Opening, open_for, openings
from core.grants import MachinePolicy
from core.timeline import Span, at_local, local_day, subtract
from hub.ports import Closure, Lock, Machine, Node, Reservation, Session, Tx
from hub.services import facts

AHEAD = timedelta(days=8)  # a board says when a closed machine opens again, a week and a holiday ahead


@dataclass(frozen=True, slots=True)
class Place:
    """One machine with all that concerns it; `openings` reach from the day's midnight to AHEAD."""

    machine: Machine
    policy: MachinePolicy
    openings: tuple[Opening, ...]
    taken: tuple[Reservation, ...]
    node: Node | None
    running: Session | None
    locks: tuple[Lock, ...]

    @property
    def seats(self) -> int:
        """How many people can use it at once."""
        return self.policy.seats

    @property
    def open_time(self) -> tuple[Span, ...]:
        """When whoever is no staff may be at the machine."""
        return open_for(self.openings, WALK_IN)


@dataclass(frozen=True, slots=True)
class Workshop:
    """A lab at `now`: its machines by name."""

    now: datetime
    places: Mapping[str, Place] = field(default_factory=dict)


def day_of(now: datetime, zone: str) -> Span:
    """The local calendar day of `now`."""
    day = local_day(now, zone)
    return Span(at_local(day, 0, zone), at_local(day + timedelta(days=1), 0, zone))


def workshop(tx: Tx, lab: str, now: datetime, only: str | None = None) -> Workshop:
    """Everything at `now`; of one machine alone when `only` is given."""
    machines = [one for one in tx.machines.all(lab=lab) if only in (None, one.id)]
    if not machines:
        return Workshop(now)
    today = day_of(now, machines[0].zone)
    within = Span(today.start, now + AHEAD)
    taken = tx.bookings.taken_in(lab, within.start, within.end)
    nodes = {node.machine: node for node in tx.nodes.all(lab) if node.retired is None}
    running = {session.machine: session for session in tx.sessions.running_in(lab)}
    locks, seats = tx.locks.open_in(lab), tx.machines.seat_counts(lab)
    hours = _hours(tx, lab, machines, within)
    return Workshop(
        now,
        {
            one.id: Place(
                machine=one,
                policy=facts.policy_of(one, seats.get(one.id, 1)),
                openings=hours[one.id],
                taken=tuple(slot for slot in taken if slot.machine == one.id),
                node=nodes.get(one.id),
                running=running.get(one.id),
                locks=tuple(lock for lock in locks if lock.machine == one.id),
            )
            for one in machines
        },
    )


def _hours(tx: Tx, lab: str, machines: list[Machine], within: Span) -> Mapping[str, tuple[Opening, ...]]:
    """The openings of each machine; a week that several share is expanded once."""
    closures = tx.machines.closures_in(lab, within.start, within.end)
    weeks = facts.weeks_of(tx, lab, machines)
    opened = {id(week): openings(week, within) for week in weeks.values()}
    return {
        one.id: _cut(opened[id(weeks[one.id])], [shut for shut in closures if shut.machine in (None, one.id)])
        for one in machines
    }


def _cut(found: tuple[Opening, ...], closures: list[Closure]) -> tuple[Opening, ...]:
    holes = [Span(shut.start, shut.end) for shut in closures]
    return tuple(
        Opening(left.start, left.end, opening.audience)
        for opening in found
        for left in subtract([opening.span], holes)
    )
