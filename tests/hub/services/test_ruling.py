"""Which rules are to hold, and what would they have refused last month? Versions, inheritance, simulation."""

from datetime import timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import Reason
from hub.ports import RuleSet
from hub.services import ruling
from hub.services.refused import Refused
from hub.services.reserving import Wish, reserve
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW, OTHER
from tests.hub.services.desk import HOUR, MINUTE, at, booked, by, codes, present

LASERS = RulesAt(ADC, Level.FAMILY, "laser")


def saved(store, who, where, rules, reason="spring"):
    return store.write(lambda tx: ruling.save(tx, by(tx, who), where, rules, (reason, NOW)))


def simulated(store, who, where, rules):
    return store.read(lambda tx: ruling.simulate(tx, by(tx, who), where, rules, NOW))


def test_the_nearest_rule_wins_and_every_change_is_a_version(both_floor):
    store, dora = both_floor.store, both_floor.people.dora
    assert saved(store, dora, LASERS, {"max_duration_min": 60}).version == 1
    assert saved(store, dora, RulesAt(ADC, Level.MACHINE, "LAS-2"), {"max_duration_min": 90}).version == 1
    assert saved(store, dora, LASERS, {"max_duration_min": 45}).version == 2
    limits = store.read(
        lambda tx: {one.id: one.rules["max_duration_min"] for one in tx.machines.all(lab=ADC)}
    )
    assert limits == {"LAS-1": 45, "LAS-2": 90, "SOL-1": 120}
    versions = store.read(lambda tx: tx.rules.versions(ADC, Level.FAMILY, "laser"))
    assert [one.rules["max_duration_min"] for one in versions] == [45, 60]


def test_a_new_rule_takes_no_booking_away(both_floor):
    store, people = both_floor.store, both_floor.people
    slot = booked(store, people.amelie, at(14), at(16))
    saved(store, people.dora, LASERS, {"max_duration_min": 60})
    assert present(store, slot).status == "confirmed"
    wish = Wish("LAS-1", people.bram, at(17), at(19), people.bram)
    assert codes(store.write(lambda tx: reserve(tx, wish, NOW))) == {"DURATION"}


def test_the_simulation_counts_last_months_long_bookings_and_lists_the_coming_ones(both_floor):
    store, people = both_floor.store, both_floor.people
    before = NOW - timedelta(days=10)
    long_one = booked(store, people.amelie, before, before + 2 * HOUR, now=before - HOUR)
    booked(store, people.bram, before + 3 * HOUR, before + 4 * HOUR, now=before - HOUR)
    booked(store, people.bram, before, before + 2 * HOUR, "SOL-1", now=before - HOUR)
    coming = booked(store, people.tom, at(14), at(16))
    found = simulated(store, people.dora, LASERS, {"max_duration_min": 60})
    assert found.checked == 2
    assert [(one.reservation, one.codes) for one in found.refused] == [(long_one.id, (Reason.DURATION,))]
    assert [one.reservation for one in found.coming] == [coming.id]
    assert store.read(lambda tx: tx.rules.versions(ADC, Level.FAMILY, "laser")) == []


def test_the_simulation_sees_a_quota_as_it_would_have_filled_up(both_floor):
    store, people = both_floor.store, both_floor.people
    monday = NOW - timedelta(days=8)
    for day in range(3):
        start = monday + timedelta(days=day)
        booked(store, people.amelie, start, start + 2 * HOUR, now=monday - HOUR + day * MINUTE)
    quota = {"quotas": [{"most": 200, "unit": "minutes", "window": "week", "scope": "family"}]}
    found = simulated(store, people.dora, LASERS, quota)
    assert [one.codes for one in found.refused] == [(Reason.QUOTA,)]


def test_the_simulation_counts_a_household_together_as_the_rule_would(both_floor):
    store, people = both_floor.store, both_floor.people
    for name in ("amelie", "bram"):
        store.write(lambda tx, n=name: tx.people.change(people.ids[n], {"household": "canal 7"}))
    monday = NOW - timedelta(days=8)
    for day, who in enumerate((people.amelie, people.bram, people.tom)):
        start = monday + timedelta(days=1 + day)
        booked(store, who, start, start + 2 * HOUR, now=monday - HOUR + day * MINUTE)
    quota = {"quotas": [{"most": 200, "subject": "household"}]}
    found = simulated(store, people.dora, LASERS, quota)
    assert [(one.start, one.codes) for one in found.refused] == [
        (monday + timedelta(days=2), (Reason.QUOTA,))
    ]


def test_the_simulation_lets_staff_do_what_staff_may(both_floor):
    store, people = both_floor.store, both_floor.people
    monday = NOW - timedelta(days=8)
    for day in range(3):
        start = monday + timedelta(days=1 + day)
        booked(store, people.dora, start, start + 2 * HOUR, now=monday - HOUR)
    assert simulated(store, people.dora, LASERS, {"quota_week_min": 60}).refused == ()


@pytest.mark.parametrize(
    ("who", "where", "rules", "code"),
    [
        ("bram", LASERS, {"max_duration_min": 60}, "FORBIDDEN"),
        ("dora", RulesAt(ADC, Level.FAMILY, "nothing"), {}, "NOT_FOUND"),
        ("dora", RulesAt(ADC, Level.LAB, OTHER), {}, "NOT_FOUND"),
        ("dora", RulesAt(OTHER, Level.LAB, OTHER), {}, "FORBIDDEN"),
        ("dora", RulesAt(ADC, Level.MACHINE, "nothing"), {}, "NOT_FOUND"),
        ("dora", LASERS, {"max_duration_min": "long"}, "INVALID"),
        ("dora", LASERS, {"colour": 3}, "INVALID"),
        ("dora", LASERS, {"min_duration_min": 120, "max_duration_min": 60}, "INVALID"),
    ],
)
def test_rules_that_make_no_sense_are_neither_saved_nor_tried(floor, who, where, rules, code):
    person = floor.people.ids[who]
    answers = [saved(floor.store, person, where, rules), simulated(floor.store, person, where, rules)]
    assert all(isinstance(answer, Refused) for answer in answers)
    assert {answer.code.value for answer in answers} == {code}


def test_a_change_needs_a_reason(floor):
    assert saved(floor.store, floor.people.dora, LASERS, {}, " ").code.value == "INVALID"
    assert isinstance(saved(floor.store, floor.people.dora, LASERS, {}, "clear"), RuleSet)
