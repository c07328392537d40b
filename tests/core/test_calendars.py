"""When is the house open, and for whom?"""

from dataclasses import replace
from datetime import date

from core.calendars import Hours, Week, bookable_by, open_for, openings, present_for, span_around
from core.vocabulary import Audience, Role
from tests.core.workshop import WEEK, at, span

NIGHT = Week("Europe/Brussels", {4: (Hours(22 * 60, 2 * 60),)}, {})


def test_a_night_belongs_to_the_friday_on_which_it_starts() -> None:
    found = openings(NIGHT, span("2026-11-28 00:00", "2026-11-29 00:00"))  # E01
    assert [one.span for one in found] == [span("2026-11-27 22:00", "2026-11-28 02:00")]


def test_a_closed_day_beats_the_week_and_a_special_one_opens_a_monday() -> None:
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


def test_a_member_may_come_to_an_openlab_but_not_book_it() -> None:
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
