"""When is the house open, and for whom?"""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendars import Hours, Week, bookable_by, open_for, openings, present_for, span_around
from core.vocabulary import Audience, Role
from tests.core.workshop import WEEK, at, span

NIGHT = Week("Europe/Brussels", {4: (Hours(22 * 60, 2 * 60),)}, {})


def test_a_night_belongs_to_the_friday_on_which_it_starts() -> None:
    found = openings(NIGHT, span("2026-11-28 00:00", "2026-11-29 00:00"))  # E01
    assert [one.span for one in found] == [span("2026-11-27 22:00", "2026-11-28 02:00")]


def test_a_closed_day_beats_the_week_and_a_special_one_opens_a_monday() -> None:  # R02
    week = replace(WEEK, exceptions={date(2026, 11, 24): (), date(2026, 11, 30): (Hours(840, 1200),)})  # E02
    members = open_for(
        openings(week, span("2026-11-24 00:00", "2026-12-01 00:00")), bookable_by([Role.MEMBER])
    )
    assert span_around(members, at("2026-11-24 12:00")) is None
    assert span("2026-11-30 14:00", "2026-11-30 20:00") in members


def test_two_touching_ranges_are_one() -> None:
    week = Week("Europe/Brussels", {1: (Hours(600, 720), Hours(720, 1080))}, {})
    found = openings(week, span("2026-11-24 00:00", "2026-11-25 00:00"))
    assert open_for(found, bookable_by([])) == (span("2026-11-24 10:00", "2026-11-24 18:00"),)


def test_a_member_may_come_to_an_openlab_but_not_book_it() -> None:  # R03
    week = Week("Europe/Brussels", {3: (Hours(1020, 1320, Audience.PUBLIC),)}, {})
    found = openings(week, span("2026-11-26 00:00", "2026-11-27 00:00"))
    assert open_for(found, bookable_by([Role.MEMBER])) == ()
    assert open_for(found, present_for([Role.MEMBER])) == (span("2026-11-26 17:00", "2026-11-26 22:00"),)


def test_staff_may_be_there_when_members_may_not() -> None:
    monday = openings(WEEK, span("2026-11-23 00:00", "2026-11-24 00:00"))
    assert open_for(monday, present_for([Role.MEMBER])) == ()
    assert open_for(monday, present_for([Role.STAFF])) == (span("2026-11-23 10:00", "2026-11-23 12:00"),)


def test_thursday_ten_to_ten_stays_so_over_the_clock_change() -> None:
    for day in ("2026-10-22", "2026-10-29"):
        found = open_for(openings(WEEK, span(f"{day} 00:00", f"{day} 23:59")), bookable_by([]))
        assert found == (span(f"{day} 10:00", f"{day} 22:00"),)


def test_a_range_inside_the_missing_hour_is_no_time() -> None:
    week = Week("Europe/Brussels", {6: (Hours(125, 175),)}, {})  # 02:05-02:55 on 28 March 2027
    found = openings(week, span("2027-03-28 00:00", "2027-03-29 00:00"))
    assert all(one.start < one.end for one in found)


def test_from_midnight_to_midnight_is_the_whole_day() -> None:
    week = Week("Europe/Brussels", {1: (Hours(0, 0),)}, {})
    found = openings(week, span("2026-11-24 00:00", "2026-11-24 12:00"))
    assert [one.span for one in found] == [span("2026-11-24 00:00", "2026-11-25 00:00")]


def test_a_machine_is_open_in_its_houses_hours_only_unless_it_has_its_own() -> None:
    long = {day: (Hours(420, 1200),) for day in range(7)}  # R01: 7 to 20, every day
    inside, alone = replace(WEEK, usual=long, house=WEEK), replace(WEEK, usual=long)
    week = span("2026-11-23 00:00", "2026-11-30 00:00")
    tuesday = span("2026-11-24 10:00", "2026-11-24 18:00")
    members = bookable_by([Role.MEMBER])
    assert tuesday in open_for(openings(inside, week), members)
    assert span("2026-11-24 07:00", "2026-11-24 20:00") in open_for(openings(alone, week), members)
    monday = span("2026-11-23 00:00", "2026-11-24 00:00")  # the house has its staff alone
    assert openings(inside, monday) == ()


def test_without_usual_hours_of_its_own_a_machine_differs_only_on_the_days_that_it_names() -> None:
    shut = Week("Europe/Brussels", {}, {date(2026, 11, 25): (Hours(540, 660),)}, house=WEEK)
    found = openings(shut, span("2026-11-24 00:00", "2026-11-26 00:00"))
    assert [one.span for one in found] == [
        span("2026-11-24 10:00", "2026-11-24 18:00"),
        span("2026-11-25 10:00", "2026-11-25 11:00"),
    ]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), max_size=6))
@settings(max_examples=12, deadline=None)
def test_no_machine_is_ever_open_while_its_house_is_closed(drawn: list[tuple[int, int, int]]) -> None:
    usual: dict[int, tuple[Hours, ...]] = {}
    for day, first, length in drawn:
        usual[day] = (*usual.get(day, ()), Hours(first * 60, (first + length) * 60 % 1440))
    week = span("2026-11-23 00:00", "2026-11-30 00:00")
    for members in (bookable_by([Role.MEMBER]), bookable_by([Role.STAFF])):
        house = open_for(openings(WEEK, week), members)
        for one in open_for(openings(replace(WEEK, usual=usual, house=WEEK), week), members):
            assert any(bound.covers(one) for bound in house)
