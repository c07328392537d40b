"""Is it the right time? Grid on the long and the short day, horizon by class, lead, quiet hours, runs in the night."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.booking import BookingRules
from core.calendars import Hours, Week, openings
from core.holder import Plan
from core.terms import Daily, Terms
from core.timeline import at_local, grid_ceil, local_day
from core.vocabulary import Audience, Reason, ReservationKind
from tests.changing import replace
from tests.core.shares import RULES, amelie, codes, said, wanted
from tests.core.workshop import LAS_1, STAFF, WEEK, at, span

TICK = timedelta(milliseconds=1)
UNATTENDED, CLASS = ReservationKind.UNATTENDED, ReservationKind.CLASS


@pytest.mark.parametrize(("day", "cells"), [("2027-03-28", 92), ("2026-10-25", 100), ("2026-11-24", 96)])
def test_a_day_has_as_many_quarters_as_its_clock_has_time(day: str, cells: int) -> None:
    start = at(f"{day} 00:00")  # R05
    end = at_local(local_day(start, "Europe/Brussels") + timedelta(days=1), 0, "Europe/Brussels")
    points = []
    while start < end:
        points.append(grid_ceil(start, 15, "Europe/Brussels"))
        start = points[-1] + timedelta(minutes=15)
    assert len(set(points)) == cells


def test_a_night_over_the_clock_change_is_as_long_as_it_is() -> None:
    always = Week("Europe/Brussels", {day: (Hours(0, 1440),) for day in range(7)}, {})
    policy = replace(LAS_1, max_duration_min=600, max_session_min=600, machines_off_min=0)
    found = openings(always, span("2027-03-25 00:00", "2027-03-31 00:00"))
    long = replace(wanted("22:00", "23:00", "2027-03-27"), end=at("2027-03-28 08:00"))  # R11: nine hours
    now, rules = at("2027-03-20 12:00"), BookingRules(policy, found)
    assert codes(long, rules=rules, now=now) == []
    assert codes(long, rules=replace(rules, policy=replace(policy, max_duration_min=540)), now=now) == []
    shorter = replace(rules, policy=replace(policy, max_duration_min=525))
    assert codes(long, rules=shorter, now=now) == [Reason.DURATION]


@pytest.mark.parametrize(("plan", "last"), [(Plan.GUEST, "2026-11-27"), (Plan.MEMBER, "2026-12-08")])
def test_each_class_of_member_has_its_horizon_and_it_opens_at_noon(plan: Plan, last: str) -> None:
    slot, noon = wanted("12:00", "13:00", last), at("2026-11-24 12:00")  # R08
    rules = amelie(
        plan=plan, pass_day=local_day(slot.start, "Europe/Brussels") if plan is Plan.GUEST else None
    )
    assert Reason.HORIZON in codes(slot, rules=rules, now=noon - TICK)
    assert Reason.HORIZON not in codes(slot, rules=rules, now=noon)


def test_staff_plan_half_a_year_ahead() -> None:
    slot = wanted("12:00", "13:00", "2027-05-20", roles=STAFF)
    assert Reason.HORIZON not in codes(slot, rules=amelie(plan=Plan.STAFF))
    later = wanted("12:00", "13:00", "2027-05-27", roles=STAFF)
    assert Reason.HORIZON in codes(later, rules=amelie(plan=Plan.STAFF))


def test_a_token_reaches_two_days_further() -> None:
    assert codes(wanted("12:00", "13:00", "2026-12-10", token=True)) == []  # R19
    assert codes(wanted("12:00", "13:00", "2026-12-11", token=True)) == [Reason.HORIZON]
    assert codes(wanted("12:00", "13:00", "2026-12-10")) == [Reason.HORIZON]


def test_with_two_hours_lead_a_slot_begins_two_hours_from_now() -> None:
    rules = replace(RULES, terms=Terms(lead_min=120))  # R09
    slot = wanted("14:00", "15:00", "2026-11-24")
    assert codes(slot, rules=rules) == []
    ((code, params),) = said(slot, rules=rules, now=at("2026-11-24 12:00") + TICK)
    assert (code, params["minutes"]) == (Reason.LEAD, 120)
    assert codes(slot, rules=rules, now=slot.start + TICK) == [Reason.PAST]


def test_a_booking_is_never_longer_than_a_session() -> None:
    rules = replace(RULES, policy=replace(LAS_1, max_duration_min=240, max_session_min=180))  # R07
    assert codes(wanted("12:00", "15:00"), rules=rules) == []
    assert codes(wanted("12:00", "15:15"), rules=rules) == [Reason.DURATION]


def test_quiet_hours_begin_at_eight_sharp_and_end_at_eight() -> None:
    quiet = replace(RULES, terms=Terms(quiet=Daily(1200, 480)))  # R10
    assert codes(wanted("19:00", "20:00", "2026-11-26"), rules=quiet) == []
    ((code, params),) = said(wanted("19:15", "20:15", "2026-11-26"), rules=quiet)
    assert (code, params) == (Reason.QUIET, {"from": "20:00", "to": "08:00"})
    dawn = replace(quiet, openings=openings(replace(WEEK, usual={3: (Hours(420, 720),)}), hours_span()))
    assert codes(wanted("08:00", "09:00", "2026-11-26"), rules=dawn) == []
    assert codes(wanted("07:45", "08:45", "2026-11-26"), rules=dawn) == [Reason.QUIET]


def hours_span():  # type: ignore[no-untyped-def]
    return span("2026-11-20 00:00", "2026-12-20 00:00")


def test_a_class_is_held_in_its_own_window_and_a_youth_in_theirs() -> None:
    usual = {4: (Hours(540, 600, Audience.CLASS), Hours(600, 660, Audience.YOUTH))}
    rules = replace(RULES, openings=openings(replace(WEEK, usual=usual), hours_span()))
    rules = replace(rules, policy=replace(LAS_1, machines_off_min=0))
    assert codes(wanted("09:00", "10:00", kind=CLASS), rules=rules) == []
    assert codes(wanted("09:00", "10:00"), rules=rules) == [Reason.LAB_CLOSED]
    young = amelie(rules=rules, birth=at("2010-06-01 00:00").date(), consent_until=at("2027-01-01 00:00"))
    assert codes(wanted("10:00", "11:00"), rules=young) == []
    assert codes(wanted("10:00", "11:00"), rules=rules) == [Reason.LAB_CLOSED]


def test_a_class_on_a_closed_day_needs_to_be_wanted_expressly() -> None:
    sunday = wanted("14:00", "16:00", "2026-11-29", kind=CLASS, roles=STAFF)  # E02
    assert codes(sunday) == [Reason.LAB_CLOSED]
    assert codes(replace(sunday, override=True)) == []


def test_an_override_lifts_comfort_and_never_age_grid_or_an_others_slot() -> None:
    rules = replace(amelie(birth=at("2012-01-01 00:00").date()), terms=Terms(min_age=16))
    slot = wanted("08:07", "18:00", "2027-01-31", override=True)
    assert codes(slot, rules=rules) == [Reason.AGE, Reason.AGE, Reason.GRID]


NIGHT = replace(
    RULES,
    policy=replace(LAS_1, family="fdm", max_duration_min=960, max_session_min=960, step_min=30),
    terms=Terms(unattended="3DPN"),
)


def night(start: str, minutes: int, day: str = "2026-11-27"):  # type: ignore[no-untyped-def]
    slot = wanted(start, "23:59", day, kind=UNATTENDED)
    return replace(slot, end=slot.start + timedelta(minutes=minutes))


def test_a_print_may_run_past_closing_when_its_first_layer_was_seen() -> None:
    assert codes(night("17:30", 960), rules=NIGHT) == []  # R13: Friday, Saturday opens at ten
    assert codes(night("17:30", 990), rules=NIGHT) == [Reason.DURATION]
    quarters = replace(NIGHT, policy=replace(NIGHT.policy, step_min=10))
    assert codes(night("17:40", 600), rules=quarters) == []
    assert codes(night("17:50", 600), rules=quarters) == [Reason.LAB_CLOSED]


def test_no_print_runs_into_a_day_without_staff() -> None:
    assert codes(night("16:30", 900, "2026-11-28"), rules=NIGHT) == [Reason.LAB_CLOSED]  # closed on Sunday
    sunday = replace(
        NIGHT, openings=openings(replace(WEEK, usual=WEEK.usual | {6: (Hours(1020, 1080),)}), hours_span())
    )
    assert codes(night("16:30", 900, "2026-11-28"), rules=sunday) == []
    later = replace(
        NIGHT, openings=openings(replace(WEEK, usual=WEEK.usual | {6: (Hours(1021, 1080),)}), hours_span())
    )
    assert codes(night("16:30", 900, "2026-11-28"), rules=later) == [Reason.LAB_CLOSED]


def test_a_machine_that_never_runs_alone_says_so() -> None:
    assert said(replace(wanted("14:00", "15:00"), kind=UNATTENDED)) == [(Reason.INVALID, {"field": "kind"})]


@given(st.integers(0, 30), st.integers(0, 1439))
def test_what_is_booked_at_noon_was_refused_the_evening_before(days: int, minute: int) -> None:
    day = local_day(at("2026-11-24 12:00"), "Europe/Brussels") + timedelta(days=days)
    slot = wanted("12:00", "13:00", str(day + timedelta(days=14)))
    evening = at_local(day, min(minute, 719), "Europe/Brussels")
    assert Reason.HORIZON in codes(slot, now=evening)
    assert Reason.HORIZON not in codes(slot, now=at_local(day, 720 + minute % 720, "Europe/Brussels"))
