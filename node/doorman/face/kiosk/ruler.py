"""Where on the steel rule do things of today lie? Percentages of the day's hours, and a sentence for who listens. Pure."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final
from zoneinfo import ZoneInfo

from node.doorman.face.kiosk.speech import at, say
from node.doorman.showing import Showing

HOUR: Final = timedelta(hours=1)
MOST_NUMBERS: Final = 7


def ruler(showing: Showing, lang: str) -> dict[str, Any]:
    """`{now, blocks: [{x, w, kind}], ticks: [{x, text}], label}`, or nothing without hours."""
    day = showing.day
    if day is None or day.closes <= day.opens:
        return {}
    whole_s = (day.closes - day.opens).total_seconds()

    def place(instant: datetime) -> float:
        return round(100 * min(1.0, max(0.0, (instant - day.opens).total_seconds() / whole_s)), 2)

    blocks = [_block(place, start, end, showing) for start, end in day.taken]
    return {
        "now": place(showing.now),
        "blocks": [one for one in blocks if one["w"] > 0],
        "ticks": _ticks(place, day.opens, day.closes, showing.zone),
        "label": _label(showing, lang),
    }


def _block(place: Any, start: datetime, end: datetime, showing: Showing) -> dict[str, Any]:
    waits = showing.slot is not None and showing.slot.start == start  # somebody else's
    mine = showing.guest is not None and start <= showing.now < end and not waits
    return {"x": place(start), "w": round(place(end) - place(start), 2), "kind": "use" if mine else "booked"}


def _ticks(place: Any, opens: datetime, closes: datetime, zone: str) -> list[dict[str, Any]]:
    hours = int((closes - opens) / HOUR)
    step = max(1, ceil(hours / (MOST_NUMBERS - 1)))
    first = opens.astimezone(ZoneInfo(zone))
    begin = opens if first.minute == 0 else opens + timedelta(minutes=60 - first.minute)
    found = []
    for number in range(hours + 1):
        instant = begin + number * HOUR
        if instant <= closes:
            text = str(instant.astimezone(ZoneInfo(zone)).hour) if number % step == 0 else ""
            found.append({"x": place(instant), "text": text})
    return found


def _label(showing: Showing, lang: str) -> str:
    day, zone = showing.day, showing.zone
    if day is None:
        return ""
    said = [say("hours", lang, a=at(day.opens, zone, lang), b=at(day.closes, zone, lang))]
    said += [say("taken", lang, a=at(start, zone, lang), b=at(end, zone, lang)) for start, end in day.taken]
    return f"{showing.machine} {say('today', lang).lower()}: {', '.join(said)}"
