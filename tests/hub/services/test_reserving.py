"""What happens around a reservation: who is told, what is written down, what may still be changed?"""

from datetime import timedelta

import pytest

from core.vocabulary import Reason, ReservationKind, ReservationStatus
from hub.ports import Reservation
from hub.services import reserving
from hub.services.finding import book, instead
from hub.services.giving_back import cancel
from hub.services.reserving import NotReserved, Wish, move, walk_up
from tests.cast import ADC, NOW

HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)
START = NOW + 2 * HOUR


def wish(person, start=START, end=None, machine="LAS-1"):
    return Wish(machine, person, start, end or start + HOUR, by=person)


@pytest.fixture
def booked(store, cast):
    return book(store, (wish(cast.amelie),), NOW)


def written(store):
    return store.read(lambda tx: [(one.action, one.subject) for one in tx.audit.read()])


def by(store, person):
    return store.read(lambda tx: tx.people.get(person))


def test_a_booking_is_audited_and_the_node_and_the_member_are_told(store, cast):
    store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", b"k", NOW))
    made = book(store, (wish(cast.amelie),), NOW)
    assert written(store) == [("reservation.made", made.id)]
    told = store.write(lambda tx: tx.outbox.due(NOW, ["view", "mail"]))
    assert {(one.kind, one.target) for one in told} == {("view", "las-1"), ("mail", cast.amelie)}
    assert store.read(lambda tx: tx.nodes.get("las-1").view_rev) == 1


def test_a_refusal_writes_nothing_at_all(store, cast):
    store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", b"k", NOW))
    refused = book(store, (wish(cast.nils),), NOW)
    assert isinstance(refused, NotReserved)
    assert written(store) == []
    assert store.read(lambda tx: tx.outbox.waiting(["view", "mail", "live"])) == 0


def test_a_slot_is_given_back_up_to_its_last_tick(store, cast, booked):
    amelie = by(store, cast.amelie)
    late = store.write(lambda tx: cancel(tx, booked, amelie, booked.end))
    assert (late.code, store.read(lambda tx: tx.bookings.get(booked.id))) == (Reason.PAST, booked)
    given = store.write(lambda tx: cancel(tx, booked, amelie, booked.end - TICK))
    assert given.status is ReservationStatus.CANCELLED_LATE


@pytest.mark.parametrize(
    "status", [ReservationStatus.IN_USE, ReservationStatus.ARRIVED, ReservationStatus.NO_SHOW]
)
def test_a_slot_in_use_or_lost_is_neither_cancelled_nor_moved(store, cast, booked, status):
    amelie = by(store, cast.amelie)
    now_so = store.write(lambda tx: tx.bookings.set_status(booked, status, NOW))
    for deed in (
        lambda tx: cancel(tx, now_so, amelie, NOW),
        lambda tx: move(tx, now_so, amelie, (START + HOUR, START + 2 * HOUR), NOW),
    ):
        assert isinstance(store.write(deed), NotReserved)
    assert store.read(lambda tx: tx.bookings.get(booked.id)) == now_so


def test_who_saw_an_old_state_changes_nothing(store, cast, booked):
    amelie = by(store, cast.amelie)
    store.write(lambda tx: move(tx, booked, amelie, (START + HOUR, START + 2 * HOUR), NOW))
    for deed in (
        lambda tx: cancel(tx, booked, amelie, NOW),
        lambda tx: move(tx, booked, amelie, (START, START + HOUR), NOW),
    ):
        assert store.write(deed).code is Reason.CHANGED


def test_a_slot_may_move_over_itself(store, cast, booked):
    moved = store.write(
        lambda tx: move(tx, booked, by(store, cast.amelie), (START + HOUR / 2, START + 3 * HOUR / 2), NOW)
    )
    assert isinstance(moved, Reservation)


def test_a_walk_up_has_the_machine_to_the_next_slot_and_nobody_else_meanwhile(store, cast, booked):
    machine = store.read(lambda tx: tx.machines.get("LAS-1"))
    made = store.write(lambda tx: walk_up(tx, machine, cast.bram, NOW + HOUR, NOW))
    assert (made.kind, made.status, made.start) == (ReservationKind.WALKUP, ReservationStatus.ARRIVED, NOW)
    second = store.write(lambda tx: walk_up(tx, machine, cast.tom, booked.start, NOW + HOUR / 2))
    assert second.code is Reason.OVERLAP


def test_alternatives_end_before_the_right_does(store, cast, booked):
    over = START + 2 * HOUR - timedelta(days=7)  # and a week of grace
    store.write(lambda tx: tx.people.change(cast.bram, {"member_until": over}))
    free = store.read(lambda tx: instead(tx, wish(cast.bram), NOW))
    assert free
    assert all(slot.end <= START + 2 * HOUR for slot in free)


def test_a_member_of_another_lab_is_no_member_here(store, cast):
    refused = book(store, (wish(cast.olga),), NOW)
    assert refused.code is Reason.FORBIDDEN


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (START, START, "end"),
        (START, START - HOUR, "end"),
        (NOW + timedelta(days=4000), NOW + timedelta(days=4001), "start"),
    ],
)
def test_a_span_that_is_none_is_invalid_naming_the_field(store, cast, start, end, field):
    refused = book(store, (Wish("LAS-1", cast.amelie, start, end, by=cast.amelie),), NOW)
    assert (refused.code, refused.objections[0].params) == (Reason.INVALID, {"field": field})


def test_only_the_holder_and_staff_see_a_reservation(store, cast, booked):
    def seen(person):
        return store.read(lambda tx: reserving.visible(tx, booked.id, tx.people.get(person)))

    assert [seen(one) == booked for one in (cast.amelie, cast.dora, cast.max)] == [True, True, True]
    assert [seen(one) for one in (cast.bram, cast.tom, cast.olga)] == [None, None, None]
