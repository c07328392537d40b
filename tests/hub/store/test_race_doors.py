"""Sixteen people at every door of the booking at once: does a minute ever belong to two, or a quota give way? On both databases."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Barrier

import pytest

from core.rulebook import Level
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Busy, Reservation, Store, Tx, WaitingEntry, WaitingStatus
from hub.services import extending, giving_back, grouping, offering, reserving, ruling, series, waiting_list
from hub.services.grouping import GroupWish
from hub.services.reserving import Wish
from hub.services.ruling import RulesAt
from hub.services.series import SeriesWish
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW, RULES, Cast, cast_in, member

CLIENTS, ROUNDS, PLACES = 16, 100, 60
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
FIRST = NOW + HOUR
pytestmark = pytest.mark.timeout(300)


def racing(persons: list[str], one: object) -> list[object]:
    """Each person's turn in a thread of its own, all from the same moment on."""
    start = Barrier(len(persons))

    def turn(person: str) -> object:
        start.wait(30)
        return one(person)

    with ThreadPoolExecutor(len(persons)) as pool:
        return list(pool.map(turn, persons))


def members(store: Store, count: int) -> list[str]:
    return [store.write(lambda tx, n=n: member(tx, f"Racer{n}")) for n in range(count)]


def nothing_twice(store: Store) -> list[Reservation]:
    """All that is taken; no seat has two at once."""
    taken = store.read(lambda tx: tx.bookings.taken_in(ADC, NOW - 24 * HOUR, NOW + 400 * 24 * HOUR))
    by_seat: dict[int, list[Reservation]] = {}
    for one in taken:
        by_seat.setdefault(one.seat, []).append(one)
    for slots in by_seat.values():
        assert all(before.end <= after.start for before, after in pairwise(slots))
    return list(taken)


def test_at_every_door_at_once_no_minute_belongs_to_two(both_store: Store):
    cast = cast_in(both_store)
    persons = members(both_store, CLIENTS)

    def busy(person: str) -> Counter[tuple[str, bool]]:
        luck = random.Random(person)
        return Counter(one_try(both_store, cast, person, luck) for _ in range(ROUNDS))

    found = sum(racing(persons, busy), Counter())
    assert sum(found.values()) == CLIENTS * ROUNDS
    for door in DOORS:  # at each somebody was let in, and (but for giving back) somebody else was first
        assert found[door.__name__, True], (door, found)
        assert found[door.__name__, False] or door is giving_up, (door, found)
    assert len(nothing_twice(both_store)) > 1


def one_try(store: Store, cast: Cast, person: str, luck: random.Random) -> tuple[str, bool]:
    """One attempt at a door of luck's choice; whether it was granted."""
    begin = FIRST + luck.randrange(PLACES) * QUARTER
    span = (begin, begin + luck.randrange(2, 5) * QUARTER)
    door = luck.choice(DOORS)
    try:
        return door.__name__, door(store, cast, person, span)
    except Busy:  # a slow machine: the hub says "try again", and nothing was written
        return door.__name__, False


Times = tuple[datetime, datetime]


def mine(tx: Tx, person: str) -> Reservation | None:
    found = tx.bookings.of_person(person, NOW, NOW + 48 * HOUR)
    return next((one for one in found if one.status is ReservationStatus.CONFIRMED), None)


def booking(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    wish = Wish("LAS-1", person, *span, person)
    return isinstance(store.write(lambda tx: reserving.reserve(tx, wish, NOW)), Reservation)


def moving(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    def move(tx: Tx) -> object:
        old, by = mine(tx, person), tx.people.get(person)
        return giving_back.move(tx, old, by, span, NOW) if old and by else None

    return isinstance(store.write(move), Reservation)


def extending_(store: Store, _cast: Cast, person: str, _span: Times) -> bool:
    def come(tx: Tx) -> Reservation | None:
        old = mine(tx, person)
        return old and tx.bookings.set_status(old, ReservationStatus.ARRIVED, NOW)

    here = store.write(come)

    def extend(tx: Tx) -> object:
        by = tx.people.get(person)
        return extending.extend(tx, here, by, here.end - QUARTER) if here and by else None

    return isinstance(store.write(extend), Reservation)


def repeating(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    wish = SeriesWish("LAS-1", person, "FREQ=DAILY;COUNT=3", *span, person)
    answer = store.write(lambda tx: series.book(tx, wish, NOW))
    return isinstance(answer, series.SeriesAnswer) and answer.series is not None


def walking_up(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    answer = store.write(lambda tx: reserving.walk_up(tx, tx.machines.get("LAS-1"), person, span[1], span[0]))
    return isinstance(answer, Reservation)


def waiting(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    want = Want(ADC, person, None, "laser", FIRST, span[1] + HOUR, 30)

    def join(tx: Tx) -> object:
        """One wait at a time: a list of hundreds would be no race but a queue."""
        waits = any(one.status is WaitingStatus.WAITING for one in tx.waiting.of(person))
        return None if waits else waiting_list.join(tx, want, NOW)

    return isinstance(store.write(join), WaitingEntry)


def accepting(store: Store, _cast: Cast, person: str, _span: Times) -> bool:
    def accept(tx: Tx) -> object:
        by = tx.people.get(person)
        offered = [entry for entry in tx.waiting.of(person) if tx.waiting.offer_of(entry.id)]
        return offering.accept(tx, offered[0], by, NOW) if offered and by else None

    return isinstance(store.write(accept), Reservation)


def giving_up(store: Store, _cast: Cast, person: str, _span: Times) -> bool:
    """Who came goes again after a quarter of an hour: the rest is free for the others."""

    def give(tx: Tx) -> object:
        held = tx.bookings.of_person(person, NOW, NOW + 48 * HOUR)
        here = next((one for one in held if one.status is ReservationStatus.ARRIVED), None)
        by = tx.people.get(person)
        return giving_back.release(tx, here, by, here.start + QUARTER) if here and by else None

    return isinstance(store.write(give), Reservation)


def cancelling(store: Store, _cast: Cast, person: str, _span: Times) -> bool:
    def cancel(tx: Tx) -> object:
        old, by = mine(tx, person), tx.people.get(person)
        return giving_back.cancel(tx, old, by, NOW) if old and by else None

    return isinstance(store.write(cancel), Reservation)


def group(store: Store, _cast: Cast, person: str, span: Times) -> bool:
    answer = grouping.book(store, GroupWish(("LAS-1", "LAS-2"), person, *span, 4, person), NOW)
    return isinstance(answer, tuple)


DOORS = (
    booking, moving, extending_, repeating, walking_up, waiting, accepting, giving_up, cancelling, group,
)  # fmt: skip


def test_of_sixteen_who_are_offered_the_same_time_just_before_it_one_has_it(both_store: Store):
    cast = cast_in(both_store)
    persons = members(both_store, CLIENTS)
    start = NOW + timedelta(minutes=15)
    wish = Wish("LAS-1", cast.amelie, start, start + HOUR, cast.amelie)
    slot = both_store.write(lambda tx: reserving.reserve(tx, wish, NOW))
    entries = {
        person: both_store.write(
            lambda tx, who=person: waiting_list.join(
                tx, Want(ADC, who, "LAS-1", None, start, start + HOUR, 30), NOW
            )
        )
        for person in persons
    }
    later = NOW + timedelta(minutes=8)
    both_store.write(lambda tx: giving_back.cancel(tx, slot, tx.people.get(cast.amelie), later))

    def accept(person: str) -> bool:
        answer = both_store.write(
            lambda tx: offering.accept(tx, entries[person], tx.people.get(person), later)
        )
        return isinstance(answer, Reservation)

    assert sum(racing(persons, accept)) == 1
    assert len(nothing_twice(both_store)) == 1


def test_an_extension_and_the_next_booking_race_for_the_same_quarter_and_one_has_it(both_store: Store):
    cast = cast_in(both_store)
    wish = Wish("LAS-1", cast.amelie, NOW, NOW + HOUR, cast.amelie)
    slot = both_store.write(lambda tx: reserving.reserve(tx, wish, NOW))
    both_store.write(lambda tx: tx.bookings.set_status(slot, ReservationStatus.ARRIVED, NOW))
    now = NOW + 50 * timedelta(minutes=1)

    def want(person: str) -> bool:
        if person == cast.amelie:
            return isinstance(
                both_store.write(
                    lambda tx: extending.extend(tx, tx.bookings.get(slot.id), tx.people.get(person), now)
                ),
                Reservation,
            )
        rival = Wish("LAS-1", person, NOW + HOUR, NOW + 2 * HOUR, person)
        return isinstance(both_store.write(lambda tx: reserving.reserve(tx, rival, now)), Reservation)

    assert sum(racing([cast.amelie, *members(both_store, CLIENTS - 1)], want)) == 1
    nothing_twice(both_store)


@pytest.mark.parametrize("subject", ["person", "household"])
def test_twenty_racing_past_a_quota_of_two_leave_two(both_store: Store, subject: str):
    cast = cast_in(both_store)
    quota = {"most": 2, "unit": "count", "window": "future", "scope": "family", "subject": subject}
    rules = {**RULES, "quotas": [quota], "most_attended": 20}
    where = RulesAt(ADC, Level.LAB, ADC)
    both_store.write(lambda tx: ruling.save(tx, tx.people.get(cast.dora), where, rules, ("quota", NOW)))
    persons = members(both_store, 20)
    for person in persons:
        both_store.write(lambda tx, who=person: tx.people.change(who, {"household": "h1"}))
    tomorrow = FIRST + 24 * HOUR
    spans = {n: (tomorrow + n * HOUR, tomorrow + (n + 1) * HOUR) for n in range(20)}
    turns = [f"{n} {person if subject == 'household' else persons[0]}" for n, person in enumerate(persons)]

    def book(turn: str) -> bool:
        number, person = turn.split(" ")
        machine = "LAS-1" if int(number) % 2 else "LAS-2"
        wish = Wish(machine, person, *spans[int(number)], person, ReservationKind.BOOKING)
        return isinstance(both_store.write(lambda tx: reserving.reserve(tx, wish, NOW)), Reservation)

    assert sum(racing(turns, book)) == 2
    assert len(nothing_twice(both_store)) == 2
