"""What does it cost to close? R35, R19, S25 (the booking side), S27."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import MachineStatus, ReservationStatus
from hub.ports import Reservation
from hub.services import closing, sanctions, taking_out
from hub.services.closing import Plan
from hub.services.refused import Refused
from hub.services.reserving import Wish, reserve
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, MINUTE, at, booked, by, came, codes, mails, present, waits

FRIDAY = NOW + timedelta(days=3)
PLAN = Plan(ADC, None, FRIDAY, FRIDAY + 8 * HOUR, "fire drill")


def doing(store, service, who, *more):
    return store.write(lambda tx: service(tx, by(tx, who), *more))


@pytest.fixture
def four(both_floor):
    """Four slots of three people on Friday, and one on Saturday."""
    people = both_floor.people
    slots = [
        booked(both_floor.store, people.amelie, FRIDAY + HOUR, FRIDAY + 2 * HOUR),
        booked(both_floor.store, people.amelie, FRIDAY + 3 * HOUR, FRIDAY + 4 * HOUR, "LAS-2"),
        booked(both_floor.store, people.bram, FRIDAY - 30 * MINUTE, FRIDAY + 30 * MINUTE),
        booked(both_floor.store, people.tom, FRIDAY + 7 * HOUR, FRIDAY + 9 * HOUR),
    ]
    booked(both_floor.store, people.dora, FRIDAY + 9 * HOUR, FRIDAY + 10 * HOUR)
    return slots


def test_s27_the_preview_lists_the_four_bookings_and_writes_nothing(both_floor, four):
    seen = doing(both_floor.store, closing.preview, both_floor.people.dora, PLAN, NOW)
    assert {one.id for one in seen.cancelled} == {one.id for one in four}
    assert all(present(both_floor.store, one).status is ReservationStatus.CONFIRMED for one in four)


def test_s27_all_four_fall_without_a_strike_with_a_token_and_three_other_times(both_floor, four):
    store, amelie = both_floor.store, both_floor.people.amelie
    done = doing(store, closing.close, both_floor.people.dora, PLAN, NOW)
    assert len(done.cancelled) == 4
    assert {present(store, one).status for one in four} == {ReservationStatus.CANCELLED_LAB}
    standing = store.read(lambda tx: sanctions.standing_of(tx, amelie, ADC, NOW))
    assert standing.halves == 0
    tokens = store.read(lambda tx: tx.rebookings.open_of(amelie, ADC, NOW + timedelta(days=29)))
    assert {token.reservation for token in tokens} == {one.id for one in four if one.person == amelie}
    assert store.read(lambda tx: tx.rebookings.open_of(amelie, ADC, NOW + timedelta(days=30))) == []
    parcels = store.write(lambda tx: tx.outbox.due(FRIDAY, ["mail"], 99))
    fell = [one for one in parcels if one.payload["template"] == "reservation.cancelled_lab"]
    assert len(fell) == 4
    for parcel in fell:
        others = parcel.payload["params"]["alternatives"]
        assert len(others) == 3
        assert all(slot["end"] <= stamp(FRIDAY) or slot["start"] >= stamp(PLAN.end) for slot in others)


def test_s27_opening_again_brings_nothing_back_but_the_time_is_free(both_floor, four):
    store, dora = both_floor.store, both_floor.people.dora
    done = doing(store, closing.close, dora, PLAN, NOW)
    amelie = both_floor.people.amelie
    wish = Wish("LAS-1", amelie, FRIDAY + HOUR, FRIDAY + 2 * HOUR, amelie)
    assert codes(store.write(lambda tx: reserve(tx, wish, NOW))) == {"LAB_CLOSED"}
    doing(store, closing.reopen, dora, done.closure.id, NOW)
    assert present(store, four[0]).status is ReservationStatus.CANCELLED_LAB
    assert isinstance(store.write(lambda tx: reserve(tx, wish, NOW)), Reservation)
    assert doing(store, closing.reopen, dora, done.closure.id, NOW).code.value == "NOT_FOUND"


def test_whoever_waits_is_offered_the_time_that_opens_again(both_floor):
    store, dora = both_floor.store, both_floor.people.dora
    done = doing(store, closing.close, dora, PLAN, NOW)
    entry = waits(store, both_floor.people.bram, FRIDAY + HOUR, FRIDAY + 2 * HOUR)
    doing(store, closing.reopen, dora, done.closure.id, NOW)
    assert store.read(lambda tx: tx.waiting.offer_of(entry.id)).start == FRIDAY + HOUR


def test_who_sits_at_the_machine_is_not_cut_off(both_floor):
    slot = booked(both_floor.store, both_floor.people.amelie, at(14), at(15))
    came(both_floor.store, slot, at(14))
    plan = Plan(ADC, "LAS-1", at(14, 30), at(18), "lens")
    done = doing(both_floor.store, closing.close, both_floor.people.dora, plan, at(14, 10))
    assert done.cancelled == ()
    assert present(both_floor.store, slot).status is ReservationStatus.ARRIVED


@pytest.mark.parametrize(
    ("who", "plan", "code"),
    [
        ("bram", PLAN, "FORBIDDEN"),
        ("dora", Plan(ADC, "XXX-1", FRIDAY, FRIDAY + HOUR, "x"), "NOT_FOUND"),
        ("dora", Plan("other", None, FRIDAY, FRIDAY + HOUR, "x"), "NOT_FOUND"),
        ("dora", Plan(ADC, None, FRIDAY + HOUR, FRIDAY, "x"), "INVALID"),
        ("dora", Plan(ADC, None, NOW - HOUR, NOW, "x"), "INVALID"),
        ("dora", Plan(ADC, None, FRIDAY, FRIDAY + timedelta(days=9999), "x"), "INVALID"),
        ("dora", Plan(ADC, None, FRIDAY, FRIDAY + HOUR, " "), "INVALID"),
    ],
)
def test_a_closure_that_makes_no_sense_or_is_not_theirs_to_set_is_refused(floor, who, plan, code):
    for service in (closing.preview, closing.close):
        answer = doing(floor.store, service, floor.people.ids[who], plan, NOW)
        assert isinstance(answer, Refused)
        assert answer.code.value == code


def test_a_machine_out_till_thursday_takes_those_slots_back_and_warns_nobody_else(both_floor):
    store, people = both_floor.store, both_floor.people
    soon = booked(store, people.amelie, at(14), at(15))
    later = booked(store, people.bram, FRIDAY, FRIDAY + HOUR)
    out = taking_out.Outage("LAS-1", MachineStatus.OUT_OF_ORDER, NOW + timedelta(days=2), "tube")
    seen = doing(store, taking_out.preview, people.dora, out, NOW)
    assert [one.id for one in seen.cancelled] == [soon.id]
    hit = doing(store, taking_out.take_out, people.dora, out, NOW)
    assert [one.id for one in hit.cancelled] == [soon.id]
    assert present(store, later).status is ReservationStatus.CONFIRMED
    assert store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OUT_OF_ORDER
    assert doing(store, taking_out.bring_back, people.dora, "LAS-1", NOW).status is MachineStatus.OK
    assert present(store, soon).status is ReservationStatus.CANCELLED_LAB


def test_s25_a_danger_warns_the_holders_of_the_next_day_with_other_times_and_a_false_alarm_tells_them_so(
    both_floor,
):
    store, people = both_floor.store, both_floor.people
    soon = booked(store, people.amelie, at(14), at(15))
    booked(store, people.bram, FRIDAY, FRIDAY + HOUR)
    store.write(lambda tx: taking_out.endangered(tx, "LAS-1", "smoke", NOW))
    assert "machine.out" in mails(store, people.amelie)
    assert "machine.out" not in mails(store, people.bram)
    assert present(store, soon).status is ReservationStatus.CONFIRMED
    store.write(lambda tx: taking_out.restored(tx, "LAS-1", NOW + MINUTE))
    assert "machine.restored" in mails(store, people.amelie)
