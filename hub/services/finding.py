"""Which time is free instead, and where? Searched after the fact, in a reading transaction."""

from datetime import datetime, timedelta

from core.booking import BookingRules, Taken, Wanted, alternatives, last_day
from core.timeline import Span, at_local
from core.vocabulary import Role
from hub.ports import Machine, Person, Store, Tx
from hub.ports.bookings import Reservation
from hub.services import facts, granting, reserving
from hub.services.letting_in import Caller
from hub.services.reserving import NotReserved, Slot, Wish, reserve

MOST = 3  # alternatives with a refusal (api.md)
NEAR = timedelta(days=1)  # most people want the same day or the next; only then the whole horizon is searched


def book(store: Store, wishes: tuple[Wish, ...], now: datetime) -> Reservation | NotReserved:
    """The first of the wishes (one per machine of a family) that can be had; else what stands against the best of them.

    The search for alternatives does not hold up the other writers.
    """
    answer = store.write(lambda tx: _first(tx, wishes, now))
    if isinstance(answer, NotReserved) and answer.only_late:
        found = store.read(lambda tx: _instead(tx, wishes, now))
        return NotReserved(answer.objections, found)
    return answer


def move(
    store: Store, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime
) -> Reservation | NotReserved:
    """Move a reservation; where only others' slots are in the way, say what is free instead."""
    answer = store.write(lambda tx: reserving.move(tx, old, by, span, now))
    if isinstance(answer, NotReserved) and answer.only_late:
        wish = Wish(old.machine, old.person, *span, by=by.id, kind=old.kind)
        return NotReserved(answer.objections, store.read(lambda tx: instead(tx, wish, now)))
    return answer


def _first(tx: Tx, wishes: tuple[Wish, ...], now: datetime) -> Reservation | NotReserved:
    refusals = []
    for wish in wishes:
        answer = reserve(tx, wish, now)
        if not isinstance(answer, NotReserved):
            return answer
        refusals.append(answer)
    return min(refusals, key=lambda refusal: (not refusal.only_late, len(refusal.objections)))


def _instead(tx: Tx, wishes: tuple[Wish, ...], now: datetime) -> tuple[Slot, ...]:
    found = [slot for wish in wishes for slot in instead(tx, wish, now)]
    wanted = wishes[0].start
    return tuple(sorted(found, key=lambda slot: (abs(slot.start - wanted), slot.machine))[:MOST])


def instead(tx: Tx, wish: Wish, now: datetime, most: int = MOST) -> tuple[Slot, ...]:
    """Up to `most` slots of the same length that this person could book now, the nearest days first."""
    machine, person = tx.machines.get(wish.machine), tx.people.get(wish.person)
    if machine is None or person is None:
        return ()
    wanted = Wanted(wish.start, wish.end, wish.kind, facts.roles_of(person, machine.lab))
    right = granting.right_at(tx, person, machine, wish.end)
    near = Span(max(now, wish.start - NEAR), max(now, wish.end) + NEAR)
    found = search(tx, machine, wanted, near, now, most)
    if len(found) < most:
        found = search(tx, machine, wanted, Span(now, max(near.end, horizon_end(machine, now))), now, most)
    return tuple(slot for slot in found if right.until is None or slot.end <= right.until)


def free(
    tx: Tx, family: str, wanted: Span, roles: tuple[Role, ...], now: datetime, most: int
) -> tuple[Slot, ...]:
    """The next free slots of a length over all machines of a family: `wanted.start` on, `wanted` long."""
    slots = []
    for machine in tx.machines.all(family=family):
        asked = Wanted(wanted.start, wanted.end, roles=roles)
        until = horizon_end(machine, now)
        if wanted.start < until:
            slots += search(tx, machine, asked, Span(wanted.start, until), now, most)
    later = [slot for slot in slots if slot.start >= wanted.start]
    return tuple(sorted(later, key=lambda slot: (slot.start, slot.machine))[:most])


def free_for(
    tx: Tx, family: str, wanted: Span, caller: Caller | None, now: datetime, most: int
) -> tuple[Slot, ...] | None:
    """The next free slots for this caller (a stranger: as for a member); None when there is no such family."""
    machines = tx.machines.all(family=family)
    if not machines:
        return None
    roles = facts.roles_of(caller.person, machines[0].lab) if caller else (Role.MEMBER,)
    return free(tx, family, wanted, roles or (Role.MEMBER,), now, most)


def search(tx: Tx, machine: Machine, wanted: Wanted, within: Span, now: datetime, most: int) -> list[Slot]:
    """Bookable slots of a machine within a span."""
    seats = tuple(seat.id for seat in tx.machines.seats(machine.id))
    rules = BookingRules(
        facts.policy_of(machine, len(seats)), facts.openings_of(tx, machine, within), (), seats
    )
    taken = [
        Taken(one.seat, one.start, one.end) for one in tx.bookings.taken(machine.id, within.start, within.end)
    ]
    return [Slot(machine.id, span.start, span.end) for span in alternatives(wanted, taken, rules, now, most)]


def horizon_end(machine: Machine, now: datetime) -> datetime:
    """The first instant that may not be booked yet (R08)."""
    policy = facts.policy_of(machine)
    return at_local(last_day(policy, now) + timedelta(days=1), 0, policy.zone)
