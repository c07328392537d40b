"""Does the index in memory say what the database says? SQL (gaps and islands) is the oracle for when a seat is free, the rules
of core for what may be booked; on both databases, after every change, whoever made it.
"""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from core.booking import BookingRules, Taken, Wanted, alternatives
from core.booking.request import Request
from core.booking.searching import slots
from core.calendars import open_for
from core.timeline import Span
from core.vocabulary import Audience, ReservationStatus, Role
from hub.ports import Closure, NewReservation
from hub.ports.bookings import HeldSpan
from hub.services import facts, finding
from hub.services.gaps import Grid, room_of
from hub.services.house import house_of, house_with
from hub.services.reserving import Slot
from hub.services.searching import instant, ms_of
from hub.store.schema.use import OCCUPIES
from hub.store.store import open_store
from tests.cast import ADC, NOW, cast_in, machine

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LASERS = ("LAS-1", "LAS-2")

ISLANDS = text(f"""
WITH busy AS (
    SELECT machine, start_ms, end_ms FROM reservation WHERE {OCCUPIES} AND machine LIKE 'LAS-%' AND end_ms > :now
), gaps AS (
    SELECT machine, end_ms AS since, LEAD(start_ms, 1, :last) OVER (PARTITION BY machine ORDER BY start_ms) AS until
    FROM busy
    UNION ALL
    SELECT m.id, :now, COALESCE((SELECT MIN(start_ms) FROM busy b WHERE b.machine = m.id), :last)
    FROM machine m WHERE m.id LIKE 'LAS-%'
), snapped AS (
    SELECT machine, (since + 899999) / 900000 * 900000 AS since, until FROM gaps
)
SELECT machine, since, until FROM snapped WHERE since + :length <= until ORDER BY since, machine
""")


def take(tx, person, name, start, end, place=0):
    seat = tx.machines.seats(name)[place]
    return tx.bookings.add(NewReservation(ADC, name, seat.id, person, start, end), NOW)


def scatter(store, cast, chance, how_many):
    def some(tx):
        for _ in range(how_many):
            start = NOW + chance.randrange(0, 13 * 24 * 4) * 15 * MINUTE
            length = chance.choice((15, 30, 45, 60, 120, 7, 33)) * MINUTE
            take(tx, chance.choice((cast.amelie, cast.bram)), chance.choice(LASERS), start, start + length)

    store.write(some)


def by_sql(url, length, most):
    """The first slots of this length, side by side in every gap, by SQL alone."""
    last = finding.horizon_end(machine_of(url), NOW)
    engine = create_engine(url)
    with engine.connect() as connection:
        figures = {"now": ms_of(NOW), "last": ms_of(last), "length": length // timedelta(milliseconds=1)}
        gaps = connection.execute(ISLANDS, figures).all()
    engine.dispose()
    starts = []
    for name, since, until in gaps:
        start = since
        while start + figures["length"] <= until:
            starts.append((start, name))
            start += figures["length"]
    return [Slot(name, instant(at), instant(at) + length) for at, name in sorted(starts)[:most]]


def machine_of(url):
    with open_store(url) as store:
        return store.read(lambda tx: tx.machines.get("LAS-1"))


def by_index(store, length, most=50):
    return list(
        store.read(lambda tx: finding.free(tx, "laser", Span(NOW, NOW + length), (Role.MEMBER,), NOW, most))
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_index_says_what_sql_says_after_every_change(both_store, migrated_url, seed):
    chance, cast = random.Random(seed), cast_in(both_store)
    for _ in range(4):
        scatter(both_store, cast, chance, 40)
        for minutes in (30, 60, 105, 120):
            length = minutes * MINUTE
            assert by_index(both_store, length) == by_sql(migrated_url, length, 50)


def test_what_another_process_writes_is_noticed(both_store, migrated_url):
    cast = cast_in(both_store)
    assert by_index(both_store, HOUR, 1) == [Slot("LAS-1", NOW, NOW + HOUR)]
    with open_store(migrated_url, group=False) as other:
        other.write(lambda tx: [take(tx, cast.bram, name, NOW, NOW + 2 * HOUR) for name in LASERS])
    assert by_index(both_store, HOUR, 1) == [Slot("LAS-1", NOW + 2 * HOUR, NOW + 3 * HOUR)]


def test_a_slot_given_back_is_offered_again(both_store):
    cast = cast_in(both_store)
    mine = both_store.write(lambda tx: take(tx, cast.amelie, "LAS-1", NOW, NOW + HOUR))
    assert by_index(both_store, HOUR, 1)[0].machine == "LAS-2"
    both_store.write(lambda tx: tx.bookings.set_status(mine, ReservationStatus.CANCELLED, NOW))
    assert by_index(both_store, HOUR, 1)[0].machine == "LAS-1"


def test_what_was_never_committed_is_not_remembered(store, cast):
    class UndoneError(Exception):
        pass

    def undone(tx):
        take(tx, cast.bram, "LAS-1", NOW, NOW + HOUR)
        assert finding.free(tx, "laser", Span(NOW, NOW + HOUR), (Role.MEMBER,), NOW, 1)[0].machine == "LAS-2"
        raise UndoneError

    with pytest.raises(UndoneError):
        store.write(undone)
    assert by_index(store, HOUR, 1)[0].machine == "LAS-1"


def test_a_closure_takes_its_time_out_of_the_index_and_gives_it_back(both_store):
    cast = cast_in(both_store)
    closed = Closure("c1", ADC, None, NOW - HOUR, NOW + 5 * HOUR, "flood", cast.dora, NOW)
    before = by_index(both_store, HOUR, 1)
    both_store.write(lambda tx: tx.machines.add_closure(closed))
    assert by_index(both_store, HOUR, 1)[0].start == NOW + 5 * HOUR
    both_store.write(lambda tx: tx.machines.remove_closure("c1"))
    assert by_index(both_store, HOUR, 1) == before


def test_a_new_machine_is_offered_at_once(store, cast):
    assert {slot.machine for slot in by_index(store, HOUR, 4)} == set(LASERS)
    store.write(lambda tx: tx.machines.add(machine("LAS-3")))
    assert {slot.machine for slot in by_index(store, HOUR, 4)} == {*LASERS, "LAS-3"}


@pytest.mark.parametrize("seed", range(4))
def test_four_seats_side_by_side_as_the_rules_of_core_see_them(store, cast, seed):
    chance = random.Random(seed)

    def fill(tx):
        for _ in range(120):
            start = NOW + chance.randrange(0, 6 * 24 * 4) * 15 * MINUTE
            take(
                tx,
                cast.amelie,
                "SOL-1",
                start,
                start + chance.choice((15, 60, 120)) * MINUTE,
                chance.randrange(4),
            )

    store.write(fill)
    for at in (NOW, NOW + 37 * MINUTE, NOW + 50 * HOUR):
        wanted = Wanted(at, at + HOUR)
        assert store.read(lambda tx, w=wanted: index_of(tx, "SOL-1", w)) == store.read(
            lambda tx, w=wanted: core_of(tx, "SOL-1", w)
        )


def index_of(tx, name, wanted):
    house = house_with(tx, name)
    place = finding.place_of(house, name, wanted, NOW)
    found = finding.search(tx, place, NOW, place.horizon, 3)
    return [(slot.start, slot.end) for slot in found]


def core_of(tx, name, wanted):
    one = tx.machines.get(name)
    place = finding.place_of(house_with(tx, name), name, wanted, NOW)
    within = Span(NOW - HOUR, place.horizon + 48 * HOUR)
    rules = BookingRules(
        place.rules.policy,
        facts.openings_of(tx, one, within),
        (),
        place.rules.seats,
        place.rules.terms,
        place.rules.holder,
    )
    taken = [
        Taken(one.seat, one.start, one.end, one.person)
        for one in tx.bookings.taken(name, within.start, within.end)
    ]
    return [(span.start, span.end) for span in alternatives(wanted, taken, rules, NOW)]


GRID = Grid([0], 15)
SPANS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=12)


@given(busy=SPANS, opened=SPANS, length=st.integers(1, 90), at=st.integers(0, 450))
@settings(max_examples=300, deadline=None)
def test_the_first_gap_is_the_first_grid_point_with_so_much_room(busy, opened, length, at):
    held, end = [], 0
    for start, wide in sorted(busy):
        if start >= end:
            end = start + wide
            held.append(HeldSpan(start, end, 1, "p", "booking", str(start)))
    opening, end = [], -1
    for start, wide in sorted(opened):
        if start > end:
            end = start + wide
            opening.append((start, end))
    room = room_of(held, (1,), opening, GRID)
    naive = [
        start
        for start in range(0, 600, 15)
        if start >= at
        and any(begin <= start and start + length <= close for begin, close in opening)
        and not any(one.start_ms < start + length and start < one.end_ms for one in held)
    ]
    assert room.first(0, at, length) == next(iter(naive), None)


def test_the_house_in_memory_is_open_when_the_facts_say_so(store, cast):
    def both(tx):
        house, one = house_of(tx, ADC), tx.machines.get("LAS-1")
        within = Span(NOW - 30 * HOUR, NOW + 90 * HOUR)
        members = frozenset({Audience.MEMBERS})
        return (
            open_for(house.openings("LAS-1", within), members),
            open_for(facts.openings_of(tx, one, within), members),
            house.seats["SOL-1"],
            tuple(seat.id for seat in tx.machines.seats("SOL-1")),
        )

    kept, read, seats, rows = store.read(both)
    assert (kept, seats) == (read, rows)


def test_slots_follow_each_other_over_the_clock_change(store, cast):
    """The night of 28 March 2027 has 92 quarters; each machine keeps to its grid."""
    early = datetime.fromisoformat("2027-03-27T22:30:00+00:00")
    wanted = Wanted(early, early + HOUR)

    def both(tx):
        place = finding.place_of(house_with(tx, "LAS-1"), "LAS-1", wanted, early)
        index = [slot.start for slot in finding.search(tx, place, early, early + 9 * HOUR, 8)]
        rules = BookingRules(
            place.rules.policy, house_of(tx, ADC).openings("LAS-1", Span(early, early + 99 * HOUR)), ()
        )
        core = [
            span.start
            for span, _ in zip(slots(Request(wanted, (), rules, early), early), range(8), strict=False)
        ]
        return index, core

    index, core = store.read(both)
    assert index == core
