"""In which order are those who wait asked? Class first, then who had less of the busy hours, then who came first (R18, R20)."""

from datetime import timedelta

import pytest

from core.rulebook import Level
from core.timeline import Span
from core.vocabulary import ReservationStatus
from hub.ports import RuleSet
from hub.services import fairness, waiting_list
from hub.services.house import house_of
from tests.cast import ADC, NOW, RULES
from tests.hub.services.desk import HOUR, MINUTE, at, booked, waits


def used(store, person, start, now=NOW, status=ReservationStatus.DONE):
    """An hour on LAS-2 that the person had."""
    slot = booked(store, person, start, start + HOUR, "LAS-2", now=start - HOUR)
    return store.write(lambda tx: tx.bookings.set_status(slot, status, now))


def in_turn(store, machine="LAS-1", hour=14):
    def read(tx):
        span = Span(at(hour), at(hour + 1))
        return [one.person for one in waiting_list.in_turn(tx, tx.machines.get(machine), span, NOW + HOUR)]

    return store.read(read)


def test_only_the_busy_hours_count_and_the_lab_says_which_they_are(both_floor):
    store, bram, tom = both_floor.store, both_floor.people.bram, both_floor.people.tom
    friday = NOW - timedelta(days=4)
    used(store, bram, friday)
    waits(store, bram, at(14), at(15))
    waits(store, tom, at(14), at(15), NOW + MINUTE)
    assert in_turn(store) == [bram, tom]  # Friday morning is nobody's rush
    rules = {**RULES, "peak": [{"from": "09:00", "to": "09:30", "weekdays": [4]}]}
    said = RuleSet(ADC, Level.LAB, ADC, 1, rules, "Friday is busy", both_floor.people.max, NOW)
    assert store.write(lambda tx: tx.rules.save(said))
    assert in_turn(store) == [tom, bram]
    score = store.read(lambda tx: fairness.score(tx, bram, NOW, house_of(tx, ADC)))
    assert score == 30  # of the hour, what lay in the rush


@pytest.mark.parametrize(
    ("status", "expected"),
    [("done", 60), ("no_show", 90), ("cancelled_lab", 0), ("cancelled", 0), ("displaced", 0)],
)
def test_who_did_not_come_had_it_one_and_a_half_times_and_what_the_lab_took_back_nobody_had(
    floor, status, expected
):
    used(floor.store, floor.people.bram, NOW - timedelta(days=3), status=ReservationStatus(status))
    score = floor.store.read(lambda tx: fairness.score(tx, floor.people.bram, NOW, house_of(tx, ADC)))
    assert score == expected


def test_what_was_used_more_than_four_weeks_ago_is_forgotten(floor):
    saturday = NOW - timedelta(days=24)
    used(floor.store, floor.people.bram, saturday)

    def score(now):
        return floor.store.read(lambda tx: fairness.score(tx, floor.people.bram, now, house_of(tx, ADC)))

    gone = saturday + HOUR + timedelta(days=28)
    assert (score(gone - MINUTE), score(gone)) == (1, 0)


def test_beside_the_own_score_stands_what_half_of_the_others_had(floor):
    saturday = NOW - timedelta(days=3)
    for hour, name in enumerate(("bram", "tom", "tom", "dora", "dora", "dora")):
        used(floor.store, floor.people.ids[name], saturday + hour * HOUR)
    assert floor.store.read(lambda tx: fairness.usual(tx, NOW, house_of(tx, ADC))) == 120


def test_staff_are_asked_before_members_and_members_before_day_passes(both_floor):
    store, people = both_floor.store, both_floor.people
    today = {"pass_day": NOW.date(), "host": people.tom}
    store.write(lambda tx: tx.people.change(people.nils, today))  # R18
    for minute, name in enumerate(("nils", "bram", "dora")):
        waits(store, people.ids[name], at(14), at(15), NOW + minute * MINUTE, machine="SOL-1")
    assert in_turn(store, "SOL-1") == [people.dora, people.bram, people.nils]
