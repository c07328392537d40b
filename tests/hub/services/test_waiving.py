"""May staff set the house's comfort aside? With a reason, written down; else a member's slot has the member's limits (E02, E06)."""

import json
from datetime import timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports import Reservation
from hub.services import ruling
from hub.services.giving_back import move
from hub.services.reserving import Wish, reserve
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW, RULES
from tests.hub.services.desk import HOUR, MINUTE, TICK, at, booked, by, codes, gave_up, present, waits

NOON = at(12)
FAR = NOON + timedelta(days=14, hours=2)  # the fourteenth day: open from noon on (R08)
TOO_FAR = NOON + timedelta(days=40)


def asked(floor, person, start, now=NOW, who=None, **more):
    wish = Wish("LAS-1", person, start, start + HOUR, who or person, **more)
    return floor.store.write(lambda tx: reserve(tx, wish, now))


def moved(floor, slot, who, start, now=NOW, reason=""):
    span = (start, start + HOUR)
    return floor.store.write(lambda tx: move(tx, slot, by(tx, who), span, now, reason=reason))


def overridden(floor):
    rows = floor.store.read(lambda tx: tx.audit.newest(ADC, 99, None))
    return [json.loads(row.data) for row in rows if row.action == "reservation.overridden"]


def test_e06_the_horizon_is_that_of_the_commit_and_not_of_the_page(both_floor):
    bram = both_floor.people.bram  # he opened the page at 11:59
    assert codes(asked(both_floor, bram, FAR, NOON - TICK)) == {"HORIZON"}
    assert isinstance(asked(both_floor, bram, FAR, NOON), Reservation)


def test_e06_staff_who_move_a_members_slot_have_the_members_limits(both_floor):
    people = both_floor.people
    both_floor.store.write(
        lambda tx: ruling.save(
            tx, by(tx, people.dora), RulesAt(ADC, Level.LAB, ADC), {**RULES, "horizon_staff_d": 180}, ("R08", NOW)
        )
    )  # fmt: skip
    assert isinstance(asked(both_floor, people.dora, TOO_FAR), Reservation)
    hers = booked(both_floor.store, people.amelie, at(14), at(15))
    assert codes(moved(both_floor, hers, people.dora, TOO_FAR - 3 * HOUR)) == {"HORIZON"}
    assert codes(asked(both_floor, people.bram, TOO_FAR, who=people.dora)) == {"HORIZON", "OVERLAP"}
    assert present(both_floor.store, hers) == hers
    assert overridden(both_floor) == []


def test_e06_with_a_reason_they_set_the_horizon_aside_and_the_audit_says_which_rule_and_why(both_floor):
    people = both_floor.people
    hers = booked(both_floor.store, people.amelie, at(14), at(15))
    assert moved(both_floor, hers, people.dora, TOO_FAR, reason="exhibition").start == TOO_FAR
    made = asked(
        both_floor, people.bram, TOO_FAR + HOUR, who=people.dora, override=True, note="the same exhibition"
    )
    assert isinstance(made, Reservation)
    assert overridden(both_floor) == [
        {"member": people.bram, "codes": ["HORIZON"], "reason": "the same exhibition"},
        {"member": people.amelie, "codes": ["HORIZON"], "reason": "exhibition"},
    ]


def test_where_no_rule_was_in_the_way_nothing_was_set_aside(floor):
    people = floor.people
    assert isinstance(
        asked(floor, people.bram, at(14), who=people.dora, override=True, note="x"), Reservation
    )
    assert overridden(floor) == []


def test_no_reason_moves_a_slot_onto_anothers(floor):
    people = floor.people
    booked(floor.store, people.bram, at(16), at(17))
    hers = booked(floor.store, people.amelie, at(14), at(15))
    assert codes(moved(floor, hers, people.dora, at(16), reason="she asked")) == {"OVERLAP"}


@pytest.mark.parametrize(
    "more",
    [
        {"override": True, "note": "please"},
        {"displace": True},
        {"kind": ReservationKind.CLASS},
        {"kind": ReservationKind.MAINTENANCE},
    ],
)
def test_a_member_sets_nothing_aside_and_holds_no_class_whatever_door_he_comes_by(floor, more):
    assert codes(asked(floor, floor.people.bram, at(14), **more)) == {"FORBIDDEN"}
    hers = booked(floor.store, floor.people.amelie, at(16), at(17))
    assert codes(moved(floor, hers, floor.people.amelie, TOO_FAR, reason="please")) == {"FORBIDDEN"}


def test_a_trainer_holds_a_training_and_displaces_nobody(floor):
    tom = floor.people.tom
    assert isinstance(asked(floor, tom, at(14), kind=ReservationKind.TRAINING), Reservation)
    assert codes(asked(floor, tom, at(16), kind=ReservationKind.CLASS, displace=True)) == {"FORBIDDEN"}


def test_a_slot_that_has_begun_is_not_moved_out_of_its_grace(floor):
    hers = booked(floor.store, floor.people.amelie, at(14), at(15))
    assert codes(moved(floor, hers, floor.people.amelie, at(16), at(14))) == {"PAST"}
    assert isinstance(moved(floor, hers, floor.people.amelie, at(16), at(14) - TICK), Reservation)


def test_what_is_held_for_an_offer_is_taken_or_passed_on_and_not_moved(floor):
    slot = booked(floor.store, floor.people.amelie, at(14), at(15))
    entry = waits(floor.store, floor.people.bram, at(14), at(15))
    gave_up(floor.store, slot, at(12))
    held = floor.store.read(lambda tx: tx.bookings.get(tx.waiting.offer_of(entry.id).hold))
    assert held.status is ReservationStatus.CONDITIONAL
    assert codes(moved(floor, held, floor.people.bram, at(17), at(12))) == {"CHANGED"}


def test_who_said_late_and_moves_instead_is_waited_for_as_everybody_at_the_new_time(floor):
    hers = booked(floor.store, floor.people.amelie, at(14), at(15))
    kept = floor.store.write(
        lambda tx: tx.bookings.change(hers, at(13, 50), {"held_until": at(14) + 30 * MINUTE})
    )
    assert moved(floor, kept, floor.people.amelie, at(16), at(13, 55)).held_until is None
