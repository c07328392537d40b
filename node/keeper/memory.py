"""What has the keeper to know again after a power cut? The interlock's state as text, and back."""

import json
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from core.interlock import Lock, Session, State
from core.vocabulary import Inhibit, LockKind, Phase, SessionKind, StopReason


def state_text(state: State) -> str:
    """The state as one line of JSON; its own shape is spelled out here, because a tap waits for it."""
    inhibits = ",".join(sorted(_quoted(one._value_) for one in state.inhibits)) if state.inhibits else ""
    locks = _locks_text(state.locks) if state.locks else ""
    return (
        f'{{"phase":"{state.phase._value_}","inhibits":[{inhibits}],"locks":[{locks}]'
        f',"session":{_session_text(state.session)}}}'
    )


def state_of(text: str) -> State:
    """The state that `state_text` wrote. Raises ValueError for anything else."""
    try:
        kept = json.loads(text)
        return State(
            phase=Phase(kept["phase"]),
            inhibits=frozenset(Inhibit(name) for name in kept["inhibits"]),
            locks=frozenset(Lock(name, LockKind(kind), owner) for name, kind, owner in kept["locks"]),
            session=_session(kept["session"]),
        )
    except (KeyError, TypeError) as problem:
        raise ValueError("no state") from problem


def _locks_text(locks: frozenset[Lock]) -> str:
    return ",".join(
        f"[{_quoted(one.id)},{_quoted(one.kind._value_)},{_quoted(one.owner)}]"
        for one in sorted(locks, key=lambda lock: lock.id)
    )


def _session_text(session: Session | None) -> str:
    if session is None:
        return "null"
    asked = "null" if session.asked is None else f'"{session.asked._value_}"'
    return (
        f'{{"id":{_quoted(session.id)},"kind":"{session.kind._value_}","who":{_quoted(session.who)}'
        f',"until_ms":{session.until_ms},"until":{_quoted(session.until)},"asked":{asked}}}'
    )


def _session(kept: dict[str, Any] | None) -> Session | None:
    if kept is None:
        return None
    return Session(
        id=kept["id"],
        kind=SessionKind(kept["kind"]),
        who=kept["who"],
        until_ms=kept["until_ms"],
        until=kept["until"],
        asked=None if kept["asked"] is None else StopReason(kept["asked"]),
    )
