"""How does the house write times, days and durations? visual.md §7 in code.

Slots, tables, rulers: 14:00-15:00 in all languages. Sentences: 14h30, 14.30 u., 14:30. Days: today, tomorrow,
then weekday and date. All instants come in aware; the zone is the lab's.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from hub.words.catalogs import mark, text
from hub.words.languages import LOCALES, known_language

NARROW = "\u00a0"  # no-break space: a number and its unit never part


def clock(at: datetime, zone: ZoneInfo) -> str:
    """14:30, for slots, tables, rulers and clocks."""
    return at.astimezone(zone).strftime("%H:%M")


def span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """14:00–15:00."""
    return f"{clock(start, zone)}\u2013{clock(end, zone)}"


def time_in_words(at: datetime, zone: ZoneInfo, lang: str) -> str:
    """The time inside a sentence: 14h30, 14.30 u., 14:30."""
    local = at.astimezone(zone)
    if lang == "fr":
        return f"{local.hour}h{local.minute:02d}"
    if lang == "nl":
        return f"{local.hour}.{local.minute:02d}{NARROW}u."
    return f"{local.hour:02d}:{local.minute:02d}"


def day_in_words(day: date, today: date, lang: str) -> str:
    """Today, tomorrow, then "mardi 24 novembre"."""
    if day == today:
        return text(lang, mark("today"))
    if day == today + timedelta(days=1):
        return text(lang, mark("tomorrow"))
    return long_day(day, lang)


def long_day(day: date, lang: str) -> str:
    """Weekday, day and month: "mardi 24 novembre"."""
    return format_date(day, "EEEE d MMMM", locale=LOCALES[known_language(lang)])


def weekdays(lang: str) -> list[str]:
    """The names of the days, from Monday on."""
    names = get_day_names("wide", locale=LOCALES[known_language(lang)])
    return [names[n] for n in range(7)]


def short_day(day: date, lang: str) -> str:
    """mer. 25/11, for narrow columns."""
    return format_date(day, "EEE dd/MM", locale=LOCALES[known_language(lang)])


def full_date(at: datetime, zone: ZoneInfo) -> str:
    """24/11/2026."""
    return at.astimezone(zone).strftime("%d/%m/%Y")


def duration(minutes: int) -> str:
    """45 min, 2 h, 2 h 10; units are the same in the three languages."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NARROW}min"
    return f"{hours}{NARROW}h{NARROW}{rest:02d}" if rest else f"{hours}{NARROW}h"
