"""Has he booked the machine beside this one? Then his booking may come here with him, by one more tap (E22).

What he leaves is free at once and offered to who waits; it is no cancellation of his: no strike, no quota counts it twice.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from core.access import Decision, Situation, decide
from core.booking import Wanted, free_seat
from core.grants import Booking, MachineView
from core.timeline import Span
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Machine, NewReservation, Person, Reservation, Tx
from hub.services import facts, offering, telling
from hub.services.ground import taken_of

_TICK = timedelta(milliseconds=1)  # R32: at the fifteenth minute before, he may
MOVES = frozenset({ReservationKind.BOOKING})


def elsewhere(tx: Tx, person: Person, machine: Machine, now: datetime) -> Reservation | None:
    """His booking of now at another machine of the family, for which he has not come yet."""
    early = timedelta(minutes=facts.policy_of(machine).early_min)
    for one in tx.bookings.of_person(person.id, now, now + early + _TICK):
        waits = one.status is ReservationStatus.CONFIRMED and one.kind in MOVES
        if waits and one.machine != machine.id and one.start <= now + early and one.end > now:
            other = tx.machines.get(one.machine)
            if other is not None and (other.lab, other.family) == (machine.lab, machine.family):
                return one
    return None


def as_if_here(view: MachineView, old: Reservation) -> MachineView:
    """The view as it would be with that booking at this machine."""
    his = Booking(old.id, old.person, old.kind, old.start, old.end)
    return replace(view, bookings=tuple(sorted((*view.bookings, his), key=lambda one: (one.start, one.id))))


def bring(
    tx: Tx, old: Reservation, machine: Machine, view: tuple[str, MachineView, Situation], now: datetime
) -> Decision | None:
    """Move it here from now on, if it may be used here; `view`: (key, view, situation). None: it cannot come."""
    key, seen, situation = view
    decision = decide(key, as_if_here(seen, old), now, situation)
    if not decision.allowed or decision.until is None:
        return decision
    span = Span(now, decision.until)
    seats = [seat.id for seat in tx.machines.seats(machine.id, lock=True)]
    seat = free_seat(Wanted(span.start, span.end), taken_of(tx, machine.id, span), seats)
    gone = None if seat is None else tx.bookings.set_status(old, ReservationStatus.CANCELLED, now)
    if seat is None or gone is None:
        return None
    new = NewReservation(
        machine.lab, machine.id, seat, old.person, span.start, span.end, old.kind, ReservationStatus.ARRIVED,
        old.note, old.person, exempt=old.exempt,
    )  # fmt: skip
    made = tx.bookings.add(new, now)
    if made is None:
        tx.bookings.set_status(gone, old.status, now)
        return None
    telling.quietly(tx, gone, old.person, "reservation.left", now)
    telling.tell(tx, made, old.person, "reservation.moved", now)
    offering.freed(tx, old.machine, Span(max(old.start, now), old.end), now)
    return replace(decision, booking=facts.booking_of(made))
