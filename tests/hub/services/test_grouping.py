"""May a group have several machines at once? R21, S45."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.rulebook import Level
from core.timeline import Span
from hub.ports import RuleSet
from hub.services import grouping
from hub.services.grouping import GroupWish
from hub.services.reserving import NotReserved
from tests.cast import NOW
from tests.hub.services.desk import HOUR, at, booked, codes

LASERS = ("LAS-1", "LAS-2")


def wish(floor, heads=12, machines=LASERS, who="tom"):
    person = floor.people.ids[who]
    return GroupWish(machines, person, at(13), at(15), heads, person)


def taken(floor):
    return floor.store.read(lambda tx: tx.bookings.taken_in("adc", NOW, NOW + 48 * HOUR))


def test_s45_one_busy_machine_and_nothing_is_booked_but_times_at_which_both_are_free_are_told(both_floor):
    busy = booked(both_floor.store, both_floor.people.amelie, at(14), at(15), "LAS-2")
    answer = grouping.book(both_floor.store, wish(both_floor), NOW)
    assert codes(answer) == {"OVERLAP"}
    assert answer.objections[0].params["machine"] == "LAS-2"
    assert [one.id for one in taken(both_floor)] == [busy.id]
    spans = sorted({Span(slot.start, slot.end) for slot in answer.alternatives})
    assert len(spans) == 3
    assert len(answer.alternatives) == 6
    assert not any(span.overlaps(Span(busy.start, busy.end)) for span in spans)


def test_a_group_has_all_its_machines_in_one_party(both_floor):
    made = grouping.book(both_floor.store, wish(both_floor), NOW)
    assert [one.machine for one in made] == ["LAS-1", "LAS-2"]
    assert len({one.party for one in made}) == 1
    together = both_floor.store.read(lambda tx: tx.bookings.together(party=made[0].party))
    assert [one.id for one in together] == sorted(one.id for one in made)


@pytest.mark.parametrize(
    ("heads", "machines", "who", "code"),
    [
        (13, LASERS, "tom", "INVALID"),
        (0, LASERS, "tom", "INVALID"),
        (4, (), "tom", "INVALID"),
        (4, ("LAS-1", "XXX-1"), "tom", "NOT_FOUND"),
        (4, LASERS, "nils", "CERT_MISSING"),
    ],
)
def test_too_many_heads_unknown_machines_and_an_uncertified_leader_are_refused(
    floor, heads, machines, who, code
):
    answer = grouping.book(floor.store, wish(floor, heads, machines, who), NOW)
    assert isinstance(answer, NotReserved)
    assert answer.code.value == code
    assert taken(floor) == []


def test_nobody_answers_for_two_groups_at_the_same_time_and_right_after_the_first_he_may(both_floor):
    first = grouping.book(both_floor.store, wish(both_floor, 4, ("LAS-1",)), NOW)
    second = wish(both_floor, 4, ("LAS-2",))
    answer = grouping.book(both_floor.store, second, NOW)
    assert codes(answer) == {"CONCURRENT"}
    assert answer.objections[0].params["machine"] == "LAS-1"
    assert len(taken(both_floor)) == len(first) == 1
    other = replace(second, person=both_floor.people.amelie, by=both_floor.people.amelie)
    assert len(grouping.book(both_floor.store, other, NOW)) == 1
    after = replace(second, start=at(15), end=at(17))
    assert len(grouping.book(both_floor.store, after, NOW)) == 1


def test_a_group_has_no_more_than_the_share_of_who_answers_for_it(floor):
    quota = {"most": 1, "unit": "count", "window": "future"}  # R15: one booking ahead, whatever it is called
    rules = RuleSet("adc", Level.FAMILY, "laser", 1, {"quotas": [quota]}, "fair", floor.people.max, NOW)
    floor.store.write(lambda tx: tx.rules.save(rules))
    day = timedelta(days=1)
    both = replace(wish(floor, who="amelie"), start=at(13) + day, end=at(15) + day)
    answer = grouping.book(floor.store, both, NOW)
    assert codes(answer) == {"QUOTA"}
    assert {one.params["machine"] for one in answer.objections} == {"LAS-2"}
    assert taken(floor) == []
    assert len(grouping.book(floor.store, replace(both, machines=("LAS-1",), heads=6), NOW)) == 1
