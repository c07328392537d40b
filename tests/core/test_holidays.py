"""Which days does the law close, and which does the lab?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendars import Hours
from core.holidays import FIXED, NAMES, easter, holidays, holidays_on, names_of
from tests.core.workshop import WEEK


@pytest.mark.parametrize(
    ("year", "sunday"),
    # the tables of the Bureau des longitudes; 1818 and 1943 are the earliest and a latest Easter
    [(1818, "03-22"), (1943, "04-25"), (2000, "04-23"), (2026, "04-05"), (2027, "03-28"), (2038, "04-25")],
)
def test_easter_falls_where_the_tables_have_it(year: int, sunday: str) -> None:
    assert easter(year) == date.fromisoformat(f"{year}-{sunday}")


def test_a_year_has_ten_holidays_in_order_and_each_has_three_names() -> None:
    found = holidays(2027)
    assert list(found) == [
        "new-year", "easter-monday", "labour-day", "ascension", "whit-monday",
        "national-day", "assumption", "all-saints", "armistice", "christmas",
    ]  # fmt: skip
    assert found["easter-monday"] == date(2027, 3, 29)
    assert set(NAMES) == set(found)
    assert all(set(names) == {"fr", "nl", "en"} for names in NAMES.values())


def test_a_lab_closes_on_the_holidays_that_it_chose_and_on_no_other() -> None:
    week = replace(WEEK, holidays=frozenset({"armistice"}))
    assert week.hours(date(2026, 11, 11)) == ()
    assert WEEK.hours(date(2026, 11, 11)) == week.hours(date(2026, 11, 18)) != ()
    assert week.hours(date(2027, 7, 21)) != ()
    assert names_of(date(2026, 11, 11), ["armistice"]) == NAMES["armistice"]
    assert names_of(date(2026, 11, 11), ["christmas"]) is None


def test_a_day_that_the_lab_opens_on_purpose_beats_its_holiday() -> None:
    open_day = (Hours(840, 1200),)
    week = replace(WEEK, holidays=frozenset({"armistice"}), exceptions={date(2026, 11, 11): open_day})
    assert week.hours(date(2026, 11, 11)) == open_day


def test_two_holidays_may_share_a_day() -> None:
    assert holidays_on(date(2008, 5, 1)) == {"labour-day", "ascension"}


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_of_spring_and_drags_its_mondays_along(year: int) -> None:
    found = holidays(year)
    assert easter(year).weekday() == 6
    assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)
    assert found["ascension"] - easter(year) == timedelta(days=39)
    assert found["whit-monday"].weekday() == found["easter-monday"].weekday() == 0
    assert all(found[name] == date(year, *day) for name, day in FIXED.items())
