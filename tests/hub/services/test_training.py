"""Who has a place in a training may book for afterwards, on condition; a training that falls takes the condition along (R14, S23)."""

from datetime import date, timedelta

import pytest

from core.vocabulary import CertificateState, Reason, ReservationKind, ReservationStatus
from hub.ports import Course
from hub.services import certifying, conditions, giving_back
from hub.services.refused import Refused
from hub.services.reserving import NotReserved, Wish, reserve
from hub.services.training import Place, enrol
from tests.cast import ADC, NOW, certify
from tests.hub.services.desk import HOUR, TICK, at, booked, by, codes, present

DAY = timedelta(days=1)
TAUGHT, AFTER = at(10) + 2 * DAY, at(14) + 5 * DAY


@pytest.fixture
def training(floor):
    """Tom teaches LAS1 at LAS-1, in two days from ten to twelve."""
    tom = floor.people.tom
    wish = Wish("LAS-1", tom, TAUGHT, TAUGHT + 2 * HOUR, tom, ReservationKind.TRAINING)
    return floor.store.write(lambda tx: reserve(tx, wish, NOW))


def enrolled(floor, training, who="nils", by_whom="tom", course="LAS1", now=NOW):
    place = Place(training.id, floor.people.ids[who], course)
    return floor.store.write(lambda tx: enrol(tx, by(tx, floor.people.ids[by_whom]), place, now))


def wants(floor, start, now=NOW):
    nils = floor.people.nils
    return floor.store.write(lambda tx: reserve(tx, Wish("LAS-1", nils, start, start + HOUR, nils), now))


def test_who_is_enrolled_books_for_after_the_training_on_condition(floor, training) -> None:
    assert codes(wants(floor, AFTER)) == {Reason.CERT_MISSING}
    assert enrolled(floor, training).state is CertificateState.ENROLLED
    slot = wants(floor, AFTER)
    assert (slot.status, slot.held_until) == (ReservationStatus.CONDITIONAL, AFTER - DAY)
    assert codes(wants(floor, training.end - 15 * timedelta(minutes=1))) >= {Reason.CERT_MISSING}
    floor.store.write(lambda tx: certify(tx, floor.people.nils, "LAS1", training.end))
    floor.store.write(lambda tx: conditions.settle(tx, AFTER - DAY, 9))
    assert present(floor.store, slot).status is ReservationStatus.CONFIRMED


def test_without_the_signature_the_slot_lapses_a_day_before_and_not_earlier(floor, training) -> None:
    enrolled(floor, training)
    slot = wants(floor, AFTER)
    floor.store.write(lambda tx: conditions.settle(tx, AFTER - DAY - TICK, 9))
    assert present(floor.store, slot).status is ReservationStatus.CONDITIONAL
    floor.store.write(lambda tx: conditions.settle(tx, AFTER - DAY, 9))
    assert present(floor.store, slot).status is ReservationStatus.CANCELLED


def test_a_training_that_fell_promises_nothing_and_one_that_moved_only_from_its_new_end(
    floor, training
) -> None:
    enrolled(floor, training)
    later = (AFTER - HOUR, AFTER + HOUR)
    tom = floor.people.tom
    moved = floor.store.write(lambda tx: giving_back.move(tx, training, by(tx, tom), later, NOW))
    assert codes(wants(floor, AFTER + HOUR - timedelta(minutes=30))) >= {Reason.CERT_MISSING}
    assert not isinstance(wants(floor, AFTER + HOUR), NotReserved)
    floor.store.write(lambda tx: giving_back.cancel(tx, moved, by(tx, tom), NOW))
    assert codes(wants(floor, AFTER + 3 * HOUR)) == {Reason.CERT_MISSING}


def test_sixteen_on_the_day_of_the_training_and_not_a_day_before(floor) -> None:
    course = Course("LAS2", ADC, {"en": "deep"}, needs=(("LAS1",),), min_age=16)
    floor.store.write(lambda tx: tx.certificates.add_course(course))
    floor.store.write(
        lambda tx: tx.people.change(
            floor.people.nils, {"birth": date(2010, 12, 5), "consent_until": NOW + 900 * DAY}
        )
    )
    dora = floor.people.dora
    answers = []
    for days in (10, 11):  # Friday 4 and Saturday 5 December 2026
        start = at(10) + days * DAY
        wish = Wish("LAS-1", dora, start, start + HOUR, dora, ReservationKind.TRAINING)
        slot = floor.store.write(lambda tx, w=wish: reserve(tx, w, NOW))
        answers.append(enrolled(floor, slot, by_whom="dora", course="LAS2"))
    assert [(one.code, one.params) for one in answers[0].objections] == [(Reason.AGE, {"age": 16})]
    assert not isinstance(answers[1], Refused)


def test_only_staff_and_who_gives_the_training_enrol_and_nobody_twice(floor, training) -> None:
    for stranger in ("nils", "amelie", "olga"):
        answer = enrolled(floor, training, by_whom=stranger)
        assert [one.code for one in answer.objections] == [Reason.FORBIDDEN]
    assert not isinstance(enrolled(floor, training, by_whom="dora"), Refused)
    assert [one.code for one in enrolled(floor, training).objections] == [Reason.REPEATED]


def test_a_slot_that_is_no_training_an_unknown_course_and_a_past_one_take_nobody(floor, training) -> None:
    slot = booked(floor.store, floor.people.amelie, at(14), at(15))
    assert [one.code for one in enrolled(floor, slot, by_whom="dora").objections] == [Reason.INVALID]
    assert [one.code for one in enrolled(floor, training, course="NONE").objections] == [Reason.NOT_FOUND]
    assert [one.code for one in enrolled(floor, training, who="olga").objections] == [Reason.NOT_FOUND]
    assert [one.code for one in enrolled(floor, training, now=training.end).objections] == [Reason.PAST]
    assert floor.store.read(lambda tx: certifying.certificates_of(tx, floor.people.olga, NOW)) == []
