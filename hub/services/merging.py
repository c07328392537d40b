"""He came too early to check in, and the machine was free: when does his walk-up become the slot that he booked? (R32, E21)

One session, one usage record: from the early check-in on it belongs to the booking; what was used before that stays a walk-up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.timeline import Span
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Machine, Reservation, Session, Tx
from hub.services import facts, no_shows, telling

HUB = "hub"
EARLIEST = timedelta(hours=4)  # core.parameters: the most that staff may set for an early check-in
_TICK = timedelta(milliseconds=1)
_BECOMES = frozenset({ReservationStatus.CONFIRMED, ReservationStatus.NO_SHOW, *facts.ARRIVED})


def ahead(tx: Tx, person: str, machine: str, span: Span) -> Reservation | None:
    """The person's next slot on this machine that begins within the span, or where it ends."""
    coming = tx.bookings.of_person(person, span.start, span.end + _TICK)
    his = (one for one in coming if one.machine == machine and span.start < one.start <= span.end)
    return next((one for one in his if one.kind in no_shows.TAPPED_FOR and one.status in _BECOMES), None)


def slot_of(
    tx: Tx, machine: Machine, kept: Reservation | None, reached: datetime, now: datetime
) -> Reservation | None:
    """The slot that a session belongs to which began on `kept` and lasted (or lasts) till `reached`."""
    if kept is None or kept.kind is not ReservationKind.WALKUP:
        return kept
    slot = ahead(tx, kept.person, machine.id, Span(kept.start, kept.end))
    if slot is None or reached < _from(machine, slot):
        return kept
    if kept.status in facts.ARRIVED:
        tx.bookings.set_status(kept, ReservationStatus.DONE, now)
    return no_shows.came_in_time(tx, slot, kept.start, now) or slot


def due(tx: Tx, now: datetime, limit: int) -> list[tuple[Session, Reservation]]:
    """Sessions whose walk-up becomes a booked slot now, with that slot."""
    return [(session, slot) for session, slot, at in _coming(tx, now, limit) if at <= now]


def merge_due(tx: Tx, now: datetime, limit: int) -> int:
    """Let what is due become the slot. How many."""
    found = due(tx, now, limit)
    for session, _ in sorted(found, key=lambda pair: (pair[1].person, pair[1].id)):
        _merge(tx, session, now)
    return len(found)


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next walk-up becomes a slot, if nobody ends it before."""
    return min((at for _, _, at in _coming(tx, now, 200) if at > now), default=None)


def _coming(tx: Tx, now: datetime, limit: int) -> Sequence[tuple[Session, Reservation, datetime]]:
    found = []
    for session in tx.sessions.spilling(now + EARLIEST, limit):
        kept, machine = tx.bookings.get(session.reservation or ""), tx.machines.get(session.machine)
        if kept is None or machine is None:
            continue
        slot = ahead(tx, kept.person, machine.id, Span(kept.start, kept.end))
        if slot is not None and slot.status is ReservationStatus.CONFIRMED:
            found.append((session, slot, _from(machine, slot)))
    return found


def _from(machine: Machine, slot: Reservation) -> datetime:
    return slot.start - timedelta(minutes=facts.policy_of(machine).early_min)


def _merge(tx: Tx, session: Session, now: datetime) -> None:
    machine, kept = tx.machines.get(session.machine), tx.bookings.get(session.reservation or "")
    found = slot_of(tx, machine, kept, now, now) if machine else None
    begun = found and tx.bookings.set_status(found, ReservationStatus.IN_USE, now)
    if begun is not None:
        tx.sessions.save(replace(session, reservation=begun.id))
        telling.quietly(tx, begun, HUB, "reservation.begun", now)
