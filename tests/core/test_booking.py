"""May this slot be booked, and what is free instead? Rule by rule: example, edge, law."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access import NEXT
from core.booking import BOOKING_RULES, BookingRules, Taken, Wanted, alternatives, free_seat, objections
from core.calendars import openings
from core.grants import Refusal, right_of
from core.timeline import Span
from core.vocabulary import MachineStatus, Reason
from tests.changing import replace
from tests.core.workshop import COURSES, LAS_1, NOW, STAFF, WEEK, at, hours, person, signed, span

RULES = BookingRules(LAS_1, hours())


def wanted(start: str, end: str, day: str = "2026-11-24") -> Wanted:
    return Wanted(at(f"{day} {start}"), at(f"{day} {end}"))


def taken(start: str, end: str, seat: int = 1) -> Taken:
    return Taken(seat, at(f"2026-11-24 {start}"), at(f"2026-11-24 {end}"))


def codes(slot: Wanted, *busy: Taken, rules: BookingRules = RULES, now=NOW) -> list[Reason]:  # type: ignore[no-untyped-def]
    return [one.code for one in objections(slot, busy, rules, now)]


def test_amelie_books_a_free_hour() -> None:
    assert codes(wanted("14:00", "15:00")) == []  # S01


def test_brams_hour_refuses_a_shared_quarter_and_not_the_hour_that_touches_it() -> None:
    bram = taken("14:00", "15:00")  # S02
    assert codes(wanted("14:45", "15:30"), bram) == [Reason.OVERLAP]
    assert codes(wanted("15:00", "15:30"), bram) == []
    assert codes(wanted("13:30", "14:00"), bram) == []
    offered = alternatives(wanted("14:45", "15:30"), [bram], RULES, NOW)
    assert offered == (
        span("2026-11-24 15:00", "2026-11-24 15:45"),
        span("2026-11-24 15:45", "2026-11-24 16:30"),
        span("2026-11-24 16:30", "2026-11-24 17:15"),
    )


def test_the_day_in_a_fortnight_opens_at_noon_and_not_a_millisecond_before() -> None:
    slot = wanted("10:00", "11:00", "2026-12-08")  # S05
    noon = at("2026-11-24 12:00")
    before = objections(slot, (), RULES, noon - timedelta(milliseconds=1))
    assert [(one.code, one.params["opens"], one.next) for one in before] == [
        (Reason.HORIZON, "2026-11-24T11:00:00.000Z", "wait")
    ]
    assert codes(slot, now=noon) == []
    assert codes(wanted("10:00", "11:00", "2026-12-09"), now=noon) == [Reason.HORIZON]


def test_a_start_at_seven_past_is_offered_the_quarters_around_it() -> None:
    found = objections(wanted("14:07", "15:00"), (), RULES, NOW)  # E05
    assert [one.code for one in found] == [Reason.GRID]
    assert found[0].params["proposals"] == ["2026-11-24T13:00:00.000Z", "2026-11-24T13:15:00.000Z"]
    assert codes(wanted("14:00", "14:40")) == [Reason.GRID]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("14:00", "14:15", [Reason.DURATION]),
        ("14:00", "14:30", []),
        ("14:00", "16:00", []),
        ("14:00", "16:15", [Reason.DURATION]),
    ],
)
def test_between_half_an_hour_and_two_hours(start: str, end: str, expected: list[Reason]) -> None:
    assert codes(wanted(start, end)) == expected


def test_a_slot_may_begin_now_and_no_sooner() -> None:
    assert codes(wanted("12:00", "13:00")) == []
    assert codes(wanted("12:00", "13:00"), now=NOW + timedelta(milliseconds=1)) == [Reason.PAST]


def test_a_slot_ends_a_quarter_before_closing_at_the_latest() -> None:
    assert codes(wanted("20:45", "21:45", "2026-11-26")) == []  # E04
    assert codes(wanted("21:00", "22:00", "2026-11-26")) == [Reason.LAB_CLOSED]
    assert codes(wanted("09:45", "10:45")) == [Reason.PAST, Reason.LAB_CLOSED]


def test_on_a_closed_day_the_refusal_names_the_next_opening() -> None:
    found = objections(wanted("14:00", "15:00", "2026-11-29"), (), RULES, NOW)  # a Sunday
    assert [(one.code, one.params) for one in found] == [
        (Reason.LAB_CLOSED, {"opens": "2026-12-01T09:00:00.000Z"})
    ]


def test_staff_book_on_maintenance_monday() -> None:
    monday = wanted("10:00", "11:00", "2026-11-30")
    assert codes(monday) == [Reason.LAB_CLOSED]
    assert codes(replace(monday, roles=STAFF)) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ok", []),
        ("degraded", []),
        ("out_of_order", [Reason.MACHINE_DOWN]),
        ("maintenance", [Reason.MACHINE_DOWN]),
        ("decommissioned", [Reason.MACHINE_DOWN]),
        ("staff_only", [Reason.STAFF_ONLY]),
    ],
)
def test_the_machine_must_be_fit(status: str, expected: list[Reason]) -> None:
    rules = replace(RULES, policy=replace(LAS_1, status=MachineStatus(status)))
    assert codes(wanted("14:00", "15:00"), rules=rules) == expected


def test_the_certificate_must_hold_at_the_slots_end() -> None:
    emma = person("emma", signed("GEN", "LAS1"), member_until=at("2026-12-01 14:30"))
    slot = wanted("14:00", "15:00", "2026-12-01")  # R14
    missing = right_of(emma, LAS_1, COURSES, slot.end).missing
    found = objections(slot, (), replace(RULES, missing=missing), NOW)
    assert [(one.code, one.next) for one in found] == [(Reason.MEMBER_EXPIRED, "renew")]
    assert right_of(emma, LAS_1, COURSES, slot.start).missing == ()


def test_everything_against_a_slot_is_said_at_once() -> None:
    rules = replace(RULES, missing=(Refusal(Reason.CERT_MISSING, {"course": "LAS1"}),))
    assert codes(wanted("09:07", "09:17"), taken("09:00", "12:00"), rules=rules) == [
        Reason.CERT_MISSING,
        Reason.PAST,
        Reason.GRID,
        Reason.DURATION,
        Reason.LAB_CLOSED,
        Reason.OVERLAP,
    ]


def test_a_slot_that_runs_backwards_is_a_wrong_length_and_no_accident() -> None:
    assert codes(wanted("15:00", "14:00")) == [Reason.DURATION]
    assert codes(wanted("15:00", "15:00")) == [Reason.DURATION]
    nothing = replace(RULES, policy=replace(LAS_1, min_duration_min=0))
    assert alternatives(wanted("15:00", "15:00"), [], nothing, NOW) == ()


def test_of_four_seats_the_first_free_one_is_given() -> None:
    slot, seats = wanted("14:00", "15:00"), (7, 8)
    assert free_seat(slot, [taken("14:30", "16:00", 7)], seats) == 8
    assert free_seat(slot, [taken("14:30", "16:00", 7), taken("13:00", "14:15", 8)], seats) is None
    assert free_seat(slot, [taken("15:00", "16:00", 7)], seats) == 7


def test_when_the_rest_of_time_is_full_earlier_slots_are_offered() -> None:
    rules = BookingRules(LAS_1, openings(WEEK, span("2026-11-24 00:00", "2026-11-24 23:00")))
    offered = alternatives(wanted("17:00", "17:45"), [taken("14:00", "17:45")], rules, NOW)
    assert offered == (
        span("2026-11-24 12:00", "2026-11-24 12:45"),
        span("2026-11-24 12:45", "2026-11-24 13:30"),
    )


def test_the_nearest_earlier_slots_do_not_run_into_the_later_ones() -> None:
    rules = BookingRules(LAS_1, openings(WEEK, span("2026-11-24 00:00", "2026-11-24 23:00")))
    offered = alternatives(wanted("16:15", "17:00"), [taken("17:00", "17:45")], rules, NOW)
    assert [(one.start, one.end) for one in offered] == [
        (at("2026-11-24 14:15"), at("2026-11-24 15:00")),
        (at("2026-11-24 15:00"), at("2026-11-24 15:45")),
        (at("2026-11-24 16:15"), at("2026-11-24 17:00")),
    ]


def test_nothing_is_offered_beyond_the_horizon() -> None:
    early = at("2026-11-24 11:00")  # the last day is 7 December, a Monday; Saturday closes at five
    slot = wanted("16:15", "16:45", "2026-12-05")
    full = Taken(1, early, slot.end)
    assert alternatives(slot, [full], RULES, early) == ()


def test_for_a_length_that_may_not_be_booked_nothing_is_offered() -> None:
    assert alternatives(wanted("14:00", "14:15"), [], RULES, NOW) == ()
    assert alternatives(wanted("14:00", "18:00"), [], RULES, NOW) == ()


def test_every_booking_refusal_has_a_next_step() -> None:
    assert {code for code, _ in BOOKING_RULES} <= set(NEXT)


quarters = st.integers(36, 76)
busy = st.lists(st.tuples(quarters, st.integers(1, 8), st.integers(1, 2)), max_size=6)


@given(busy, quarters, st.integers(2, 8), st.integers(0, 600))
@settings(max_examples=25, deadline=None)
def test_every_alternative_could_be_booked_at_once(
    drawn: list[tuple[int, int, int]], first: int, length: int, later: int
) -> None:
    midnight, quarter = at("2026-11-24 00:00"), timedelta(minutes=15)
    known = [Taken(seat, midnight + n * quarter, midnight + (n + m) * quarter) for n, m, seat in drawn]
    slot = Wanted(midnight + first * quarter, midnight + (first + length) * quarter)
    now = NOW + timedelta(minutes=later)
    rules = replace(RULES, seats=(1, 2))
    offered = alternatives(slot, known, rules, now)
    assert len(offered) <= 3
    assert list(offered) == sorted(set(offered))
    for one in offered:
        assert one.minutes == length * 15
        assert objections(replace(slot, start=one.start, end=one.end), known, rules, now) == ()


@given(busy, quarters, st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_overlap_is_said_exactly_when_every_seat_shares_an_instant(
    drawn: list[tuple[int, int, int]], first: int, length: int
) -> None:
    midnight, quarter = at("2026-11-24 00:00"), timedelta(minutes=15)
    known = [Taken(seat, midnight + n * quarter, midnight + (n + m) * quarter) for n, m, seat in drawn]
    slot = Wanted(midnight + first * quarter, midnight + (first + length) * quarter)
    full = all(
        any(one.seat == seat and Span(one.start, one.end).overlaps(slot.span) for one in known)
        for seat in (1, 2)
    )
    assert (Reason.OVERLAP in codes(slot, *known, rules=replace(RULES, seats=(1, 2)))) == full
