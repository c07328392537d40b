"""What does a refusal say, and what is the shortest way to a yes?

1. Each code has its sentences, the richest first: the first whose places are all among the parameters is said.
2. Each refusal ends with a next step, the one that the decision named, else the code's usual one.
3. Parameters that are instants are said in the lab's time, as the sentence's place asks; all else as it stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

from core.vocabulary import Reason
from hub.words.catalogs import one_stop, text
from hub.words.sentences import FALLBACK, FALLBACK_STEP, SENTENCES, STEPS, THINGS, USUAL_STEP
from hub.words.times import clock, full_date, time_in_words

Param = str | int | float | Sequence[str] | None
CODES = frozenset(Reason)  # `text in Reason` wants Python 3.12
BRUSSELS = ZoneInfo("Europe/Brussels")  # the network's zone; a caller with another lab gives its own


def say(code: str, params: Mapping[str, Param], lang: str, zone: ZoneInfo = BRUSSELS) -> str:
    """The sentence of a reason code in `lang`, its parameters filled in."""
    choices = SENTENCES.get(Reason(code), FALLBACK) if code in CODES else FALLBACK
    return _fill(_fitting(choices, params), params, lang, zone)


def next_step(
    code: str, step: str | None, params: Mapping[str, Param], lang: str, zone: ZoneInfo = BRUSSELS
) -> str:
    """The way on after a refusal: that of `step`, else the usual one of `code`."""
    usual = USUAL_STEP.get(Reason(code), "") if code in CODES else ""
    choices = STEPS.get(step or usual) or STEPS.get(usual) or FALLBACK_STEP
    return _fill(_fitting(choices, params), params, lang, zone)


def places(sentence: str) -> frozenset[str]:
    """The names of a sentence's `{places}`."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


def _fitting(choices: Sequence[str], params: Mapping[str, Param]) -> str:
    """The first sentence that can be filled; the last needs nothing."""
    known = {name for name, value in params.items() if value not in (None, "", [], ())}
    return next((choice for choice in choices if places(choice) <= known), choices[-1])


def _fill(sentence: str, params: Mapping[str, Param], lang: str, zone: ZoneInfo) -> str:
    known = {name: _Said(_thing(name, value, lang), lang, zone) for name, value in params.items()}
    return one_stop(text(lang, sentence).format_map(known))


def _thing(name: str, value: Param, lang: str) -> Param:
    """What machines share, by its kind in the reader's language; another goes by the name that staff gave it (R49)."""
    known = THINGS.get(value) if name == "resource" and isinstance(value, str) else None
    return text(lang, known) if known else value


@dataclass(frozen=True, slots=True)
class _Said:
    """A parameter that knows how its place wants it: `time`, `slot`, `date`, `moment`, or as it stands; `unsaid`: it only chose the sentence."""

    value: Param
    lang: str
    zone: ZoneInfo

    def __format__(self, form: str) -> str:
        if form == "unsaid":
            return ""
        if isinstance(self.value, str):
            return self._written(self.value, form)
        if isinstance(self.value, Sequence):
            return " / ".join(self._written(each, form) for each in self.value)
        return "" if self.value is None else str(self.value)

    def _written(self, value: str, form: str) -> str:
        at = _instant(value)
        if at is None:
            return value
        day, time = full_date(at, self.zone), time_in_words(at, self.zone, self.lang)
        return {"time": time, "slot": clock(at, self.zone), "date": day}.get(form, f"{day}, {time}")


def _instant(value: str) -> datetime | None:
    """The instant written in `value`, when it is one ("2026-11-24T14:00:00Z")."""
    if value[10:11] != "T":
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None
