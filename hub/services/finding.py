"""Which time is free, and where? Searched in memory (searching.py), in a reading transaction, after the fact."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

from core.booking import BookingRules, Wanted, last_day
from core.holder import Holder, plan_of
from core.timeline import Span, at_local
from core.vocabulary import MachineStatus, Role
from hub.ports import Machine, Person, Store, Tx, WaitingEntry
from hub.ports.bookings import Reservation
from hub.services import facts, giving_back, granting, holding, offering
from hub.services.house import House, all_houses, house_with
from hub.services.letting_in import Caller
from hub.services.reserving import NotReserved, Slot, Wish, reserve
from hub.services.searching import Place, starts

MOST = 3  # alternatives with a refusal (api.md)
NEAR = timedelta(days=1)  # most people want the same day or the next; only then the whole horizon is searched


def book(store: Store, wishes: tuple[Wish, ...], now: datetime) -> Reservation | NotReserved:
    """The first of the wishes (one per machine of a family) that can be had; else what stands against the best of them.

    The search for alternatives does not hold up the other writers.
    """
    answer = store.write(lambda tx: _first(tx, wishes, now))
    if isinstance(answer, NotReserved) and answer.only_late:
        of_family = len(wishes) > 1
        found = store.read(lambda tx: _instead(tx, wishes, now) if of_family else nearest(tx, wishes[0], now))
        return NotReserved(answer.objections, found)
    return answer


def move(
    store: Store, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime, *, reason: str = ""
) -> Reservation | NotReserved:  # fmt: skip
    """Move a reservation; where only others' slots are in the way, say what is free instead, as for a new one.

    On another machine of the family the holder books anew and gives this one back.
    """
    answer = store.write(lambda tx: giving_back.move(tx, old, by, span, now, reason=reason))
    if isinstance(answer, NotReserved) and answer.only_late:
        wish = Wish(old.machine, old.person, *span, by=by.id, kind=old.kind)
        return NotReserved(answer.objections, store.read(lambda tx: nearest(tx, wish, now)))
    return answer


def accept(store: Store, entry: WaitingEntry, by: Person, now: datetime) -> Reservation | NotReserved:
    """Take what is offered to who waits; where somebody was faster, say what is free instead."""
    offer = store.read(lambda tx: tx.waiting.offer_of(entry.id))
    answer = store.write(lambda tx: offering.accept(tx, entry, by, now))
    if isinstance(answer, NotReserved) and answer.only_late and offer is not None:
        wish = Wish(offer.machine, entry.person, offer.start, offer.end, by=by.id)
        return NotReserved(answer.objections, store.read(lambda tx: nearest(tx, wish, now)))
    return answer


def _first(tx: Tx, wishes: tuple[Wish, ...], now: datetime) -> Reservation | NotReserved:
    refusals = []
    for wish in wishes:
        answer = reserve(tx, wish, now)
        if not isinstance(answer, NotReserved):
            return answer
        refusals.append(answer)
    return min(refusals, key=lambda refusal: (not refusal.only_late, len(refusal.objections)))


def nearest(tx: Tx, wish: Wish, now: datetime) -> tuple[Slot, ...]:
    """Up to three slots close to the wish: on the machine itself, and on those of its family that the person may use."""
    beside = [replace(wish, machine=one) for one in _beside(tx, wish)]
    found = [
        *instead(tx, wish, now, MOST + 2 if beside else MOST),
        *(slot for other in beside for slot in instead(tx, other, now, 1)),
    ]
    return _apart(found, wish)


def _beside(tx: Tx, wish: Wish) -> list[str]:
    """The other machines of the family, in the same lab, that work and that this person has the right to."""
    person, house = tx.people.get(wish.person), house_with(tx, wish.machine)
    if house is None or person is None:
        return []
    family = house.machines[wish.machine].family
    return [
        one.id
        for one in house.machines.values()
        if one.family == family and one.id != wish.machine and one.status is MachineStatus.OK
        and not granting.right_at(tx, person, one, wish.end).missing
    ]  # fmt: skip


def _instead(tx: Tx, wishes: tuple[Wish, ...], now: datetime) -> tuple[Slot, ...]:
    return _apart([slot for wish in wishes for slot in instead(tx, wish, now)], wishes[0])


def _apart(found: list[Slot], wish: Wish) -> tuple[Slot, ...]:
    """Three of them, the nearest first; where it can be, such that one person could take them all."""
    found.sort(key=lambda slot: (abs(slot.start - wish.start), slot.machine != wish.machine, slot.machine))
    chosen: list[Slot] = []
    for slot in found:
        if all(slot.end <= one.start or one.end <= slot.start for one in chosen):
            chosen.append(slot)
    return tuple([*chosen, *(slot for slot in found if slot not in chosen)][:MOST])


def instead(tx: Tx, wish: Wish, now: datetime, most: int = MOST) -> tuple[Slot, ...]:
    """Up to `most` slots of the same length that this person could book now, the nearest days first."""
    person, house = tx.people.get(wish.person), house_with(tx, wish.machine)
    if house is None or person is None:
        return ()
    machine = house.machines[wish.machine]
    wanted = Wanted(wish.start, wish.end, wish.kind, facts.roles_of(person, machine.lab), person.id)
    right = granting.right_at(tx, person, machine, wish.end)
    holder = holding.holder_of(tx, person, machine, wish.start, now)
    place = place_of(house, wish.machine, wanted, now, holder)
    found = search(tx, place, max(now, wish.start - NEAR), wish.end + NEAR, most)
    if len(found) < most:
        found = search(tx, place, now, place.horizon, most)
    return tuple(slot for slot in found if right.until is None or slot.end <= right.until)


def free(
    tx: Tx, family: str, wanted: Span, roles: tuple[Role, ...], now: datetime, most: int
) -> tuple[Slot, ...]:
    """The next free slots of a length over all machines of a family: `wanted.start` on, `wanted` long."""
    asked = Wanted(wanted.start, wanted.end, roles=roles)
    places = [place_of(house, name, asked, now) for house, name in _family(tx, family)]
    length = wanted.end - wanted.start
    found = starts(tx, places, max(now, wanted.start))
    return tuple(Slot(name, start, start + length) for start, name in islice(found, most))


def free_for(
    tx: Tx, family: str, wanted: Span, caller: Caller | None, now: datetime, most: int
) -> tuple[Slot, ...] | None:
    """The next free slots for this caller (a stranger: as for a member); None when there is no such family."""
    machines = _family(tx, family)
    if not machines:
        return None
    roles = facts.roles_of(caller.person, machines[0][0].lab) if caller else (Role.MEMBER,)
    return free(tx, family, wanted, roles or (Role.MEMBER,), now, most)


def _family(tx: Tx, family: str) -> list[tuple[House, str]]:
    return sorted(
        (
            (house, one.id)
            for house in all_houses(tx)
            for one in house.machines.values()
            if one.family == family
        ),
        key=lambda pair: pair[1],
    )


def place_of(
    house: House, machine: str, wanted: Wanted, now: datetime, holder: Holder | None = None
) -> Place:
    """Where to search: the machine with its figures and terms, for this holder, or for anybody."""
    rules = BookingRules(
        house.policies[machine],
        openings=(),
        seats=house.seats.get(machine, ()),
        terms=house.terms[machine],
        holder=holder or Holder(plan=plan_of(wanted.roles, None)),
    )
    return Place(house, machine, rules, wanted, now)


def search(tx: Tx, place: Place, first: datetime, last: datetime, most: int) -> list[Slot]:
    """Up to `most` bookable slots between the two: the next ones from the wanted start, else the nearest before it."""
    wanted, length = place.wanted.start, place.wanted.end - place.wanted.start
    after = list(islice(_between(tx, place, max(first, wanted), last), most))
    limit = after[0] if after else place.wanted.end
    before = takewhile(lambda start: start < wanted, _between(tx, place, first, limit))
    nearest = deque(before if len(after) < most else (), maxlen=most - len(after))
    return [Slot(place.machine, start, start + length) for start in (*nearest, *after)]


def _between(tx: Tx, place: Place, first: datetime, last: datetime) -> Iterator[datetime]:
    length = place.wanted.end - place.wanted.start
    found = (start for start, _ in starts(tx, [place], max(first, place.now)))
    return takewhile(lambda start: start + length <= last, found)


def horizon_end(machine: Machine, now: datetime) -> datetime:
    """The first instant that may not be booked yet (R08)."""
    policy = facts.policy_of(machine)
    return at_local(last_day(policy, now) + timedelta(days=1), 0, policy.zone)
