"""How are times, days and durations written in three languages?"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.words import Voice
from hub.words.times import day_in_words, duration

BRUSSELS = ZoneInfo("Europe/Brussels")
AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(("lang", "said"), [("fr", "14h30"), ("nl", "14.30\u00a0u."), ("en", "14:30")])
def test_a_time_in_a_sentence_and_in_a_slot(lang, said):
    voice = Voice(lang, BRUSSELS)
    assert voice.time(AT) == said
    assert voice.clock(AT) == "14:30"
    assert voice.span(AT, AT) == "14:30\u201314:30"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", ["aujourd\u2019hui", "demain", "jeudi 26 novembre"]), ("nl", ["vandaag", "morgen", "donderdag 26 november"]),
     ("en", ["today", "tomorrow", "Thursday 26 November"])],
)  # fmt: skip
def test_today_tomorrow_then_the_day(lang, words):
    today = date(2026, 11, 24)
    assert [day_in_words(date(2026, 11, day), today, lang) for day in (24, 25, 26)] == words


def test_the_labs_day_begins_at_its_own_midnight():
    voice = Voice("en", BRUSSELS)
    assert voice.day(datetime(2026, 11, 24, 22, 59, tzinfo=UTC), NOW) == "today"
    assert voice.day(datetime(2026, 11, 24, 23, 0, tzinfo=UTC), NOW) == "tomorrow"


def test_a_moment_of_today_is_a_time_and_of_another_day_both():
    voice = Voice("en", BRUSSELS)
    assert voice.moment(AT, NOW) == "14:30"
    assert voice.moment(datetime(2026, 11, 25, 9, 0, tzinfo=UTC), NOW) == "tomorrow 10:00"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0\u00a0min"),
        (59, "59\u00a0min"),
        (60, "1\u00a0h"),
        (130, "2\u00a0h\u00a010"),
        (65, "1\u00a0h\u00a005"),
    ],
)
def test_durations(minutes, said):
    assert duration(minutes) == said
