"""Amelie has booked LAS-2 and taps at LAS-1, which is free: "move your booking here?" (E22)"""

from datetime import datetime, timedelta

from core.vocabulary import Purpose, Reason, ReservationKind, ReservationStatus
from core.wire.messages import Answer
from hub.ports import Reservation
from hub.services import asking
from hub.services.reserving import Wish, reserve
from tests.cast import NOW
from tests.hub.services.floor import NODE, VAULT, Floor

MINUTE = timedelta(minutes=1)


def booked(floor: Floor, who: str, machine: str, start: datetime, end: datetime) -> Reservation:
    person = getattr(floor.people, who)
    made = floor.store.write(lambda tx: reserve(tx, Wish(machine, person, start, end, person), NOW))
    assert isinstance(made, Reservation)
    return made


def asked(floor: Floor, who: str, purpose: Purpose, now: datetime = NOW) -> Answer:
    ask = floor.ask(floor.key(who), purpose, now)
    answer = floor.store.write(lambda tx: asking.answer(tx, NODE, ask, VAULT, now))
    assert answer is not None
    return answer


def codes(answer: Answer) -> list[Reason]:
    return [one.code for one in answer.decision.objections]


def status(floor: Floor, one: Reservation) -> ReservationStatus:
    return floor.store.read(lambda tx: tx.bookings.get(one.id)).status


def test_the_first_tap_is_asked_and_changes_nothing(both_floor: Floor) -> None:
    other = booked(both_floor, "amelie", "LAS-2", NOW, NOW + 60 * MINUTE)
    answer = asked(both_floor, "amelie", Purpose.WALK_UP)
    assert codes(answer) == [Reason.CONCURRENT]
    assert answer.decision.objections[0].params["machine"] == "LAS-2"
    assert status(both_floor, other) is ReservationStatus.CONFIRMED
    assert both_floor.store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + 60 * MINUTE)) == []


def test_the_second_brings_it_here_and_the_other_laser_is_free_without_a_strike(both_floor: Floor) -> None:
    other = booked(both_floor, "amelie", "LAS-2", NOW, NOW + 60 * MINUTE)
    answer = asked(both_floor, "amelie", Purpose.USE, NOW + MINUTE)
    assert (answer.decision.allowed, answer.decision.until) == (True, NOW + 60 * MINUTE)
    made = both_floor.store.read(lambda tx: tx.bookings.get(answer.reservation["id"]))
    assert (made.machine, made.kind, made.status) == (
        "LAS-1",
        ReservationKind.BOOKING,
        ReservationStatus.ARRIVED,
    )
    assert (made.start, made.end) == (NOW + MINUTE, NOW + 60 * MINUTE)
    assert status(both_floor, other) is ReservationStatus.CANCELLED
    assert both_floor.store.read(lambda tx: tx.bookings.taken("LAS-2", NOW, NOW + 60 * MINUTE)) == []
    assert both_floor.store.read(lambda tx: tx.strikes.of(both_floor.people.amelie, "adc")) == []


def test_it_ends_where_somebody_else_has_booked_this_one(floor: Floor) -> None:
    booked(floor, "amelie", "LAS-2", NOW, NOW + 60 * MINUTE)
    booked(floor, "bram", "LAS-1", NOW + 30 * MINUTE, NOW + 60 * MINUTE)
    assert asked(floor, "amelie", Purpose.USE).decision.until == NOW + 30 * MINUTE


def test_where_somebody_has_this_one_now_his_booking_stays_where_it_is(floor: Floor) -> None:
    other = booked(floor, "amelie", "LAS-2", NOW, NOW + 60 * MINUTE)
    booked(floor, "bram", "LAS-1", NOW, NOW + 60 * MINUTE)
    assert codes(asked(floor, "amelie", Purpose.USE)) == [Reason.RESERVED_OTHER]
    assert status(floor, other) is ReservationStatus.CONFIRMED


def test_a_quarter_before_it_begins_it_may_come_and_a_minute_earlier_it_is_a_walk_up(floor: Floor) -> None:
    booked(floor, "amelie", "LAS-2", NOW + 15 * MINUTE, NOW + 60 * MINUTE)
    assert asked(floor, "amelie", Purpose.WALK_UP, NOW - MINUTE).decision.allowed


def test_in_the_quarter_before_she_is_asked(floor: Floor) -> None:
    booked(floor, "amelie", "LAS-2", NOW + 15 * MINUTE, NOW + 60 * MINUTE)
    assert codes(asked(floor, "amelie", Purpose.WALK_UP)) == [Reason.CONCURRENT]


def test_a_machine_of_another_family_takes_no_booking_over(floor: Floor) -> None:
    booked(floor, "amelie", "SOL-1", NOW, NOW + 60 * MINUTE)
    assert asked(floor, "amelie", Purpose.WALK_UP).decision.allowed


def test_who_has_come_to_the_other_one_is_not_asked(floor: Floor) -> None:
    other = booked(floor, "amelie", "LAS-2", NOW, NOW + 60 * MINUTE)
    floor.store.write(lambda tx: tx.bookings.set_status(other, ReservationStatus.IN_USE, NOW))
    assert Reason.CONCURRENT not in codes(asked(floor, "amelie", Purpose.WALK_UP))
