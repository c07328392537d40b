"""How does the tablet say it? Its sentences in three languages, filled in."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

WORDS: Final[dict[str, dict[str, str]]] = json.loads(
    files(__package__).joinpath("words.json").read_text("utf-8")
)


def say(key: str, lang: str, **places: str) -> str:
    """The sentence, filled in."""
    said = WORDS[lang][key]
    for place, value in places.items():
        said = said.replace("{" + place + "}", value)
    return said


def at(instant: datetime | None, zone: str, lang: str) -> str:
    """`15h00`, `15.00 u.`, `15:00`, local; empty without an instant."""
    if instant is None:
        return ""
    local = instant.astimezone(ZoneInfo(zone))
    return say("clock", lang, h=str(local.hour), m=f"{local.minute:02}")
