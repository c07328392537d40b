"""How is an answer spelled, tagged, and cut into pages?"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from core.timeline import stamp
from hub.api.problems import invalid
from hub.api.times import parse_time

T = TypeVar("T")
_spell = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encoded(body: Any) -> bytes:
    """An answer's bytes; what is bytes already stays as it is."""
    if isinstance(body, bytes):
        return body
    return _spell(body).encode()


def etag_of(body: bytes, who: str) -> str:
    """The strong tag of these bytes for this person (or for everybody: "")."""
    return f'"{hashlib.sha256(who.encode() + b"/" + body).hexdigest()[:32]}"'


def cursor_of(start: datetime, identity: str) -> str:
    """An opaque name of the place behind (start, id) in a list, newest first."""
    return base64.urlsafe_b64encode(f"{stamp(start)} {identity}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """The place that a cursor names; INVALID for one that we did not make."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise invalid("cursor") from None
    start, _, identity = text.partition(" ")
    return parse_time(start, "cursor", "UTC"), identity


def cut(
    rows: Sequence[T], limit: int, place: Callable[[T], tuple[datetime, str]]
) -> tuple[Sequence[T], str | None]:
    """The first `limit` of `limit + 1` rows, and the cursor where there is one more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(*place(rows[limit - 1]))
