"""Late, and coming: may the slot be held for a quarter of an hour more? Once, and only while nobody waits for it (R34)."""

from datetime import datetime, timedelta

from core.access import objection
from core.timeline import Span, stamp
from core.vocabulary import Reason, ReservationStatus
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, telling, waiting_list
from hub.services.ground import NotReserved, no

LONGER = timedelta(minutes=15)  # R34


def hold(tx: Tx, old: Reservation, by: Person, now: datetime) -> Reservation | NotReserved:
    """Hold it till grace and 15 minutes after the start. REPEATED {held}, PRIORITY (somebody waits), PAST, HORIZON {opens}."""
    tx.people.lock([old.person])
    present, machine = tx.bookings.get(old.id), tx.machines.get(old.machine)
    if present is None or machine is None or present.status is not ReservationStatus.CONFIRMED:
        return NotReserved(no(Reason.PAST))
    if present.held_until is not None:
        return NotReserved((objection(Reason.REPEATED, {"held": stamp(present.held_until)}),))
    if (refusal := _out_of_time(present, machine, now)) is not None:
        return refusal
    if waiting_list.wanted(tx, machine, Span(present.start, present.end), present.person):
        return NotReserved(no(Reason.PRIORITY))
    until = min(present.end, due(present, machine) + LONGER)
    held = tx.bookings.change(present, now, {"held_until": until})
    if held is None:
        return NotReserved(no(Reason.CHANGED))
    telling.tell(tx, held, by.id, "reservation.held", now, {"held": stamp(until)})
    return held


def due(one: Reservation, machine: Machine) -> datetime:
    """When a slot whose holder has not come is given up: after the grace, or later where he said so."""
    return one.held_until or one.start + timedelta(minutes=facts.policy_of(machine).grace_min)


def _out_of_time(present: Reservation, machine: Machine, now: datetime) -> NotReserved | None:
    opens = present.start - timedelta(minutes=facts.policy_of(machine).early_min)
    if now < opens:
        return NotReserved((objection(Reason.HORIZON, {"opens": stamp(opens)}),))
    return NotReserved(no(Reason.PAST)) if now >= due(present, machine) else None
