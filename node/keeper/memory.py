"""What has the keeper to know again after a power cut? The interlock's state as text, and back."""

import json
from typing import Any

from core.interlock import Lock, Session, State
from core.vocabulary import Inhibit, LockKind, Phase, SessionKind, StopReason


def state_text(state: State) -> str:
    """The state as one line of JSON."""
    session = state.session
    return json.dumps(
        {
            "phase": state.phase,
            "inhibits": sorted(state.inhibits),
            "locks": sorted([lock.id, lock.kind, lock.owner] for lock in state.locks),
            "session": session
            and {
                "id": session.id,
                "kind": session.kind,
                "who": session.who,
                "until_ms": session.until_ms,
                "until": session.until,
                "asked": session.asked,
            },
        }
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
