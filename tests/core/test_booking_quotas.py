"""Has she had her share? Quotas by subject, scope, window and unit (R15)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.booking import BookingRules, Request, is_exempt
from core.booking.quotas import used
from core.terms import Daily, Quota, Scope, Subject, Terms, Window
from core.vocabulary import Reason, ReservationKind, ReservationStatus
from tests.changing import replace
from tests.core.shares import AHEAD, F1, RULES, WEEKLY, amelie, codes, holds, said, taken, wanted
from tests.core.workshop import NOW, STAFF, at

TICK = timedelta(milliseconds=1)
LONG = replace(RULES, policy=replace(RULES.policy, max_duration_min=240, machines_off_min=0))


def only(*quotas: Quota, base: BookingRules = LONG, **more: object) -> BookingRules:
    return replace(base, terms=Terms(quotas=quotas, **more))  # type: ignore[arg-type]


USED = holds("2026-11-23 10:00", "2026-11-23 15:30", status=ReservationStatus.DONE)  # Monday, 330 minutes


def test_with_thirty_minutes_left_an_hour_on_friday_is_too_much_and_half_an_hour_is_not() -> None:
    rules = amelie(USED)  # S06
    ((code, params),) = said(wanted("14:00", "15:00"), rules=rules)
    assert (code, params["left"], params["most"], params["window"]) == (Reason.QUOTA, 30, 360, "week")
    assert codes(wanted("14:00", "14:30"), rules=rules) == []


def test_what_is_used_is_said_before_the_slot_and_no_slot_changes_it() -> None:
    for length in ("14:15", "15:00"):
        request = Request(wanted("14:00", length), (), amelie(USED), NOW)
        assert {quota.window: had for quota, had in used(request)}[Window.WEEK] == 330
    strangers = USED._replace(who="bram")
    assert all(had == 0 for _, had in used(Request(wanted("14:00", "15:00"), (), amelie(strangers), NOW)))


def test_the_same_hour_today_is_outside_the_quota() -> None:
    assert codes(wanted("14:00", "15:00", "2026-11-24"), rules=amelie(USED)) == []  # S06


def test_of_todays_own_slots_one_may_wait_in_each_family() -> None:
    waits = holds("2026-11-24 16:00", "2026-11-24 17:00", exempt=True)
    slot = wanted("14:00", "15:00", "2026-11-24")
    assert codes(slot, rules=amelie(USED, waits)) == [Reason.QUOTA]
    begun = waits._replace(start=NOW, end=NOW + timedelta(hours=1))
    assert codes(slot, rules=amelie(USED, begun)) == []
    assert codes(slot, rules=amelie(USED, begun._replace(start=NOW + TICK))) == [Reason.QUOTA]
    assert codes(slot, rules=amelie(USED, waits._replace(family="vinyl"))) == []
    assert codes(slot, rules=amelie(USED, waits._replace(status=ReservationStatus.CANCELLED))) == []


def test_todays_slots_begin_at_local_midnight() -> None:
    rules = only(Quota(0))  # E10
    night = replace(rules, openings=RULES.openings)
    slot = wanted("00:10", "00:40", "2026-11-25")
    late, midnight = at("2026-11-24 23:50"), at("2026-11-25 00:00")
    assert not is_exempt(Request(slot, (), night, late))
    assert not is_exempt(Request(slot, (), night, midnight - TICK))
    assert is_exempt(Request(slot, (), night, midnight))


def test_two_ahead_are_enough_and_one_begun_is_not_ahead() -> None:
    rules = replace(RULES, terms=Terms(quotas=(AHEAD,)))
    first, second = (holds(f"2026-11-{day} 10:00", f"2026-11-{day} 10:30") for day in (25, 26))
    ((code, params),) = said(wanted("14:00", "15:00"), rules=amelie(first, second, rules=rules))
    assert (code, params["left"], params["bookings_future"]) == (Reason.QUOTA, 0, 2)
    assert codes(wanted("14:00", "15:00"), rules=amelie(first, second, rules=rules), now=first.start) == []
    assert codes(wanted("14:00", "15:00"), rules=amelie(first, rules=rules)) == []


def test_a_slot_over_sunday_midnight_has_half_its_minutes_in_each_week() -> None:
    rules = only(Quota(30))  # E08
    slot = wanted("23:30", "00:30", "2026-11-29")
    slot = replace(slot, end=at("2026-11-30 00:30"))
    assert Reason.QUOTA not in codes(slot, rules=amelie(rules=rules))
    monday = holds("2026-11-30 15:00", "2026-11-30 15:01")
    ((params),) = (
        params for code, params in said(slot, rules=amelie(monday, rules=rules)) if code == Reason.QUOTA
    )
    assert params["left"] == 29
    assert Reason.QUOTA in codes(slot, rules=amelie(rules=only(Quota(29))))


def test_of_a_night_the_days_quota_belongs_to_the_day_on_which_it_starts() -> None:
    rules = only(Quota(120, window=Window.DAY))  # E01, R12
    night = holds("2026-11-27 23:00", "2026-11-28 01:00")
    assert codes(wanted("10:00", "10:30", "2026-11-28"), rules=amelie(night, rules=rules)) == []
    assert codes(wanted("10:00", "10:30", "2026-11-27"), rules=amelie(night, rules=rules)) == [Reason.QUOTA]


def test_seven_days_roll_to_the_very_minute() -> None:
    rules = only(Quota(60, window=Window.ROLLING))
    before = holds("2026-11-20 14:00", "2026-11-20 15:00")
    assert codes(wanted("14:00", "15:00"), rules=amelie(before, rules=rules)) == []
    later = before._replace(start=before.start + timedelta(minutes=1))
    assert codes(wanted("14:00", "15:00"), rules=amelie(later, rules=rules)) == [Reason.QUOTA]


def test_what_comes_after_the_slot_fills_its_seven_days_too() -> None:
    rules = only(Quota(60, window=Window.ROLLING))
    after = holds("2026-12-03 14:00", "2026-12-03 15:00")
    assert codes(wanted("14:00", "15:00"), rules=amelie(after, rules=rules)) == [Reason.QUOTA]
    week_later = after._replace(start=after.start + timedelta(days=1), end=after.end + timedelta(days=1))
    assert codes(wanted("14:00", "15:00"), rules=amelie(week_later, rules=rules)) == []


def test_two_badges_of_a_household_have_one_counter() -> None:
    rules = only(Quota(60, subject=Subject.HOUSEHOLD))  # E09
    partner = holds("2026-11-25 10:00", "2026-11-25 11:00", who="bo", household="canal 7")
    slot = wanted("14:00", "14:30")
    assert codes(slot, rules=amelie(partner, rules=rules, household="canal 7")) == [Reason.QUOTA]
    assert codes(slot, rules=amelie(partner, rules=rules, household="canal 9")) == []
    assert codes(slot, rules=amelie(partner, rules=rules)) == []
    assert codes(slot, rules=amelie(partner._replace(who="amelie"), rules=rules)) == [Reason.QUOTA]


def test_an_organisations_quota_concerns_its_people_alone() -> None:
    rules = only(Quota(60, subject=Subject.ORGANISATION))
    colleague = holds("2026-11-25 10:00", "2026-11-25 11:00", who="bo", organisation="school")
    slot = wanted("14:00", "14:30")
    assert codes(slot, rules=amelie(colleague, rules=rules, organisation="school")) == [Reason.QUOTA]
    assert codes(slot, rules=amelie(holds("2026-11-25 10:00", "2026-11-25 12:00"), rules=rules)) == []


@pytest.mark.parametrize(
    ("scope", "machine", "family", "counts"),
    [
        (Scope.MACHINE, "LAS-1", "laser", True),
        (Scope.MACHINE, "LAS-2", "laser", False),
        (Scope.FAMILY, "LAS-2", "laser", True),
        (Scope.FAMILY, "VIN-1", "vinyl", False),
        (Scope.ALL, "VIN-1", "vinyl", True),
    ],
)
def test_a_quota_counts_on_its_machines(scope: Scope, machine: str, family: str, *, counts: bool) -> None:
    rules = only(Quota(60, scope=scope))
    other = holds("2026-11-25 10:00", "2026-11-25 11:00", machine=machine, family=family)
    assert (codes(wanted("14:00", "14:30"), rules=amelie(other, rules=rules)) == [Reason.QUOTA]) is counts


def test_each_lab_shares_out_its_own_machines_and_hands_are_two_everywhere() -> None:
    elsewhere = USED._replace(lab="other")
    assert codes(wanted("14:00", "15:00"), rules=amelie(elsewhere)) == []
    assert codes(wanted("14:00", "15:00"), rules=amelie(USED._replace(lab="adc"))) == [Reason.QUOTA]
    waits = holds("2026-11-24 16:00", "2026-11-24 17:00", exempt=True, lab="other")
    assert is_exempt(Request(wanted("14:00", "15:00", "2026-11-24"), (), amelie(waits), NOW))
    busy = holds("2026-11-27 14:00", "2026-11-27 15:00", lab="other")
    assert codes(wanted("14:00", "15:00"), rules=amelie(busy)) == [Reason.CONCURRENT]


def test_at_peak_only_the_peaks_minutes_count() -> None:
    rules = only(Quota(30, peak_only=True), peak=(Daily(1020, 1320, (4,)),))  # Fridays from 17:00
    assert codes(wanted("15:00", "17:30"), rules=amelie(rules=rules)) == []
    assert codes(wanted("15:00", "17:45"), rules=amelie(rules=rules)) == [Reason.QUOTA]
    assert codes(wanted("14:00", "17:00"), rules=amelie(rules=rules)) == []


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"status": ReservationStatus.NO_SHOW}, True),
        ({"status": ReservationStatus.DONE}, True),
        ({"status": ReservationStatus.CANCELLED}, False),
        ({"status": ReservationStatus.CANCELLED_LATE}, False),
        ({"status": ReservationStatus.CANCELLED_LAB}, False),
        ({"status": ReservationStatus.DISPLACED}, False),
        ({"kind": ReservationKind.CLASS}, False),
        ({"exempt": True}, False),
    ],
)
def test_what_the_lab_took_or_gave_does_not_count(change: dict[str, object], *, counts: bool) -> None:
    one = USED._replace(**change)  # type: ignore[arg-type]
    assert (codes(wanted("14:00", "15:00"), rules=amelie(one)) == [Reason.QUOTA]) is counts


def test_staff_classes_and_a_token_are_outside_every_quota() -> None:
    rules = amelie(USED)
    assert codes(wanted("14:00", "15:00", roles=STAFF), rules=rules) == []
    assert codes(wanted("14:00", "15:00", kind=ReservationKind.CLASS), rules=rules) == []
    assert codes(wanted("14:00", "15:00", token=True), rules=rules) == []
    assert is_exempt(Request(wanted("14:00", "15:00", token=True), (), rules, NOW))


def test_every_quota_that_breaks_is_said_at_once() -> None:
    ahead = [holds(f"2026-11-{day} 10:00", f"2026-11-{day} 12:30") for day in (25, 26)]
    found = said(wanted("14:00", "15:30"), rules=amelie(*ahead))
    assert [params["window"] for _, params in found] == ["week", "future"]


def test_moving_inside_the_week_counts_once() -> None:
    old = holds("2026-11-25 10:00", "2026-11-25 10:30")  # E07: the caller leaves the old one out
    slot = wanted("14:00", "14:30")
    assert codes(slot, taken("10:00", "11:00"), rules=amelie(USED, old)) == [Reason.QUOTA]
    assert codes(slot, taken("10:00", "11:00"), rules=amelie(USED)) == []


days = st.integers(0, 13)


@given(st.lists(st.tuples(days, st.integers(1, 8)), max_size=6), days, st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_whoever_is_let_through_never_exceeds_the_weeks_minutes(
    before: list[tuple[int, int]], day: int, quarters: int
) -> None:
    monday = at("2026-11-23 10:00")
    any_day = holds("2026-11-23 10:00", "2026-11-23 11:00")
    starts = [(monday + timedelta(days=one), timedelta(minutes=15 * length)) for one, length in before]
    held = [any_day._replace(start=start, end=start + length) for start, length in starts]
    start = monday + timedelta(days=day)
    slot = replace(wanted("10:00", "11:00"), start=start, end=start + timedelta(minutes=15 * quarters))
    rules = amelie(*held, rules=replace(RULES, terms=replace(F1, quotas=(WEEKLY,), same_day_exempt=False)))
    week = sum(15 * length for one, length in before if one // 7 == day // 7)
    assert (Reason.QUOTA in codes(slot, rules=rules)) == (week + 15 * quarters > 360)
