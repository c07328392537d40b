"""Which days are legal holidays in Belgium? Ten a year, four of them hung on Easter.

A lab closes on those that it names in its rules (`holidays`), and on no other (R02).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

Names = Mapping[str, str]

# The law of 4 January 1974 and the royal decree of 18 April 1974: the ten days; id -> (month, day) or days after Easter
FIXED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "new-year": (1, 1),
        "labour-day": (5, 1),
        "national-day": (7, 21),
        "assumption": (8, 15),
        "all-saints": (11, 1),
        "armistice": (11, 11),
        "christmas": (12, 25),
    }
)
FROM_EASTER: Mapping[str, int] = MappingProxyType({"easter-monday": 1, "ascension": 39, "whit-monday": 50})
NAMES: Mapping[str, Names] = MappingProxyType(
    {
        "new-year": {"fr": "Jour de l'An", "nl": "Nieuwjaar", "en": "New Year's Day"},
        "easter-monday": {"fr": "Lundi de Pâques", "nl": "Paasmaandag", "en": "Easter Monday"},
        "labour-day": {"fr": "Fête du Travail", "nl": "Dag van de Arbeid", "en": "Labour Day"},
        "ascension": {"fr": "Ascension", "nl": "O.L.H. Hemelvaart", "en": "Ascension Day"},
        "whit-monday": {"fr": "Lundi de Pentecôte", "nl": "Pinkstermaandag", "en": "Whit Monday"},
        "national-day": {"fr": "Fête nationale", "nl": "Nationale feestdag", "en": "National Day"},
        "assumption": {"fr": "Assomption", "nl": "O.L.V. Hemelvaart", "en": "Assumption Day"},
        "all-saints": {"fr": "Toussaint", "nl": "Allerheiligen", "en": "All Saints' Day"},
        "armistice": {"fr": "Armistice", "nl": "Wapenstilstand", "en": "Armistice Day"},
        "christmas": {"fr": "Noël", "nl": "Kerstmis", "en": "Christmas Day"},
    }
)


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (Gauss's rule in the form of Meeus, Jones and Butcher)."""
    golden, (century, short) = year % 19, divmod(year, 100)
    leap, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    leaps, odd = divmod(short, 4)
    sunday = (32 + 2 * rest + 2 * leaps - epact - odd) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> Mapping[str, date]:
    """The ten legal holidays of a year by id, in order of date (two can share one: 1 May 2008)."""
    found = {name: date(year, *day) for name, day in FIXED.items()}
    found |= {name: easter(year) + timedelta(days=days) for name, days in FROM_EASTER.items()}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def holidays_on(day: date) -> frozenset[str]:
    """The ids of the holidays that fall on a day."""
    return frozenset(name for name, when in _of_year(day.year).items() if when == day)


@cache
def _of_year(year: int) -> Mapping[str, date]:
    return holidays(year)


def names_of(day: date, chosen: Iterable[str]) -> Names | None:
    """The name by language of the chosen holiday that a day is; None for another day."""
    found = sorted(holidays_on(day) & frozenset(chosen))
    return NAMES[found[0]] if found else None
