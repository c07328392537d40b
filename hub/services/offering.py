"""A time became free: who gets it? One held offer at a time, to whoever is next; near the start, whoever is first (R51).

A hold is a conditional reservation, so that the database keeps everybody else from the seat. What was
offered is judged again when it is accepted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.access import Objection
from core.timeline import Span, grid_ceil, grid_floor, stamp, subtract
from core.vocabulary import Reason, ReservationStatus
from hub.ports import (
    Machine,
    NewReservation,
    Offer,
    OfferStatus,
    Person,
    Reservation,
    Tx,
    WaitingEntry,
    WaitingStatus,
)
from hub.services import facts, granting, reserving, telling, waiting_list
from hub.services.refused import Refused, refused
from hub.services.reserving import Ground, NotReserved, Wish

SHORTEST, LONGEST = (
    timedelta(minutes=5),
    timedelta(minutes=30),
)  # R51: ttl = min(30, max(5, (start - now) / 2))
NEAR = timedelta(minutes=10)  # R51: nearer than that, first come, first served
HUB = "hub"
BEGUN = frozenset(
    {Reason.GRID, Reason.DURATION, Reason.PAST, Reason.LEAD}
)  # no obstacle to the rest of a slot


def freed(tx: Tx, machine_id: str, span: Span, now: datetime) -> int:
    """This time may be free: offer it to those who wait for it, in their order. How many offers were made."""
    machine = tx.machines.get(machine_id)
    if machine is None or span.end <= now:
        return 0
    waiting = waiting_list.in_turn(tx, machine, span, now)
    tx.people.lock([entry.person for entry in waiting])
    left: tuple[Span, ...] = (span,)
    made = 0
    for entry in waiting:
        offer = _first_fit(tx, machine, entry, left, now)
        made += offer is not None
        if offer is not None and offer.hold is not None:
            left = subtract(left, [Span(offer.start, offer.end)])
    return made


def accept(tx: Tx, entry: WaitingEntry, by: Person, now: datetime) -> Reservation | NotReserved:
    """Take what was offered; every rule is held against it again. CHANGED: no offer is open; PAST: it ran out."""
    _hold(tx, entry)
    offer = tx.waiting.offer_of(entry.id, lock=True)
    if offer is None:
        return NotReserved(refused(Reason.CHANGED).objections)
    if now >= offer.expires:
        _end(tx, offer, OfferStatus.LAPSED, now)
        return NotReserved(refused(Reason.PAST).objections)
    answer = _kept(tx, offer, by, now) if offer.hold is not None else _first_come(tx, offer, by, now)
    if isinstance(answer, Reservation):
        tx.waiting.close_offer(offer.id, OfferStatus.ACCEPTED)
        tx.waiting.set_status(entry.id, WaitingStatus.TAKEN)
        _drop_others(tx, entry, Span(answer.start, answer.end), now)
        telling.tell(tx, answer, by.id, "offer.accepted", now)
    return answer


def pass_on(tx: Tx, entry: WaitingEntry, by: Person, now: datetime) -> WaitingEntry | Refused:
    """Say no to the open offer; it goes to whoever is next, and the entry waits on. CHANGED: no offer is open."""
    _hold(tx, entry)
    offer = tx.waiting.offer_of(entry.id, lock=True)
    if offer is None:
        return refused(Reason.CHANGED)
    tx.audit.append(entry.lab, by.id, "offer.passed", offer.id, {"member": entry.person}, now)
    _end(tx, offer, OfferStatus.PASSED, now)
    return entry


def leave(tx: Tx, entry: WaitingEntry, by: Person, now: datetime) -> WaitingEntry | Refused:
    """Wait no longer; an open offer goes to whoever is next. Refused: CHANGED."""
    _hold(tx, entry)
    left = waiting_list.leave(tx, entry, by, now)
    offer = tx.waiting.offer_of(entry.id, lock=True)
    if offer is not None and not isinstance(left, Refused):
        _end(tx, offer, OfferStatus.PASSED, now)
    return left


def lapse(tx: Tx, now: datetime, limit: int) -> int:
    """Offers that nobody answered in time go to whoever is next. How many."""
    due = tx.waiting.offers_due(now, limit)
    for offer in sorted(due, key=lambda one: one.machine):
        waiting_list.hold(tx, offer.machine, Span(offer.start, offer.end), [offer.person])
    for offer in due:
        _end(tx, offer, OfferStatus.LAPSED, now)
    return len(due)


def ttl(start: datetime, now: datetime) -> timedelta:
    """How long an offer is held."""
    return min(LONGEST, max(SHORTEST, (start - now) / 2))


def _hold(tx: Tx, entry: WaitingEntry) -> None:
    """Hold whoever the answer to an open offer may concern, before the offer itself."""
    offer = tx.waiting.offer_of(entry.id)
    if offer is None:
        tx.people.lock([entry.person])
    else:
        waiting_list.hold(tx, offer.machine, Span(offer.start, offer.end), [entry.person])


def _end(tx: Tx, offer: Offer, how: OfferStatus, now: datetime) -> None:
    """The offer is over: its hold lets go of the seat, unless its holder sits there already."""
    hold = tx.bookings.get(offer.hold) if offer.hold is not None else None
    if hold is not None and hold.status in facts.ARRIVED:
        tx.waiting.close_offer(offer.id, OfferStatus.ACCEPTED)
        tx.waiting.set_status(offer.waiting, WaitingStatus.TAKEN)
        return
    if not tx.waiting.close_offer(offer.id, how) or hold is None:
        return
    if hold.status is ReservationStatus.CONDITIONAL:
        tx.bookings.set_status(hold, ReservationStatus.CANCELLED, now)
        granting.changed(tx, [hold.machine], now)
        tx.audit.append(offer.lab, HUB, f"offer.{how}", offer.id, {"member": offer.person}, now)
    freed(tx, offer.machine, Span(offer.start, offer.end), now)


def _first_fit(
    tx: Tx, machine: Machine, entry: WaitingEntry, left: Sequence[Span], now: datetime
) -> Offer | None:
    for piece in left:
        span = fitting(machine, entry, piece, now)
        if span is not None and not _hindered(tx, machine, entry, span, now):
            return _offered(tx, machine, entry, span, now)
    return None


def fitting(machine: Machine, entry: WaitingEntry, piece: Span, now: datetime) -> Span | None:
    """The part of a free time that suits who waits: on the grid, long enough, no longer than may be booked (E35)."""
    policy = facts.policy_of(machine)
    first = max(piece.start, entry.start)
    on_grid = grid_floor if first <= now else grid_ceil  # a slot that has begun is taken from now on
    start = on_grid(max(first, now), policy.step_min, policy.zone)
    last = min(piece.end, entry.end, start + timedelta(minutes=policy.max_duration_min))
    end = grid_floor(last, policy.step_min, policy.zone)
    least = timedelta(minutes=max(entry.min_minutes, policy.min_duration_min))
    return Span(start, end) if end - max(start, now) >= least else None


def _hindered(tx: Tx, machine: Machine, entry: WaitingEntry, span: Span, now: datetime) -> bool:
    """Whether the rules are against it; then the person is passed over silently, and it is written down (E34)."""
    _, against = _judged(tx, _wish(machine.id, entry.person, span, HUB, now), now)
    if against:
        codes = [one.code.value for one in against]
        tx.audit.append(machine.lab, HUB, "offer.skipped", entry.id, {"codes": codes}, now)
    return bool(against)


def _wish(machine: str, person: str, span: Span, by: str, now: datetime) -> Wish:
    return Wish(machine, person, max(span.start, now), span.end, by)


def _judged(tx: Tx, wish: Wish, now: datetime, but: str = "") -> tuple[Ground | None, tuple[Objection, ...]]:
    """What the rules look at, and what they have against it: of a slot that has begun, only what still matters."""
    ground = reserving.ground_of(tx, wish, now, lock=True, but=but)
    if isinstance(ground, NotReserved):
        return None, ground.objections
    against = ground.against()
    if wish.start > now:
        return ground, against
    return ground, tuple(one for one in against if one.code not in BEGUN)


def _offered(tx: Tx, machine: Machine, entry: WaitingEntry, span: Span, now: datetime) -> Offer | None:
    near = span.start - now < NEAR
    until = span.end - timedelta(minutes=entry.min_minutes) if near else now + ttl(span.start, now)
    hold = None if near else _kept_seat(tx, machine, entry, span, (until, now))
    if hold is None and not near:
        return None
    offer = Offer(
        id=tx.fresh_id(),
        lab=machine.lab,
        waiting=entry.id,
        person=entry.person,
        machine=machine.id,
        hold=hold.id if hold else None,
        start=span.start,
        end=span.end,
        expires=until,
        status=OfferStatus.OPEN,
        created=now,
    )
    tx.waiting.add_offer(offer)
    _tell_offer(tx, offer, now)
    return offer


def _tell_offer(tx: Tx, offer: Offer, now: datetime) -> None:
    params = {
        "entry": offer.waiting,
        "machine": offer.machine,
        "start": stamp(offer.start),
        "end": stamp(offer.end),
        "expires": stamp(offer.expires),
        "held": offer.hold is not None,
    }
    telling.mail_person(tx, offer.lab, offer.person, "waiting.offer", now, params)
    tx.audit.append(offer.lab, HUB, "offer.made", offer.id, {"member": offer.person, "hold": offer.hold}, now)
    granting.changed(tx, [offer.machine], now)


def _kept_seat(
    tx: Tx, machine: Machine, entry: WaitingEntry, span: Span, times: tuple[datetime, datetime]
) -> Reservation | None:
    until, now = times
    ground = reserving.ground_of(
        tx, Wish(machine.id, entry.person, span.start, span.end, HUB), now, lock=True
    )
    seat = None if isinstance(ground, NotReserved) else ground.seat()
    if seat is None or isinstance(ground, NotReserved):
        return None
    new = NewReservation(
        lab=machine.lab,
        machine=machine.id,
        seat=seat,
        person=entry.person,
        start=span.start,
        end=span.end,
        status=ReservationStatus.CONDITIONAL,
        held_until=until,
        exempt=ground.exempt(),
    )
    return tx.bookings.add(new, now)


def _kept(tx: Tx, offer: Offer, by: Person, now: datetime) -> Reservation | NotReserved:
    """The hold becomes a reservation."""
    hold = tx.bookings.get(offer.hold or "")
    if hold is not None and hold.status in facts.ARRIVED:
        return hold
    if hold is None or hold.status is not ReservationStatus.CONDITIONAL:
        tx.waiting.close_offer(offer.id, OfferStatus.MISSED)
        return NotReserved(refused(Reason.CHANGED).objections)
    wish = Wish(offer.machine, offer.person, hold.start, hold.end, by.id)
    ground, against = _judged(tx, wish, now, but=hold.id)
    if against or ground is None:
        return NotReserved(against)
    bound = tx.bookings.change(hold, now, {"held_until": None, "exempt": ground.exempt()})
    made = bound and tx.bookings.set_status(bound, ReservationStatus.CONFIRMED, now)
    return made or NotReserved(refused(Reason.CHANGED).objections)


def _first_come(tx: Tx, offer: Offer, by: Person, now: datetime) -> Reservation | NotReserved:
    """Nothing was held: book what is left of it now, if nobody was faster."""
    wish = _wish(offer.machine, offer.person, Span(offer.start, offer.end), by.id, now)
    ground, against = _judged(tx, wish, now)
    seat = ground.seat() if ground else None
    machine = tx.machines.get(offer.machine)
    if against or seat is None or machine is None or ground is None:
        if any(one.code is Reason.OVERLAP for one in against):
            tx.waiting.close_offer(offer.id, OfferStatus.MISSED)
        return NotReserved(against or refused(Reason.OVERLAP).objections)
    new = NewReservation(
        machine.lab, machine.id, seat, offer.person, wish.start, wish.end, by=by.id, exempt=ground.exempt()
    )
    made = tx.bookings.add(new, now)
    return made or NotReserved(refused(Reason.OVERLAP).objections)


def _drop_others(tx: Tx, taken: WaitingEntry, span: Span, now: datetime) -> None:
    """Who has a time waits for no other at that time (E34)."""
    for entry in tx.waiting.of(taken.person):
        overlaps = Span(entry.start, entry.end).overlaps(span)
        if entry.id == taken.id or entry.status is not WaitingStatus.WAITING or not overlaps:
            continue
        tx.waiting.set_status(entry.id, WaitingStatus.LEFT)
        tx.audit.append(entry.lab, HUB, "waiting.dropped", entry.id, {"for": taken.id}, now)
        offer = tx.waiting.offer_of(entry.id, lock=True)
        if offer is not None:
            _end(tx, offer, OfferStatus.MISSED, now)


def given_up(tx: Tx, hold: Reservation) -> None:
    """Whoever cancels a held offer's reservation passes the offer on."""
    offer = tx.waiting.offer_held_by(hold.id)
    if offer is not None:
        tx.waiting.close_offer(offer.id, OfferStatus.PASSED)
