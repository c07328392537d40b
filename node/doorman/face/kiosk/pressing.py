"""Is this press of the tablet's page to be believed? One small JSON object against what is shown now. Pure.

Rules: only what is offered at this moment counts; the page names the moment it was drawn for (`turn`), so
that a finger which comes late does nothing to the next person; whatever is malformed is refused.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from node.doorman.events import Button, PinTyped, Pressed
from node.doorman.face.kiosk.offering import CATEGORIES, PADS, PIN_DIGITS, SEVERITIES, offered
from node.doorman.face.screens import screen
from node.doorman.showing import Showing

MOST_BYTES: Final = 512
MALFORMED, TOO_LATE = 400, 409
DO_PIN: Final = "pin"
Event = Pressed | PinTyped


def turn_of(showing: Showing) -> str:
    """Names the session that runs without telling its id; "" for none."""
    session = showing.guest.session if showing.guest else ""
    return sha256(session.encode()).hexdigest()[:16] if session else ""


def judged(body: bytes, showing: Showing, new_id: Callable[[], str]) -> Event | int:
    """What to tell the doorman, or the status of the refusal."""
    asked = _object(body)
    if asked is None:
        return MALFORMED
    name = screen(replace(showing, online=True)).name
    if asked.get("do") == DO_PIN:
        return _pin(asked, showing, name)
    if asked.get("do") not in set(Button):
        return MALFORMED
    button = Button(asked["do"])
    if asked.get("turn") != turn_of(showing) or button not in {one for one, _ in offered(showing, name)}:
        return TOO_LATE
    session = showing.guest.session if showing.guest else ""
    if button is not Button.REPORT:
        return Pressed(button, session)
    category, severity = asked.get("category"), asked.get("severity")
    if category not in CATEGORIES or severity not in SEVERITIES:
        return MALFORMED
    return Pressed(button, session, str(category), str(severity), new_id())


def _pin(asked: dict[str, Any], showing: Showing, name: str) -> Event | int:
    digits = asked.get("digits")
    if not isinstance(digits, str) or len(digits) not in PIN_DIGITS or not _ascii_digits(digits):
        return MALFORMED
    return PinTyped(digits, showing.now_ms) if name in PADS else TOO_LATE


def _ascii_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return asked if isinstance(asked, dict) else None
