"""A training keeps its machines free, all of them or none, and has so many places (R14, R28)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from core.vocabulary import Reason, ReservationKind
from hub.services import giving_back, teaching
from hub.services.refused import Refused
from hub.services.reserving import NotReserved
from hub.services.teaching import Plan
from hub.services.training import Place, enrol
from tests.cast import ADC, NOW
from tests.hub.services.desk import HOUR, MINUTE, QUARTER, TICK, at, booked, by
from tests.hub.services.floor import Floor

DAY = timedelta(days=1)
TEN = at(10) + 2 * DAY
BOTH = ("LAS-2", "LAS-1")


def planned(floor: Floor, who: str = "tom", by_whom: str = "", **more):
    said = {"course": "LAS1", "machines": BOTH, "start": TEN, "end": TEN + 2 * HOUR, "places": 2}
    wanted = Plan(**said | {"trainer": floor.people.ids[who]} | more)
    asking = floor.store.read(lambda tx: by(tx, floor.people.ids[by_whom or who]))
    return teaching.plan(floor.store, asking, wanted, NOW)


def enrolled(floor: Floor, training, who: str, course: str = "LAS1"):
    place = Place(training.id, floor.people.ids[who], course)
    return floor.store.write(lambda tx: enrol(tx, by(tx, floor.people.tom), place, NOW))


def coming(floor: Floor, now=NOW):
    return list(floor.store.read(lambda tx: tx.trainings.coming(ADC, now)))


def test_a_trainer_plans_it_and_both_lasers_are_his_for_its_time(both_floor: Floor) -> None:
    made = planned(both_floor)
    assert (made.machines, made.trainer, made.start, made.end, made.free) == (
        ("LAS-1", "LAS-2"), both_floor.people.tom, TEN, TEN + 2 * HOUR, 2,
    )  # fmt: skip
    slots = [both_floor.store.read(lambda tx, s=slot: tx.bookings.get(s)) for slot in made.slots]
    assert {(one.kind, one.person) for one in slots} == {(ReservationKind.TRAINING, both_floor.people.tom)}
    assert coming(both_floor) == [made]


def test_where_one_machine_is_taken_nothing_is_reserved_and_it_says_which(both_floor: Floor) -> None:
    booked(both_floor.store, both_floor.people.amelie, TEN + HOUR, TEN + 2 * HOUR, "LAS-2")
    answer = planned(both_floor)
    assert isinstance(answer, NotReserved)
    assert [(one.code, one.params["machine"]) for one in answer.objections] == [(Reason.OVERLAP, "LAS-2")]
    taken = both_floor.store.read(lambda tx: tx.bookings.taken("LAS-1", TEN, TEN + 2 * HOUR))
    assert (list(taken), coming(both_floor)) == ([], [])


def test_a_place_less_each_time_and_the_third_of_two_is_told_that_all_are_taken(floor: Floor) -> None:
    made = planned(floor)
    for who, free in (("nils", 1), ("amelie", 0)):
        assert not isinstance(enrolled(floor, made, who), Refused)
        assert coming(floor)[0].free == free
    third = enrolled(floor, made, "bram")
    assert third.objections[0].params == {"field": "training", "places": 2}
    assert enrolled(floor, made, "nils").code is Reason.REPEATED  # he has one already
    names = floor.store.read(lambda tx: tx.trainings.enrolled(made.id))
    assert list(names) == [floor.people.nils, floor.people.amelie]


def test_of_two_who_want_the_last_place_at_once_one_gets_it(both_floor: Floor) -> None:
    made, answers, both = planned(both_floor, places=1), [], Barrier(2)

    def wants(who: str) -> None:
        both.wait(10)
        answers.append(enrolled(both_floor, made, who))

    threads = [Thread(target=wants, args=(who,)) for who in ("nils", "amelie")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(isinstance(one, Refused) for one in answers) == [False, True]
    assert coming(both_floor)[0].taken == 1


def test_a_place_is_for_its_own_course(floor: Floor) -> None:
    assert enrolled(floor, planned(floor), "nils", course="GEN").code in (Reason.INVALID, Reason.FORBIDDEN)


def test_it_comes_until_its_last_moment_moves_with_its_slot_and_falls_with_it(floor: Floor) -> None:
    made, tom = planned(floor, machines=("LAS-1",)), floor.people.tom
    assert coming(floor, made.end - TICK) == [made]
    assert coming(floor, made.end) == []
    slot = floor.store.read(lambda tx: tx.bookings.get(made.id))
    later = (made.start + HOUR, made.end + HOUR)
    moved = floor.store.write(lambda tx: giving_back.move(tx, slot, by(tx, tom), later, NOW))
    assert [(one.start, one.end) for one in coming(floor)] == [later]
    floor.store.write(lambda tx: giving_back.cancel(tx, moved, by(tx, tom), NOW))
    assert coming(floor) == []


@pytest.mark.parametrize(
    ("who", "by_whom", "more", "code"),
    [
        ("tom", "amelie", {}, Reason.FORBIDDEN),
        ("amelie", "amelie", {}, Reason.FORBIDDEN),
        ("max", "tom", {}, Reason.FORBIDDEN),
        ("tom", "olga", {}, Reason.FORBIDDEN),
        ("amelie", "dora", {}, Reason.INVALID),
        ("tom", "tom", {"course": "NONE"}, Reason.NOT_FOUND),
        ("tom", "tom", {"machines": ("LAS-9",)}, Reason.NOT_FOUND),
        ("tom", "tom", {"machines": ()}, Reason.INVALID),
        ("tom", "tom", {"places": 0}, Reason.INVALID),
        ("tom", "tom", {"end": TEN}, Reason.INVALID),
        ("tom", "tom", {"start": TEN + 7 * MINUTE}, Reason.GRID),
        ("tom", "tom", {"start": NOW - DAY, "end": NOW - DAY + HOUR}, Reason.PAST),
    ],
)
def test_what_is_not_theirs_to_plan_or_makes_no_sense_reserves_nothing(
    floor: Floor, who, by_whom, more, code
):
    answer = planned(floor, who, by_whom, **more)
    assert isinstance(answer, Refused)
    assert code in [one.code for one in answer.objections]
    assert coming(floor) == []
    assert list(floor.store.read(lambda tx: tx.bookings.taken("LAS-1", TEN - QUARTER, TEN + 3 * HOUR))) == []


def test_staff_plan_it_for_a_trainer(floor: Floor) -> None:
    assert planned(floor, "tom", "dora").trainer == floor.people.tom
