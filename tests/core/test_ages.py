"""How old is somebody on a day?"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.ages import age_on, birthday, of_age


def test_sixteen_on_the_fifth_and_fifteen_the_day_before() -> None:
    birth = date(2010, 12, 5)  # S23
    assert not of_age(birth, 16, date(2026, 12, 4))
    assert of_age(birth, 16, date(2026, 12, 5))


def test_whoever_was_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    birth = date(2012, 2, 29)  # R23
    assert (age_on(birth, date(2030, 2, 28)), age_on(birth, date(2030, 3, 1))) == (17, 18)
    assert (age_on(birth, date(2028, 2, 28)), age_on(birth, date(2028, 2, 29))) == (15, 16)


def test_an_unknown_birth_is_an_adults() -> None:
    assert of_age(None, 99, date(2026, 1, 1))


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.integers(0, 110))
def test_everybody_turns_a_year_older_exactly_on_the_birthday(birth: date, years: int) -> None:
    day = birthday(birth, birth.year + years)
    assert age_on(birth, day) == years
    assert age_on(birth, day - timedelta(days=1)) == years - 1
