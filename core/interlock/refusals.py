"""Why may a session not start, take over or be extended? The list of interlock.md, in its order."""

from core.interlock.state import LOCKED_BY, OPEN, Session, State
from core.vocabulary import Inhibit, LockKind, Reason, SessionKind

REFUSED_BY = (
    (Inhibit.ESTOP, Reason.ESTOP),
    (Inhibit.LOCKOUT, Reason.LOCKOUT),
    (Inhibit.FAULT, Reason.FAULT),
    (Inhibit.DANGER, Reason.MACHINE_DOWN),
    (Inhibit.OUT, Reason.MACHINE_DOWN),
    (Inhibit.EXTRACTION, Reason.RESOURCE_DOWN),
    (Inhibit.BYPASS, Reason.MACHINE_DOWN),
    (Inhibit.STALE, Reason.STALE),
    (Inhibit.JOURNAL, Reason.FAULT),
)
TOLERATED = frozenset({Inhibit.LOCKOUT, Inhibit.OUT, Inhibit.STALE, Inhibit.DANGER})
"""What a maintenance session lives with, once every lockout is its own person's."""


def inhibited(state: State, session: Session) -> Reason | None:
    """The first inhibit that forbids this session, or None."""
    maintains = session.kind is SessionKind.MAINTENANCE
    if maintains and not owns_every_lockout(state, session.who):
        return Reason.ESTOP if Inhibit.ESTOP in state.inhibits else Reason.LOCKOUT
    if not state.inhibits:
        return None
    for inhibit, code in REFUSED_BY:
        if inhibit in state.inhibits and not (maintains and inhibit in TOLERATED):
            return code
    return None


def owns_every_lockout(state: State, who: str) -> bool:
    """Is LOCKOUT set, and every lockout `who`'s?"""
    owners = {lock.owner for lock in state.locks if lock.kind is LockKind.LOCKOUT}
    return LOCKED_BY[LockKind.LOCKOUT] in state.inhibits and owners == {who}


def start_refused(state: State, session: Session, *, late: bool, repeated: bool) -> Reason | None:
    """Why this session may not start now, or None."""
    if state.phase in OPEN:
        return Reason.OCCUPIED
    return inhibited(state, session) or _stale_request(late=late, repeated=repeated)


def handover_refused(state: State, session: Session, *, late: bool, repeated: bool) -> Reason | None:
    """Why this session may not take over from the one with power, or None."""
    if not state.power or SessionKind.MAINTENANCE in {session.kind, state.session and state.session.kind}:
        return Reason.OCCUPIED
    if state.busy:
        return Reason.DRAWING
    return inhibited(state, session) or _stale_request(late=late, repeated=repeated)


def extension_refused(state: State, session_id: str) -> Reason | None:
    """Why the lease may not move, or None."""
    if not state.power or state.session is None or state.session.id != session_id:
        return Reason.NOT_FOUND
    return inhibited(state, state.session)


def _stale_request(*, late: bool, repeated: bool) -> Reason | None:
    if late:
        return Reason.LATE
    return Reason.REPEATED if repeated else None
