"""May this slot be booked, moved, given back? The one way to a reservation, for pages, API, nodes and jobs.

Three rules: the facts are read under the locks of the person and the seats; the database alone decides who was first; what
is refused is a value with every objection, and writes nothing.
"""

from datetime import datetime, timedelta

from core.access import Objection
from core.booking import Wanted, free_seat
from core.timeline import Span
from core.vocabulary import OCCUPYING, Reason, ReservationKind, ReservationStatus
from hub.ports import Machine, NewReservation, Person, RebookingToken, Reservation, Tx
from hub.services import sanctions, telling, waiving
from hub.services.ground import TOKEN_HELPS, Ground, NotReserved, Slot, Wish, ground_of, no, taken_of

__all__ = [
    "GIVEN_BACK",
    "Ground",
    "NotReserved",
    "Slot",
    "Wish",
    "ground_of",
    "move",
    "reserve",
    "sits_there",
    "visible",
    "walk_up",
]

OWED = timedelta(days=30)  # R19: so long a rebooking token is good
GIVEN_BACK = frozenset(
    {ReservationStatus.CANCELLED, ReservationStatus.CANCELLED_LATE, ReservationStatus.CANCELLED_LAB}
)


def reserve(tx: Tx, wish: Wish, now: datetime, *, mailed: bool = True) -> Reservation | NotReserved:
    """Book the slot, or say everything against it; a rebooking token is spent where it alone helps (R19).

    `mailed` False: the caller sends one mail for many.
    """
    found = ground_of(tx, wish, now, lock=True)
    if isinstance(found, NotReserved):
        return found
    if (denied := waiving.refusal(tx, wish, found.machine.lab)) is not None:
        return denied
    ground, token, against = _with_a_token(tx, found)
    seat = None if against else ground.seat()
    if seat is None:
        return NotReserved(against or _taken())
    _give_way(tx, ground, wish, now)
    made = tx.bookings.add(_new(ground, wish, seat), now)
    if made is None:
        return NotReserved(_taken())
    if token is not None:
        tx.rebookings.use(token, made.id)
    waiving.written(tx, ground, made, wish.by, wish.note)
    _tell(tx, made, wish.by, "reservation.made", now, mailed=mailed)
    return made


def _with_a_token(tx: Tx, ground: Ground) -> tuple[Ground, str | None, tuple[Objection, ...]]:
    """The ground, by a rebooking token where quota or horizon alone stand against it and one is open; what stands against it."""
    against = ground.against()
    codes = {one.code for one in against}
    if not codes or not codes <= TOKEN_HELPS:
        return ground, None, against
    tokens = tx.rebookings.open_of(ground.person.id, ground.machine.lab, ground.now)
    by_token = ground.with_token()
    if not tokens or by_token.against():
        return ground, None, against
    return by_token, tokens[0].id, ()


def _give_way(tx: Tx, ground: Ground, wish: Wish, now: datetime) -> None:
    """Whoever a class displaces is told, and owed a booking (R18, R19)."""
    for identity in ground.gives_way():
        old = tx.bookings.get(identity)
        if old is not None:
            displace(tx, old, wish.by, now)


def displace(tx: Tx, old: Reservation, by: str, now: datetime) -> bool:
    """Somebody else has the time: the holder is told, and owed a booking (R19). False where it changed meanwhile."""
    gone = tx.bookings.set_status(old, ReservationStatus.DISPLACED, now)
    if gone is None:
        return False
    tx.rebookings.issue(RebookingToken(tx.fresh_id(), gone.lab, gone.person, gone.id, now, now + OWED))
    _tell(tx, gone, by, "reservation.displaced", now)
    return True


def walk_up(tx: Tx, machine: Machine, person: str, end: datetime, now: datetime) -> Reservation | NotReserved:
    """Book [now, end) for someone who stands at the machine (R33); who may was decided before."""
    tx.people.lock([person])
    seats = [seat.id for seat in tx.machines.seats(machine.id, lock=True)]
    seat = free_seat(Wanted(now, end), taken_of(tx, machine.id, Span(now, end)), seats)
    kind = ReservationKind.WALKUP
    new = NewReservation(
        machine.lab, machine.id, seat or 0, person, now, end, kind, ReservationStatus.ARRIVED, exempt=True
    )
    made = None if seat is None else tx.bookings.add(new, now)
    if made is None:
        return NotReserved(_taken())
    _tell(tx, made, person, "reservation.walked-up", now)
    return made


def move(
    tx: Tx, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime, *, reason: str = ""
) -> Reservation | NotReserved:
    """Move it to [start, end) under the same rules; refused, it stays where it was. CHANGED: somebody was first.

    `reason`: why staff set the house's comfort aside (E06).
    """
    begun = NotReserved(no(Reason.PAST)) if old.start <= now or sits_there(tx, old) else None
    if (gone := not_changeable(old, now) or begun or waiving.may_move(old, by, reason)) is not None:
        return gone
    wish = Wish(
        old.machine, old.person, *span, by=by.id, kind=old.kind, note=reason, override=bool(reason), read=True
    )
    ground = ground_of(tx, wish, now, lock=True, but=old.id)
    if isinstance(ground, NotReserved):
        return ground
    ground = _on_its_token(tx, ground, old)
    against, seat = ground.against(), ground.seat()
    if against or seat is None:
        return NotReserved(against or _taken())
    moved = tx.bookings.move(old, *span, seat, now)
    if moved is None:
        present = tx.bookings.get(old.id)
        return NotReserved(_taken() if present == old else no(Reason.CHANGED))
    moved = _judged_anew(tx, ground, moved, now)
    waiving.written(tx, ground, moved, by.id, reason)
    _tell(tx, moved, by.id, "reservation.moved", now)
    return moved


def _on_its_token(tx: Tx, ground: Ground, old: Reservation) -> Ground:
    """A slot that was had by a rebooking token keeps it where it moves (R19)."""
    codes = {one.code for one in ground.against()} if old.exempt else set()
    if not codes or not codes <= TOKEN_HELPS:
        return ground
    spent = any(token.used_for == old.id for token in tx.rebookings.of(old.person))
    return ground.with_token() if spent else ground


def _judged_anew(tx: Tx, ground: Ground, moved: Reservation, now: datetime) -> Reservation:
    """At its new time a slot counts, waits for a training, or is kept for who is late, as if it were made now."""
    said = {"exempt": ground.exempt(), "held_until": ground.held_until()}
    if said != {"exempt": moved.exempt, "held_until": moved.held_until}:
        moved = tx.bookings.change(moved, now, said) or moved
    if moved.status is not ground.status():
        moved = tx.bookings.set_status(moved, ground.status(), now) or moved
    return moved


def visible(tx: Tx, reservation: str, asking: Person) -> Reservation | None:
    """The reservation, if it is the asking person's or he is staff of its lab; else None, as if there were none."""
    found = tx.bookings.get(reservation)
    mine = found is not None and (found.person == asking.id or asking.is_staff(found.lab))
    return found if mine else None


def _new(ground: Ground, wish: Wish, seat: int) -> NewReservation:
    return NewReservation(
        lab=ground.machine.lab,
        machine=wish.machine,
        seat=seat,
        person=wish.person,
        start=wish.start,
        end=wish.end,
        kind=wish.kind,
        status=ground.status(),
        note=wish.note,
        by=wish.by,
        held_until=ground.held_until(),
        exempt=ground.exempt(),
    )


def not_changeable(old: Reservation, now: datetime) -> NotReserved | None:
    """PAST for what is over, given back already, or begun."""
    running = old.status in (ReservationStatus.ARRIVED, ReservationStatus.IN_USE)
    if old.status not in OCCUPYING or running or old.end <= now:
        return NotReserved(no(Reason.PAST))
    return None


def sits_there(tx: Tx, slot: Reservation) -> bool:
    """Whether its holder uses the machine already, let to go on into the slot (E21): then it has begun."""
    running = tx.sessions.running(slot.machine)
    if running is None or running.person != slot.person:
        return False
    return running.until is not None and slot.start < running.until


def _tell(tx: Tx, told: Reservation, by: str, action: str, now: datetime, *, mailed: bool = True) -> None:
    """Everybody who must know, after the commit: the node, the board, the holder's mail; and the audit."""
    say = telling.tell if mailed else telling.quietly
    say(tx, told, by, action, now)
    if told.status in OCCUPYING:
        sanctions.taken_over(tx, told, now)


def _taken() -> tuple[Objection, ...]:
    return no(Reason.OVERLAP)
