"""What is the state of the machines, for anyone to see? One read for a whole lab; no person in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from core.access import DOWN
from core.calendars import WALK_IN, open_for, span_around
from core.grants import MachinePolicy
from core.timeline import Span, merge
from core.vocabulary import LockKind, MachineStatus
from hub.ports import Lock, Machine, Node, Reservation, Session, Tx
from hub.services import facts

AHEAD = timedelta(days=2)  # "free until" and "busy until" look no farther: past the longest booking


@dataclass(frozen=True, slots=True)
class MachineShown:
    """A machine as it is now. Free or busy, not both; neither when it is closed or out of service."""

    machine: Machine
    policy: MachinePolicy
    status: MachineStatus
    phase: str | None
    online: bool | None
    free_until: datetime | None
    busy_until: datetime | None


def machines_shown(
    tx: Tx, now: datetime, *, lab: str | None = None, family: str | None = None
) -> list[MachineShown]:
    """All machines (of a lab, of a family) by name."""
    found = tx.machines.all(lab=lab, family=family)
    labs = sorted({machine.lab for machine in found})
    return [one for each in labs for one in _in_lab(tx, each, [m for m in found if m.lab == each], now)]


def machine_shown(tx: Tx, name: str, now: datetime) -> MachineShown | None:
    """One machine; None when there is none of this name."""
    machine = tx.machines.get(name)
    return None if machine is None else _in_lab(tx, machine.lab, [machine], now)[0]


def _in_lab(tx: Tx, lab: str, machines: Sequence[Machine], now: datetime) -> list[MachineShown]:
    nodes = {node.machine: node for node in tx.nodes.all(lab) if node.retired is None}
    running = {session.machine: session for session in tx.sessions.running_in(lab)}
    locks, seats = tx.locks.open_in(lab), tx.machines.seat_counts(lab)
    taken = tx.bookings.taken_in(lab, now, now + AHEAD)
    return [
        _shown(
            tx,
            machine,
            seats.get(machine.id, 1),
            Present(
                nodes.get(machine.id),
                running.get(machine.id),
                [lock for lock in locks if lock.machine == machine.id],
                [one for one in taken if one.machine == machine.id],
            ),
            now,
        )
        for machine in machines
    ]


@dataclass(frozen=True, slots=True)
class Present:
    """What bears on one machine now."""

    node: Node | None
    running: Session | None
    locks: Sequence[Lock]
    taken: Sequence[Reservation]


def _shown(tx: Tx, machine: Machine, seats: int, present: Present, now: datetime) -> MachineShown:
    live = present.node.live if present.node else {}
    phase = live.get("phase")
    free, busy = _until(tx, machine, seats, present, now)
    return MachineShown(
        machine=machine,
        policy=facts.policy_of(machine, seats),
        status=status_of(machine, present.locks),
        phase=phase if isinstance(phase, str) else None,
        online=present.node.online if present.node else None,
        free_until=free,
        busy_until=busy,
    )


def status_of(machine: Machine, locks: Iterable[Lock]) -> MachineStatus:
    """What staff say of it; a lock says more (R46, R47)."""
    kinds = {lock.kind for lock in locks}
    if LockKind.LOCKOUT in kinds:
        return MachineStatus.MAINTENANCE
    if kinds or (machine.lacks and machine.status is not MachineStatus.DECOMMISSIONED):
        return MachineStatus.OUT_OF_ORDER
    rests = machine.upkeep == facts.OVERDUE and machine.status not in DOWN
    return MachineStatus.MAINTENANCE if rests else machine.status


def _until(
    tx: Tx, machine: Machine, seats: int, present: Present, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """(free until, busy until)."""
    full = full_spans(present.taken, seats)
    session = present.running
    if session is not None and seats == 1:
        full = merge([*full, Span(now, max(session.until or now, now + timedelta(minutes=1)))])
    holding = span_around(full, now)
    if holding is not None:
        return None, holding.end
    openings = open_for(facts.openings_of(tx, machine, Span(now, now + AHEAD)), WALK_IN)
    opening = span_around(openings, now)
    if opening is None:
        return None, None
    return min([opening.end, *(span.start for span in full if span.start > now)]), None


def full_spans(taken: Iterable[Reservation], seats: int) -> tuple[Span, ...]:
    """When every seat is taken; neighbours merged."""
    edges = sorted([(one.start, 1) for one in taken] + [(one.end, -1) for one in taken])
    spans, count = [], 0
    for (at, change), (following, _) in pairwise(edges):
        count += change
        if count >= seats and at < following:
            spans.append(Span(at, following))
    return merge(spans)
