"""Would a job of so many minutes be done in time? For the usual lengths, in sentences. Pure.

In a session its end decides; at a free machine the next booking or closing. Money is not known here.
"""

from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any, Final

from core.vocabulary import SessionKind
from node.doorman.face.kiosk.speech import at, say
from node.doorman.showing import Showing

LENGTHS_MIN: Final = (5, 10, 20, 30, 45, 60, 90, 120)
MINUTE: Final = timedelta(minutes=1)


def estimates(showing: Showing, lang: str) -> list[dict[str, Any]]:
    """`{text, fits}` for each length; nothing where no end is known."""
    end = ends_at(showing)
    if end is None or end <= showing.now:
        return []
    return [_estimate(showing, end, length_min, lang) for length_min in LENGTHS_MIN]


def ends_at(showing: Showing) -> datetime | None:
    """Until when the machine may be worked at."""
    guest, slot, day = showing.guest, showing.slot, showing.day
    if guest is not None:
        return guest.until if guest.kind is SessionKind.USE else None
    if day is None or showing.closed:
        return None
    free = slot is None or slot.start <= showing.now or slot.start > day.closes
    return day.closes if free or slot is None else slot.start


def _estimate(showing: Showing, end: datetime, length_min: int, lang: str) -> dict[str, Any]:
    done = showing.now + length_min * MINUTE
    fits = done <= end
    left = floor((end - done) / MINUTE) if fits else ceil((done - end) / MINUTE)
    key = "time_fits" if fits else "time_short"
    text = say(key, lang, n=str(length_min), t=at(done, showing.zone, lang), m=str(left))
    return {"text": text, "fits": fits}
