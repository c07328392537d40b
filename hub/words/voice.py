"""How does one lab speak to one reader? A language and a zone, bound once, asked for every sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.words import times
from hub.words.catalogs import count_text, text
from hub.words.reasons import Param, next_step, say


@dataclass(frozen=True, slots=True)
class Voice:
    """The reader's language and the lab's zone."""

    lang: str
    zone: ZoneInfo

    def text(self, sentence: str, **params: object) -> str:
        """An English sentence in the reader's language."""
        return text(self.lang, sentence, **params)

    def count(self, one: str, many: str, count: int, **params: object) -> str:
        """The singular or plural sentence for `count`."""
        return count_text(self.lang, one, many, count, **params)

    def say(self, code: str, params: Mapping[str, Param]) -> str:
        """The sentence of a reason code."""
        return say(code, params, self.lang, self.zone)

    def step(self, code: str, step: str | None, params: Mapping[str, Param]) -> str:
        """The next step after a reason code."""
        return next_step(code, step, params, self.lang, self.zone)

    def local_date(self, at: datetime) -> date:
        """The lab's calendar day of an instant."""
        return at.astimezone(self.zone).date()

    def clock(self, at: datetime) -> str:
        """14:30."""
        return times.clock(at, self.zone)

    def span(self, start: datetime, end: datetime) -> str:
        """14:00–15:00."""
        return times.span(start, end, self.zone)

    def time(self, at: datetime) -> str:
        """The time inside a sentence."""
        return times.time_in_words(at, self.zone, self.lang)

    def day(self, at: datetime, now: datetime) -> str:
        """Today, tomorrow, or the day's name."""
        return times.day_in_words(self.local_date(at), self.local_date(now), self.lang)

    def long_day(self, at: datetime) -> str:
        """mardi 24 novembre."""
        return times.long_day(self.local_date(at), self.lang)

    def weekdays(self) -> list[str]:
        """lundi, mardi, … dimanche."""
        return times.weekdays(self.lang)

    def short_day(self, at: datetime) -> str:
        """mar. 24/11."""
        return times.short_day(self.local_date(at), self.lang)

    def date(self, at: datetime) -> str:
        """24/11/2026."""
        return times.full_date(at, self.zone)

    def moment(self, at: datetime, now: datetime) -> str:
        """A time on the same day, else the day and the time."""
        if self.local_date(at) == self.local_date(now):
            return self.time(at)
        return f"{self.day(at, now)} {self.time(at)}"

    def duration(self, minutes: int) -> str:
        """2 h 10."""
        return times.duration(minutes)
