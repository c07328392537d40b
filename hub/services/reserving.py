"""May this slot be booked, moved, given back? The one way to a reservation, for pages, API, nodes and jobs.

Three rules: the facts are read under the locks of the person and the seats; the database alone decides who was first; what
is refused is a value with every objection, and writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.access import Objection, objection
from core.booking import BookingRules, Taken, Wanted, free_seat, objections
from core.grants import Right
from core.timeline import Span
from core.vocabulary import OCCUPYING, Reason, ReservationKind, ReservationStatus
from hub.ports import Machine, NewReservation, Person, Reservation, Tx
from hub.services import facts, granting
from hub.services.refused import Refused, refused

AROUND = timedelta(days=2)  # how far openings are read around a slot: past the longest booking of one day
FAR = timedelta(days=3660)  # ten years either way: beyond, it is a slip of the keyboard, not a plan
GIVEN_BACK = frozenset(
    {ReservationStatus.CANCELLED, ReservationStatus.CANCELLED_LATE, ReservationStatus.CANCELLED_LAB}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A slot that somebody wants on a machine; `person` will hold it, `by` asks for it."""

    machine: str
    person: str
    start: datetime
    end: datetime
    by: str
    kind: ReservationKind = ReservationKind.BOOKING
    note: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time on a machine."""

    machine: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class NotReserved(Refused):
    """Nothing was written; `alternatives` are bookable, and sought only where the overlap is all there is against it."""

    alternatives: tuple[Slot, ...] = field(default=())

    @property
    def only_late(self) -> bool:
        """Whether somebody else's slot is the only objection (409, else 422)."""
        return all(one.code is Reason.OVERLAP for one in self.objections)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that a wish is held against, read once in one transaction."""

    machine: Machine
    person: Person
    wanted: Wanted
    rules: BookingRules
    right: Right
    taken: tuple[Taken, ...]

    def against(self, now: datetime) -> tuple[Objection, ...]:
        """Everything against it, in order of rank."""
        return objections(self.wanted, self.taken, self.rules, now)

    def seat(self) -> int | None:
        """A free seat."""
        return free_seat(self.wanted, self.taken, self.rules.seats)


def reserve(tx: Tx, wish: Wish, now: datetime) -> Reservation | NotReserved:
    """Book the slot, or say everything against it."""
    ground = ground_of(tx, wish, now, lock=True)
    if isinstance(ground, NotReserved):
        return ground
    against, seat = ground.against(now), ground.seat()
    if against or seat is None:
        return NotReserved(against or _taken())
    made = tx.bookings.add(_new(ground, wish, seat), now)
    if made is None:
        return NotReserved(_taken())
    _tell(tx, made, wish.by, "reservation.made", now)
    return made


def walk_up(tx: Tx, machine: Machine, person: str, end: datetime, now: datetime) -> Reservation | NotReserved:
    """Book [now, end) for someone who stands at the machine (R33); who may was decided before."""
    tx.people.lock([person])
    seats = [seat.id for seat in tx.machines.seats(machine.id, lock=True)]
    seat = free_seat(Wanted(now, end), _taken_of(tx, machine.id, now, end), seats)
    kind = ReservationKind.WALKUP
    new = NewReservation(
        machine.lab, machine.id, seat or 0, person, now, end, kind, ReservationStatus.ARRIVED
    )
    made = None if seat is None else tx.bookings.add(new, now)
    if made is None:
        return NotReserved(_taken())
    _tell(tx, made, person, "reservation.walked-up", now)
    return made


def move(
    tx: Tx, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime
) -> Reservation | NotReserved:
    """Move it to [start, end) under the same rules; refused, it stays where it was. CHANGED: somebody was first."""
    if (gone := _not_changeable(old, now)) is not None:
        return gone
    wish = Wish(old.machine, old.person, *span, by=by.id, kind=old.kind)
    ground = ground_of(tx, wish, now, lock=True, but=old.id)
    if isinstance(ground, NotReserved):
        return ground
    against, seat = ground.against(now), ground.seat()
    if against or seat is None:
        return NotReserved(against or _taken())
    moved = tx.bookings.move(old, *span, seat, now)
    if moved is None:
        present = tx.bookings.get(old.id)
        return NotReserved(_taken() if present == old else _no(Reason.CHANGED))
    _tell(tx, moved, by.id, "reservation.moved", now)
    return moved


def cancel(tx: Tx, old: Reservation, by: Person, now: datetime) -> Reservation | NotReserved:
    """Give the slot back; one that was given back already is simply shown."""
    if old.status in GIVEN_BACK:
        return old
    if (gone := _not_changeable(old, now)) is not None:
        return gone
    cancelled = tx.bookings.set_status(old, ReservationStatus.CANCELLED, now)
    if cancelled is None:
        return NotReserved(_no(Reason.CHANGED))
    _tell(tx, cancelled, by.id, "reservation.cancelled", now)
    return cancelled


def visible(tx: Tx, reservation: str, asking: Person) -> Reservation | None:
    """The reservation, if it is the asking person's or he is staff of its lab; else None, as if there were none."""
    found = tx.bookings.get(reservation)
    mine = found is not None and (found.person == asking.id or asking.is_staff(found.lab))
    return found if mine else None


def ground_of(
    tx: Tx, wish: Wish, now: datetime, *, lock: bool = False, but: str = ""
) -> Ground | NotReserved:
    """The facts around a wish, all but the reservation `but`; NOT_FOUND or INVALID where there is nothing to judge."""
    if lock:
        tx.people.lock([wish.person])
    machine, person = tx.machines.get(wish.machine), tx.people.get(wish.person)
    if machine is None or person is None:
        return NotReserved(_no(Reason.NOT_FOUND))
    if not person.roles.get(machine.lab):
        return NotReserved(_no(Reason.FORBIDDEN))
    if not (now - FAR < wish.start < wish.end < now + FAR):
        return NotReserved(
            refused(Reason.INVALID, {"field": "end" if wish.end <= wish.start else "start"}).objections
        )
    seats = tuple(seat.id for seat in tx.machines.seats(machine.id, lock=lock))
    right = granting.right_at(tx, person, machine, wish.end)
    within = (
        Span(wish.start - AROUND, wish.end + AROUND)
        if wish.end - wish.start < AROUND
        else Span(wish.start, wish.end)
    )
    rules = BookingRules(
        policy=facts.policy_of(machine, len(seats)),
        openings=facts.openings_of(tx, machine, within),
        missing=right.missing,
        seats=seats,
    )
    roles = facts.roles_of(person, machine.lab)
    taken = tuple(_taken_of(tx, machine.id, wish.start, wish.end, but))
    return Ground(machine, person, Wanted(wish.start, wish.end, wish.kind, roles), rules, right, taken)


def _taken_of(tx: Tx, machine: str, start: datetime, end: datetime, but: str = "") -> Iterable[Taken]:
    return [
        Taken(one.seat, one.start, one.end) for one in tx.bookings.taken(machine, start, end) if one.id != but
    ]


def _new(ground: Ground, wish: Wish, seat: int) -> NewReservation:
    return NewReservation(
        lab=ground.machine.lab,
        machine=wish.machine,
        seat=seat,
        person=wish.person,
        start=wish.start,
        end=wish.end,
        kind=wish.kind,
        note=wish.note,
        by=wish.by,
    )


def _not_changeable(old: Reservation, now: datetime) -> NotReserved | None:
    running = old.status in (ReservationStatus.ARRIVED, ReservationStatus.IN_USE)
    if old.status not in OCCUPYING or running or old.end <= now:
        return NotReserved(_no(Reason.PAST))
    return None


def _tell(tx: Tx, told: Reservation, by: str, action: str, now: datetime) -> None:
    """Everybody who must know, after the commit: the node, the board, the holder's mail; and the audit."""
    granting.changed(tx, [told.machine], now)
    tx.outbox.put(told.lab, "mail", told.person, {"template": action, "reservation": told.id}, now)
    tx.audit.append(told.lab, by, action, told.id, {"machine": told.machine, "member": told.person}, now)


def _taken() -> tuple[Objection, ...]:
    return _no(Reason.OVERLAP)


def _no(code: Reason) -> tuple[Objection, ...]:
    return (objection(code, None),)
