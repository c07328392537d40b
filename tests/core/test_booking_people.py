"""May this person hold such a slot? Age, guardian, day pass, sanctions, two places at once, a training to come."""

from datetime import date, timedelta

import pytest

from core.booking import Request, objections, status_of
from core.grants import Refusal
from core.holder import Plan, plan_of
from core.terms import Terms
from core.vocabulary import MachineStatus, Reason, ReservationKind, ReservationStatus, Role
from tests.changing import replace
from tests.core.shares import F1, RULES, amelie, codes, holds, said, taken, wanted
from tests.core.workshop import LAS_1, NOW, STAFF, at

TICK = timedelta(milliseconds=1)
SIXTEEN = replace(RULES, terms=replace(F1, min_age=16))
UNATTENDED, CLASS, GROUP = ReservationKind.UNATTENDED, ReservationKind.CLASS, ReservationKind.GROUP


def test_age_is_taken_at_the_slots_start() -> None:
    young = amelie(rules=SIXTEEN, birth=date(2010, 12, 5), consent_until=at("2027-12-05 00:00"))  # S23, R23
    assert said(wanted("10:00", "11:00", "2026-12-04"), rules=young) == [(Reason.AGE, {"age": 16})]
    assert codes(wanted("10:00", "11:00", "2026-12-05"), rules=young) == []


def test_a_minor_needs_a_guardians_consent_up_to_the_slot() -> None:
    slot = wanted("10:00", "11:00")
    child = amelie(birth=date(2009, 1, 1))
    assert said(slot, rules=child) == [(Reason.AGE, {"guardian": 18})]
    assert codes(slot, rules=amelie(birth=date(2009, 1, 1), consent_until=slot.start + TICK)) == []
    assert codes(slot, rules=amelie(birth=date(2009, 1, 1), consent_until=slot.start)) == [Reason.AGE]
    assert codes(slot, rules=amelie(birth=date(2008, 11, 27))) == []  # eighteen that very day


def test_a_day_pass_holds_on_its_day_on_simple_machines_and_with_a_host() -> None:
    simple = replace(RULES, policy=replace(LAS_1, needs=("GEN",)))  # R22
    day = date(2026, 11, 27)
    guest = amelie(rules=simple, plan=Plan.GUEST, pass_day=day)
    assert codes(wanted("10:00", "11:00"), rules=guest) == []
    assert said(wanted("10:00", "11:00", "2026-11-26"), rules=guest) == [
        (Reason.MEMBER_EXPIRED, {"day": "2026-11-27"})
    ]
    alone = amelie(rules=simple, plan=Plan.GUEST, pass_day=day, host=False)
    assert codes(wanted("10:00", "11:00"), rules=alone) == [Reason.BUDDY]
    laser = amelie(plan=Plan.GUEST, pass_day=day)
    assert said(wanted("10:00", "11:00"), rules=laser) == [(Reason.CERT_MISSING, {"course": "LAS1"})]


def test_staff_are_staff_whatever_pass_they_have() -> None:
    assert plan_of([Role.MEMBER, Role.STAFF], date(2026, 11, 27)) is Plan.STAFF
    assert plan_of([Role.MEMBER], date(2026, 11, 27)) is Plan.GUEST
    assert plan_of([Role.MEMBER, Role.TRAINER], None) is Plan.MEMBER


def test_whoever_may_not_book_ahead_reads_until_when() -> None:
    rules = amelie(barred_until=NOW + timedelta(days=7))  # R53
    found = objections(wanted("10:00", "11:00"), (), rules, NOW)
    assert [(one.code, one.next) for one in found] == [(Reason.MEMBER_SUSPENDED, "see_desk")]
    assert codes(wanted("10:00", "11:00"), rules=amelie(barred_until=NOW)) == []


def test_nobody_is_at_two_machines_at_once() -> None:
    other = holds("2026-11-27 10:00", "2026-11-27 11:00")  # R16, E11
    ((code, params),) = said(wanted("10:30", "11:30"), rules=amelie(other))
    assert (code, params["machine"], params["most"]) == (Reason.CONCURRENT, "LAS-2", 1)
    assert codes(wanted("11:00", "12:00"), rules=amelie(other)) == []
    assert codes(wanted("09:00", "10:00"), rules=amelie(other)) == [Reason.LAB_CLOSED]


@pytest.mark.parametrize(
    ("change", "slot_kind"),
    [
        ({"kind": UNATTENDED}, ReservationKind.BOOKING),
        ({"kind": CLASS}, CLASS),
        ({"status": ReservationStatus.CANCELLED}, ReservationKind.BOOKING),
        ({"who": "bram"}, ReservationKind.BOOKING),
    ],
)
def test_a_print_alone_a_class_and_others_slots_do_not_hold_her(
    change: dict[str, object], slot_kind: ReservationKind
) -> None:
    other = holds("2026-11-27 10:00", "2026-11-27 11:00", **change)
    assert codes(wanted("10:30", "11:30", kind=slot_kind), rules=amelie(other)) == []


def test_two_prints_run_alone_and_a_third_does_not() -> None:
    rules = replace(RULES, terms=Terms(unattended="3DPN"))
    one = holds("2026-11-27 10:00", "2026-11-27 12:00", id="a", kind=UNATTENDED, machine="3DP-1")
    touching = holds("2026-11-27 12:00", "2026-11-27 14:00", id="b", kind=UNATTENDED, machine="3DP-1")
    beside = holds("2026-11-27 11:00", "2026-11-27 13:00", id="c", kind=UNATTENDED, machine="3DP-2")
    slot = wanted("11:30", "12:30", kind=UNATTENDED)
    assert codes(slot, rules=amelie(one, touching, rules=rules)) == []
    assert codes(slot, rules=amelie(one, beside, rules=rules)) == [Reason.CONCURRENT]
    assert codes(wanted("13:00", "14:00", kind=UNATTENDED), rules=amelie(one, beside, rules=rules)) == []


def test_a_groups_machines_are_held_by_one_pair_of_hands() -> None:
    other = holds("2026-11-27 10:00", "2026-11-27 11:00", kind=GROUP)
    assert codes(wanted("10:00", "11:00", kind=GROUP), rules=amelie(other)) == []
    assert codes(wanted("10:00", "11:30", kind=GROUP), rules=amelie(other)) == [Reason.CONCURRENT]


def test_her_own_slot_on_a_full_machine_is_an_overlap_and_on_a_free_seat_she_has_two_hands() -> None:
    mine = holds("2026-11-27 10:00", "2026-11-27 11:00", machine="LAS-1")
    busy = taken("10:00", "11:00", "amelie")
    assert codes(wanted("10:00", "11:00"), busy, rules=amelie(mine)) == [Reason.OVERLAP]
    seats = replace(amelie(mine), seats=(1, 2))
    assert codes(wanted("10:00", "11:00"), busy, rules=seats) == [Reason.CONCURRENT]


def test_a_training_before_the_slot_makes_it_conditional_and_a_late_one_does_not() -> None:
    lack = Refusal(Reason.CERT_MISSING, {"course": "LAS1"})  # R14
    rules = replace(RULES, missing=(lack,), promised=frozenset({"LAS1"}))
    slot = wanted("12:00", "13:00", "2026-11-27")
    day_before = slot.start - timedelta(hours=24)
    assert codes(slot, rules=rules, now=day_before - TICK) == []
    assert status_of(Request(slot, (), rules, day_before - TICK)) is ReservationStatus.CONDITIONAL
    assert codes(slot, rules=rules, now=day_before) == [Reason.CERT_MISSING]
    assert codes(slot, rules=replace(rules, promised=frozenset({"CNC1"}))) == [Reason.CERT_MISSING]
    assert status_of(Request(slot, (), RULES, NOW)) is ReservationStatus.CONFIRMED


def test_an_expired_certificate_is_not_promised_back_by_a_training() -> None:
    lack = Refusal(Reason.CERT_EXPIRED, {"course": "LAS1"})
    rules = replace(RULES, missing=(lack,), promised=frozenset({"LAS1"}))
    assert codes(wanted("12:00", "13:00"), rules=rules) == [Reason.CERT_EXPIRED]


def test_a_degraded_machine_is_booked_by_whoever_read_why() -> None:
    policy = replace(LAS_1, status=MachineStatus.DEGRADED)  # E32
    rules = replace(RULES, policy=policy, note="weak in the right corner")
    found = objections(wanted("12:00", "13:00"), (), rules, NOW)
    assert [(one.code, one.params["note"], one.next) for one in found] == [
        (Reason.MACHINE_DOWN, "weak in the right corner", "read_note")
    ]
    assert codes(wanted("12:00", "13:00", read=True), rules=rules) == []


def test_what_is_unsafe_is_said_before_who_may_and_when() -> None:
    policy = replace(LAS_1, status=MachineStatus.OUT_OF_ORDER)  # R62
    rules = replace(
        amelie(rules=SIXTEEN, birth=date(2012, 1, 1), consent_until=at("2028-01-01 00:00")), policy=policy
    )
    assert codes(wanted("19:07", "20:00"), taken("19:00", "20:00"), rules=rules) == [
        Reason.MACHINE_DOWN, Reason.AGE, Reason.GRID, Reason.LAB_CLOSED, Reason.OVERLAP,
    ]  # fmt: skip


def test_staff_book_a_machine_that_is_theirs_for_now() -> None:
    rules = replace(RULES, policy=replace(LAS_1, status=MachineStatus.STAFF_ONLY))
    assert codes(wanted("12:00", "13:00"), rules=rules) == [Reason.STAFF_ONLY]
    assert codes(wanted("12:00", "13:00", roles=STAFF), rules=rules) == []
