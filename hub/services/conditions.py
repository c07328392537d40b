"""What becomes of a slot that was booked on a condition? 24 hours before it the right is there, or the slot lapses (R14)."""

from datetime import datetime

from core.timeline import Span
from core.vocabulary import ReservationStatus
from hub.ports import Reservation, Tx
from hub.services import granting, offering, telling

HUB = "hub"


def settle(tx: Tx, now: datetime, limit: int) -> int:
    """Confirm or give up what is due; holds of open offers are offering's. How many."""
    return sum(_settle(tx, one, now) for one in due(tx, now, limit))


def due(tx: Tx, now: datetime, limit: int) -> list[Reservation]:
    """Conditional slots whose time to be sure has come."""
    return [one for one in tx.bookings.held(now, limit) if tx.waiting.offer_held_by(one.id) is None]


def _settle(tx: Tx, one: Reservation, now: datetime) -> bool:
    person, machine = tx.people.get(one.person), tx.machines.get(one.machine)
    if person is None or machine is None:
        return False
    missing = granting.right_at(tx, person, machine, one.end).missing
    status = ReservationStatus.CANCELLED if missing else ReservationStatus.CONFIRMED
    free = tx.bookings.change(one, now, {"held_until": None})
    settled = free and tx.bookings.set_status(free, status, now)
    if settled is None:
        return False
    action = "reservation.lapsed" if missing else "reservation.confirmed"
    telling.tell(tx, settled, HUB, action, now, {"codes": [lack.code.value for lack in missing]})
    if missing and one.end > now:
        offering.freed(tx, one.machine, Span(max(one.start, now), one.end), now)
    return True
