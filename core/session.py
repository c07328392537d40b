"""What was used, by whom, for how long? The records of one session -> its usage.

Records may come in pieces and in any order: the same records give the same usage (I7). Power on to power
off is what counts; the length is the keeper's own count of seconds, which no clock step can change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.timeline import BadInstant, instant, minutes_half_up
from core.vocabulary import EndQuality, SessionKind, StopReason

TYPES = ("session-start", "power-on", "extend", "power-off", "session-end")
_RANK = {kind: rank for rank, kind in enumerate(TYPES)}


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One record that names the session: `at` is the node's wall time."""

    at: datetime
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """One session as known so far; while it runs `end`, `end_reason` and `minutes` are None."""

    who: str
    responsible: str | None
    reservation: str | None
    kind: SessionKind
    start: datetime
    until: datetime | None
    end: datetime | None = None
    end_reason: StopReason | None = None
    end_quality: EndQuality | None = None
    power_s: int | None = None
    busy_s: int | None = None
    minutes: int | None = None


def usage(records: Iterable[SessionRecord]) -> Usage | None:
    """The usage that the records of one session say; None until its start is known."""
    by_type: dict[str, SessionRecord] = {}
    for record in sorted(records, key=lambda one: (_RANK.get(one.type, 0), one.at)):
        if record.type in _RANK:
            by_type[record.type] = record  # of several extensions the last one holds
    start = by_type.get("session-start")
    return None if start is None else _usage(start, by_type)


def _usage(start: SessionRecord, by_type: Mapping[str, SessionRecord]) -> Usage:
    said = start.data
    extended = by_type.get("extend")
    until = (extended.data if extended else said).get("until")
    powered = by_type.get("power-on")
    begun = Usage(
        who=str(said["who"]),
        responsible=_name(said.get("responsible")),
        reservation=_name(said.get("reservation")),
        kind=SessionKind(said.get("kind", SessionKind.USE)),
        start=(powered or start).at,
        until=instant(until) if until else None,
    )
    end = by_type.get("session-end")
    return begun if end is None else _ended(begun, end, by_type)


def _ended(begun: Usage, end: SessionRecord, by_type: Mapping[str, SessionRecord]) -> Usage:
    off = by_type.get("power-off", end).at
    quality = EndQuality(end.data.get("end_quality", EndQuality.EXACT))
    power_s = _seconds(end.data.get("power_s"))
    if power_s is None:  # an old keeper's record: the wall clock is all there is
        power_s = max(0, int((off - begun.start).total_seconds())) if "power-on" in by_type else 0
    return Usage(
        who=begun.who,
        responsible=begun.responsible,
        reservation=begun.reservation,
        kind=begun.kind,
        start=begun.start,
        until=begun.until,
        end=max(_last_seen(begun, end, power_s) if quality is EndQuality.ESTIMATED else off, begun.start),
        end_reason=StopReason(end.data["reason"]),
        end_quality=quality,
        power_s=power_s,
        busy_s=_seconds(end.data.get("busy_s")),
        minutes=minutes_half_up(power_s),
    )


def _last_seen(begun: Usage, end: SessionRecord, power_s: int) -> datetime:
    """When a session that a power cut ended was last known to run: the keeper's word, else its seconds."""
    said = end.data.get("end")
    try:
        return instant(said) if isinstance(said, str) else begun.start + timedelta(seconds=power_s)
    except BadInstant:
        return begun.start + timedelta(seconds=power_s)


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> int | None:
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else None
