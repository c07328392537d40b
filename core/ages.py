"""How old is somebody on a day? Years are complete at midnight of the birthday.

Born on 29 February: a year older on 1 March of a common year (R23).
"""

from datetime import date


def age_on(birth: date, day: date) -> int:
    """Complete years on `day`; negative before the birth."""
    return day.year - birth.year - (day < birthday(birth, day.year))


def birthday(birth: date, year: int) -> date:
    """The day in `year` on which a year of life is complete."""
    try:
        return birth.replace(year=year)
    except ValueError:  # 29 February in a common year
        return date(year, 3, 1)


def of_age(birth: date | None, years: int, day: date) -> bool:
    """Whether somebody has completed `years` on `day`; an unknown birth is an adult's."""
    return birth is None or age_on(birth, day) >= years
