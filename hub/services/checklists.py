"""What do trainer and trainee confirm at a sign-off? Each course's list, set by staff, in three languages.

It must be read at the machine: nine items at most, each on two lines of a display.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from core.vocabulary import Reason
from hub.ports import Course, Person, Tx
from hub.services import granting
from hub.services.refused import Refused, refused

MOST: Final = 9  # the display counts with one figure
WIDTH: Final = 21  # letters of a line (node-texts.json)
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
LANGUAGES: Final = ("fr", "nl", "en")
Item = Mapping[str, str]


def save(tx: Tx, by: Person, course: str, items: Sequence[Item], now: datetime) -> Course | Refused:
    """From the next sign-off on. Refused: NOT_FOUND, FORBIDDEN (staff only), INVALID {field: items}; no items: the house's own."""
    found = tx.certificates.course(course)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    if not _fit(items):
        return refused(Reason.INVALID, {"field": "items"})
    kept = [{name: item[name].strip() for name in ("id", *LANGUAGES)} for item in items]
    tx.certificates.set_checklist(course, kept)
    tx.audit.append(found.lab, by.id, "checklist.saved", course, {"items": len(kept)}, now)
    granting.lab_changed(tx, found.lab, now, course)
    return tx.certificates.course(course) or found


def _fit(items: Sequence[Item]) -> bool:
    """Nine at most, each with a name of its own and with words that go on two lines in every language."""
    names = [item.get("id", "") for item in items]
    named = len(set(names)) == len(names) <= MOST and all(NAME.fullmatch(one) for one in names)
    return named and all(_shown(item.get(lang, "").strip()) for item in items for lang in LANGUAGES)


def _shown(words: str) -> bool:
    """Whether the display shows all of it, broken between words."""
    if not words or not words.isprintable():
        return False
    at = len(words) if len(words) <= WIDTH else words.rfind(" ", 0, WIDTH + 1)
    return at > 0 and len(words[at:].strip()) <= WIDTH
