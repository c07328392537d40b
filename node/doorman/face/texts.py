"""How is it said in three languages, in four lines of 21 characters? The texts, filled in.

texts.json holds `states` (state -> language -> 4 lines), `reasons` (code -> language -> what, what to
do), `faults` (which -> language -> what failed, what helps), `things` (kind of what machines share -> language -> that it is away), `days` and the greatest `widths` of what is filled in: all that a face can say.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

LANGUAGES: Final = ("fr", "nl", "en")
WIDTH: Final = 21  # 128 pixels of an OLED at 6 a character
_BOOK: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("texts.json").read_text("utf-8"))

Lines = tuple[str, str, str, str]
Fields = Mapping[str, str]


def lines(state: str, lang: str, fields: Fields) -> Lines:
    """The four lines of a state. A line whose fields are all unknown stays empty, but for the first."""
    said = _BOOK["states"][state][lang]
    first, second, third, fourth = (_filled(line, fields, always=line is said[0]) for line in said)
    return first, second, third, fourth


def reason(code: str, lang: str) -> tuple[str, str]:
    """What is missing and what to do about it, at most 20 characters each."""
    what, step = _BOOK["reasons"].get(code, _BOOK["reasons"]["OTHER"])[lang]
    return what, step


def fault(which: str, lang: str) -> tuple[str, str]:
    """What failed, at most 14 characters, and a hint for who comes, at most 21."""
    what, hint = _BOOK["faults"].get(which, _BOOK["faults"]["other"])[lang]
    return what, hint


def away(thing: str, lang: str) -> str:
    """That something machines share is away, at most 21 characters; empty for what goes by its own name."""
    return str(_BOOK["things"].get(thing, {}).get(lang, ""))


def has_reason(code: str) -> bool:
    """Whether a code has words of its own."""
    return code in _BOOK["reasons"]


def clock(at: datetime | None, zone: str) -> str:
    """`14:30`, local; empty without an instant."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def date(at: datetime | None, zone: str) -> str:
    """`24/11`, local; empty without an instant."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%d/%m}"


def day(at: datetime | None, zone: str, lang: str) -> str:
    """`ma`, `di` …; empty without an instant."""
    return "" if at is None else str(_BOOK["days"][lang][at.astimezone(ZoneInfo(zone)).weekday()])


def _filled(line: str, fields: Fields, *, always: bool) -> str:
    marks = [mark for mark in _BOOK["widths"] if "{" + mark + "}" in line]
    if marks and not always and not any(fields.get(mark) for mark in marks):
        return ""
    known = not marks or any(fields.get(mark) for mark in marks)
    for mark in marks:
        line = line.replace("{" + mark + "}", fields.get(mark, "")[: _BOOK["widths"][mark]])
    said = " ".join(line.split())[:WIDTH]
    return said if known else said.rstrip(" :")
