"""What did the keeper last say of the machine? Its `state` packet, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.case import Lock
from core.timeline import instant
from core.vocabulary import Inhibit, LockKind, Phase, SessionKind


@dataclass(frozen=True, slots=True)
class Running:
    """The session the keeper has open."""

    id: str
    kind: SessionKind
    who: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class KeeperState:
    """The machine as its keeper sees it; `*_ms` on CLOCK_BOOTTIME."""

    phase: Phase
    inhibits: frozenset[Inhibit]
    locks: tuple[Lock, ...]
    session: Running | None
    until_ms: int | None
    phase_until_ms: int | None
    busy: bool
    power_w: int | None
    relay: str
    extraction: bool
    alarm: bool
    presses: int
    fault: str | None = None  # which, while FAULT holds (core.wire.socket)


def keeper_state(said: Mapping[str, Any]) -> KeeperState:
    """The state in a packet. Raises ValueError, KeyError or TypeError when it is none."""
    return KeeperState(
        phase=Phase(said["phase"]),
        inhibits=frozenset(Inhibit(word) for word in said["inhibits"]),
        locks=tuple(Lock(one["id"], LockKind(one["kind"]), one["owner"] or "") for one in said["locks"]),
        session=_running(said["session"]),
        until_ms=said["until_ms"],
        phase_until_ms=said["phase_until_ms"],
        busy=said["busy"],
        power_w=said["power_w"],
        relay=said["relay"],
        extraction=said["extraction"],
        alarm=said["alarm"],
        presses=said["presses"],
        fault=said.get("fault"),
    )


def _running(said: Mapping[str, Any] | None) -> Running | None:
    if said is None:
        return None
    until = said["until"]
    return Running(said["id"], SessionKind(said["kind"]), said["who"], instant(until) if until else None)
