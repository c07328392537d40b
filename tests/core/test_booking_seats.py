"""Does the slot fit between the others? Clean-up, gaps, who gives way, machines kept for the programme."""

from datetime import timedelta

import pytest

from core.booking import Request, alternatives, best_seat, displaced, objections
from core.terms import Terms
from core.vocabulary import Reason, ReservationKind
from tests.changing import replace
from tests.core.shares import RULES, amelie, codes, holds, said, taken, wanted
from tests.core.workshop import LAS_1, NOW, STAFF

TICK = timedelta(milliseconds=1)
BUFFER = replace(RULES, terms=Terms(buffer_after_min=30))
APART = replace(RULES, terms=Terms(min_gap_min=60))
CLASS, MAINTENANCE = ReservationKind.CLASS, ReservationKind.MAINTENANCE


def test_the_large_mill_is_cleaned_for_half_an_hour_between_two_people() -> None:
    bram = taken("12:00", "14:00")  # R06
    assert codes(wanted("14:15", "15:15"), bram, rules=BUFFER) == [Reason.OVERLAP]
    assert codes(wanted("14:30", "15:30"), bram, rules=BUFFER) == []
    assert codes(wanted("10:45", "11:45"), bram, rules=BUFFER) == [Reason.OVERLAP]
    assert codes(wanted("10:30", "11:30"), bram, rules=BUFFER) == []


def test_the_same_member_cleans_after_the_second_slot() -> None:
    assert codes(wanted("14:00", "15:00"), taken("12:00", "14:00", "amelie"), rules=BUFFER) == []
    nobody = replace(wanted("14:00", "15:00"), who="")
    assert codes(nobody, taken("12:00", "14:00", ""), rules=BUFFER) == [Reason.OVERLAP]


def test_a_quarter_that_nobody_can_book_is_not_left_over() -> None:
    bram = taken("12:00", "14:00")  # E12, R17
    ((code, params),) = said(wanted("14:15", "15:15"), bram)
    assert (code, params) == (Reason.GAP, {"minutes": 15, "least": 30})
    assert codes(wanted("14:30", "15:30"), bram) == []
    assert codes(wanted("14:00", "15:00"), bram) == []
    assert codes(wanted("10:45", "11:45"), bram) == [Reason.GAP]


def test_beside_opening_closing_and_maintenance_a_gap_cannot_be_helped() -> None:
    assert codes(wanted("10:15", "11:15")) == []
    assert codes(wanted("16:30", "17:30")) == []  # machines go off at 17:45
    assert codes(wanted("14:15", "15:15"), taken("12:00", "14:00", kind=MAINTENANCE)) == []
    assert codes(wanted("10:45", "11:45"), taken("12:00", "14:00", kind=MAINTENANCE)) == []


def test_what_is_left_before_now_or_before_the_grid_is_nobodys() -> None:
    bram, slot = taken("12:00", "14:00"), wanted("14:15", "15:15")
    assert codes(slot, bram, now=bram.end - TICK) == [Reason.GAP]
    assert codes(slot, bram, now=bram.end) == []
    assert codes(slot, replace(bram, end=bram.end + TICK)) == []


def test_on_another_seat_the_quarter_may_be_whole() -> None:
    rules = replace(RULES, seats=(1, 2))
    bram, slot = taken("12:00", "14:00"), wanted("14:15", "15:15")
    assert codes(slot, bram, rules=rules) == []
    assert best_seat(Request(slot, [bram], rules, NOW)) == 2
    other = replace(bram, seat=2)
    assert codes(slot, bram, other, rules=rules) == [Reason.GAP]


@pytest.mark.parametrize("kind", [CLASS, MAINTENANCE, ReservationKind.TRAINING])
def test_the_programme_may_leave_a_gap(kind: ReservationKind) -> None:
    assert codes(wanted("14:15", "15:15", kind=kind), taken("12:00", "14:00")) == []


def test_between_her_own_slots_lies_an_hour_where_the_lab_wants_it() -> None:
    mine = holds("2026-11-27 12:00", "2026-11-27 13:00", machine="LAS-1")
    ((code, params),) = said(wanted("13:45", "14:45"), rules=amelie(mine, rules=APART))
    assert (code, params) == (Reason.GAP, {"minutes": 45, "between": 60})
    assert codes(wanted("14:00", "15:00"), rules=amelie(mine, rules=APART)) == []
    assert codes(wanted("10:15", "11:15"), rules=amelie(mine, rules=APART)) == [Reason.GAP]
    assert codes(wanted("13:45", "14:45"), rules=amelie(mine._replace(machine="LAS-2"), rules=APART)) == []


def test_a_class_takes_booked_time_three_days_ahead_and_not_a_tick_later() -> None:
    bram = taken("14:00", "15:00", id="r1")  # R18
    slot = wanted("13:00", "17:00", kind=CLASS, roles=STAFF, displace=True)
    early = bram.start - timedelta(hours=72)
    assert codes(slot, bram, now=early) == []
    assert displaced(Request(slot, [bram], RULES, early)) == (bram,)
    ((code, params),) = said(slot, bram, now=early + TICK)
    assert (code, params) == (Reason.PRIORITY, {"hours": 72})
    assert codes(replace(slot, displace=False), bram, now=early) == [Reason.OVERLAP]


def test_a_class_displaces_no_class_and_a_member_nobody() -> None:
    early = wanted("13:00", "14:00").start - timedelta(days=5)
    other = taken("14:00", "15:00", kind=CLASS)
    assert codes(wanted("14:00", "15:00", kind=CLASS, displace=True), other, now=early) == [Reason.OVERLAP]
    bram = taken("14:00", "15:00")
    assert codes(wanted("14:00", "15:00", displace=True), bram, now=early) == [Reason.OVERLAP]


def test_the_last_printers_are_kept_for_the_programme() -> None:
    kept = replace(RULES, terms=Terms(keep_free=1))  # R17
    slot = wanted("14:00", "15:00")
    assert codes(slot, rules=replace(kept, spare=2)) == []
    assert said(slot, rules=replace(kept, spare=1)) == [(Reason.PRIORITY, {"kept": 1})]
    assert codes(replace(slot, kind=CLASS), rules=replace(kept, spare=1)) == []
    assert codes(replace(slot, roles=STAFF), rules=replace(kept, spare=1)) == []


def test_what_is_offered_instead_leaves_no_gap_and_respects_the_clean_up() -> None:
    busy = [taken("12:00", "14:00"), taken("15:15", "16:00")]
    rules = replace(RULES, terms=replace(RULES.terms, buffer_after_min=15))
    for one in alternatives(wanted("12:30", "13:30"), busy, rules, NOW):
        again = replace(wanted("12:30", "13:30"), start=one.start, end=one.end)
        assert objections(again, busy, rules, NOW) == ()


def test_a_quarter_hour_machine_has_no_useless_quarter() -> None:
    rules = replace(RULES, policy=replace(LAS_1, min_duration_min=15))
    assert codes(wanted("14:15", "15:15"), taken("12:00", "14:00"), rules=rules) == []
