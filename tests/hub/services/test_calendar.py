"""What does a machine's calendar cost, and what does it give away? Three questions to the database, and no pattern of a life."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, event

from core.timeline import stamp
from core.vocabulary import ReservationStatus, Role
from hub.api.calendars import spelled
from hub.ports import NewReservation
from hub.ports.bookings import HeldSpan
from hub.services.calendar import calendar_of, full_times
from hub.services.letting_in import Caller, Scope
from tests.cast import ADC, NOW, cast_in

HOUR = timedelta(hours=1)
WEEK = (NOW, NOW + timedelta(days=7))
EVENTS = 2000
SLICE = timedelta(minutes=5)


@contextmanager
def asked():
    """The statements that any database is asked."""
    heard = []

    def hear(_connection, _cursor, statement, *_more):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            heard.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def take(tx, person, start, end, name="LAS-1", place=0):
    seat = tx.machines.seats(name)[place]
    made = tx.bookings.add(NewReservation(ADC, name, seat.id, person, start, end), NOW)
    assert made
    return made


@pytest.fixture
def cast(both_store):
    return cast_in(both_store)


def full_week(store, cast):
    people = (cast.amelie, cast.bram, cast.nils)

    def fill(tx):
        for n in range(EVENTS):
            take(tx, people[n % 3], NOW + n * SLICE, NOW + (n + 1) * SLICE)

    store.write(fill)


def as_staff(tx, cast):
    return Caller(tx.people.get(cast.dora), Scope.STAFF)


def seen_by(store, caller=None, now=NOW, span=WEEK, name="LAS-1"):
    return store.read(lambda tx: calendar_of(tx, name, span, caller(tx) if caller else None, now))


def test_a_week_of_two_thousand_events_asks_three_questions_at_most(both_store, cast):
    full_week(both_store, cast)
    staff = lambda tx: as_staff(tx, cast)  # noqa: E731
    seen_by(both_store)  # the house is read once for each of its revisions
    for caller, events in ((staff, EVENTS), (None, 1)):
        who = both_store.read(caller) if caller else None
        with asked() as questions:
            seen = both_store.read(lambda tx, who=who: calendar_of(tx, "LAS-1", WEEK, who, NOW))
        assert len(seen.reservations) == events
        assert len(questions) <= 3, questions


def test_a_stranger_sees_neighbours_as_one_block_from_now_on(both_store, cast):
    spans = [(-3, -2), (-1, 1), (1, 2), (2, 3), (5, 6)]
    for start, end in spans:
        both_store.write(lambda tx, s=start, e=end: take(tx, cast.amelie, NOW + s * HOUR, NOW + e * HOUR))
    blocks = seen_by(both_store, span=(NOW - 5 * HOUR, NOW + 24 * HOUR)).reservations
    assert [(one.start, one.end) for one in blocks] == [
        (NOW, NOW + 3 * HOUR),
        (NOW + 5 * HOUR, NOW + 6 * HOUR),
    ]
    assert all(one[4:] == (None, None, None) for one in blocks)


def test_the_holder_sees_her_own_seams_and_the_others_as_one(both_store, cast):
    for person, start, end in (
        (cast.bram, 1, 2),
        (cast.bram, 2, 3),
        (cast.amelie, 3, 4),
        (cast.amelie, 4, 5),
    ):
        both_store.write(lambda tx, p=person, s=start, e=end: take(tx, p, NOW + s * HOUR, NOW + e * HOUR))
    seen = seen_by(both_store, lambda tx: Caller(tx.people.get(cast.amelie), Scope.READ)).reservations
    hours = [((one.start - NOW) // HOUR, (one.end - NOW) // HOUR, one.mine) for one in seen]
    assert hours == [(1, 3, False), (3, 4, True), (4, 5, True)]


def test_staff_see_who_has_each_slot_the_past_too(both_store, cast):
    both_store.write(lambda tx: take(tx, cast.amelie, NOW - 2 * HOUR, NOW - HOUR))
    seen = seen_by(both_store, lambda tx: as_staff(tx, cast), span=(NOW - 5 * HOUR, NOW)).reservations
    assert [(one.start, one.name, one.mine) for one in seen] == [(NOW - 2 * HOUR, "Amélie Tester", False)]


def test_a_bench_of_four_is_busy_when_nobody_finds_a_seat(both_store, cast):
    for place in range(4):
        both_store.write(
            lambda tx, p=place: take(tx, cast.bram, NOW + p * HOUR, NOW + (4 + p) * HOUR, "SOL-1", p)
        )
    blocks = seen_by(both_store, name="SOL-1").reservations
    assert [(one.start, one.end) for one in blocks] == [(NOW + 3 * HOUR, NOW + 4 * HOUR)]


def test_full_times_of_touching_spans_are_one():
    held = [HeldSpan(start, start + 10, seat, "p", "booking", "") for start in (0, 10, 30) for seat in (1, 2)]
    assert full_times(held, 2) == [(0, 20), (30, 40)]
    assert full_times(held, 3) == []


def test_the_spelling_is_that_of_every_other_answer(both_store, cast):
    mine = both_store.write(lambda tx: take(tx, cast.amelie, NOW + HOUR, NOW + 2 * HOUR))
    said = spelled(seen_by(both_store, lambda tx: as_staff(tx, cast))).decode()
    assert f'"start":"{stamp(mine.start)}","end":"{stamp(mine.end)}"' in said
    assert f'"id":"{mine.id}","member":"{cast.amelie}","name":"Amélie Tester"' in said


def test_a_calendar_is_good_until_time_itself_changes_it(both_store, cast):
    both_store.write(lambda tx: take(tx, cast.amelie, NOW + HOUR / 12, NOW + 2 * HOUR))
    instants = [NOW + n * HOUR / 60 for n in range(8)]
    seen = [seen_by(both_store, now=at) for at in instants]
    for (before, one), (after, other) in pairwise(zip(instants, seen, strict=True)):
        if before <= after < one.good_until:
            assert other.reservations == one.reservations
    assert seen[0].good_until == NOW + HOUR / 12, "then the block is cut at now"


def test_a_cancelled_slot_leaves_the_calendar(both_store, cast):
    mine = both_store.write(lambda tx: take(tx, cast.amelie, NOW + HOUR, NOW + 2 * HOUR))
    assert len(seen_by(both_store).reservations) == 1
    both_store.write(lambda tx: tx.bookings.set_status(mine, ReservationStatus.CANCELLED, NOW))
    assert len(seen_by(both_store).reservations) == 0


def test_staff_of_another_lab_are_strangers_here(both_store, cast):
    both_store.write(lambda tx: take(tx, cast.amelie, NOW + HOUR, NOW + 2 * HOUR))
    both_store.write(lambda tx: tx.people.give_role(cast.olga, "other", Role.STAFF, ()))
    seen = seen_by(both_store, lambda tx: Caller(tx.people.get(cast.olga), Scope.STAFF)).reservations
    assert [one.name for one in seen] == [None]
