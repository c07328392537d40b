"""How does a machine's calendar go out fast? Spelled by hand, and kept as bytes while nothing has changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from core.timeline import stamp
from hub.api.door import PREFIX, Answer, Ask, Deps, found, person_id
from hub.api.pages import encoded, etag_of
from hub.api.problems import invalid
from hub.ports import Tx
from hub.services.calendar import Block, Calendar, calendar_of, revision
from hub.services.house import house_with
from hub.services.kept import Kept
from hub.services.searching import instant

READY = 64  # answers in memory; a week of 2,000 events for staff has 300 kB, most have two
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer spelled and tagged, as it was from `made` on and will be before `until`."""

    body: bytes
    etag: str
    made: datetime
    until: datetime


_READY: Kept[tuple[str, str, datetime | None, datetime | None], Ready] = Kept(READY)


_ASKED: Kept[tuple[str, str], tuple[str, str, datetime | None, datetime | None]] = Kept(READY)
_PATH = re.compile(re.escape(PREFIX) + r"/machines/([A-Za-z0-9._-]+)/calendar")


def has_it_already(deps: Deps, environ: Mapping[str, Any]) -> str | None:
    """The tag of a calendar that a stranger holds and that has not changed: a 304 for the price of asking its revision."""
    held = environ.get("HTTP_IF_NONE_MATCH")
    if held is None or "HTTP_AUTHORIZATION" in environ or environ.get("REQUEST_METHOD") != "GET":
        return None
    named = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if named is None:
        return None
    machine, now = named[1], deps.clock.wall()
    rev = deps.store.read(lambda tx: revision(tx, machine))
    key = _ASKED.get((machine, environ.get("QUERY_STRING", "")), rev)
    known = _READY.get(key, rev) if key else None
    if known is None or not known.made <= now < known.until:
        return None
    return known.etag if known.etag in (tag.strip() for tag in held.split(",")) else None


def calendar_answer(ask: Ask, machine: str, longest: timedelta) -> Answer:
    """The answer to GET /machines/{id}/calendar."""
    ready = ask.read(lambda tx: _ready(tx, ask, machine, longest))
    private = ask.caller is not None
    return Answer(ready.body, private=private, etag=ready.etag)


def _ready(tx: Tx, ask: Ask, machine: str, longest: timedelta) -> Ready:
    rev = found(revision(tx, machine))
    span = _span(tx, ask, machine, longest)
    who = person_id(ask.caller) + ("+" if ask.caller and ask.is_staff(ask.caller.person.lab) else "")
    key = (machine, who, *span)
    if ask.caller is None:
        _ASKED.keep((machine, ask.query_string), rev, key)
    known = _READY.get(key, rev)
    if known is not None and known.made <= ask.now < known.until:
        return known
    made = found(calendar_of(tx, machine, span, ask.caller, ask.now))
    body = spelled(made)
    return _READY.keep(key, rev, Ready(body, etag_of(body, person_id(ask.caller)), ask.now, made.good_until))


def _span(tx: Tx, ask: Ask, machine: str, longest: timedelta) -> tuple[datetime | None, datetime | None]:
    if "from" not in ask.query and "to" not in ask.query:
        return None, None
    zone = found(house_with(tx, machine)).machines[machine].zone
    start, end = ask.time("from", zone), ask.time("to", zone)
    if start is not None and end is not None and not start < end <= start + longest:
        raise invalid("to")
    return start, end


def spelled(made: Calendar) -> bytes:
    """The JSON of a calendar."""
    rest = encoded(
        {
            "closures": [
                {"start": stamp(one.start), "end": stamp(one.end), "reason": one.reason}
                | ({"reasons": dict(one.words)} if one.words else {})
                for one in made.closures
            ],
            "openings": [
                {"start": stamp(one.start), "end": stamp(one.end), "audience": str(one.audience)}
                for one in made.openings
            ],
        }
    )
    blocks = ",".join(map(_block, made.reservations)).encode()
    return b'{"reservations":[' + blocks + b"]," + rest[1:]


@lru_cache(maxsize=8192)  # four full weeks for staff: of a calendar that changed, most blocks did not
def _block(one: Block) -> str:
    start, end = _stamp(one.start_ms), _stamp(one.end_ms)
    seen = f'{{"start":"{start}","end":"{end}","kind":"{one.kind}","mine":{"true" if one.mine else "false"}'
    if one.id is None:
        return seen + "}"
    name = "null" if one.name is None else _text(one.name)
    return f'{seen},"id":{_text(one.id)},"member":{_text(one.member or "")},"name":{name}}}'


@lru_cache(maxsize=8192)
def _text(text: str) -> str:
    return str(encode_basestring(text))


@lru_cache(maxsize=512)
def _day(day: int) -> str:
    return instant(day * DAY_MS).date().isoformat()


def _stamp(at_ms: int) -> str:
    """As `core.timeline.stamp`."""
    day, rest = divmod(at_ms, DAY_MS)
    second, ms = divmod(rest, 1000)
    minute, second = divmod(second, 60)
    return f"{_day(day)}T{minute // 60:02}:{minute % 60:02}:{second:02}.{ms:03}Z"
