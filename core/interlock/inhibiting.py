"""How do inhibits and locks come and go, and what do busy and boot change? The cells without a start."""

from dataclasses import replace
from typing import Final

from core.interlock import events as ev
from core.interlock.acts import Accept, Record
from core.interlock.change import Change, after, asked_to_stop, end, session_id
from core.interlock.state import CUTTING, KEPT, LOCKED_BY, Lock, Policy, Session, State
from core.vocabulary import EndQuality, Inhibit, LockKind, Phase, SessionKind, StopReason

CUT_REASON: Final = {
    Inhibit.ESTOP: StopReason.ESTOP,
    Inhibit.FAULT: StopReason.FAULT,
    Inhibit.DANGER: StopReason.DANGER,
    Inhibit.LOCKOUT: StopReason.LOCKOUT,
    Inhibit.EXTRACTION: StopReason.EXTRACTION,
    Inhibit.BYPASS: StopReason.BYPASS,
    Inhibit.OUT: StopReason.STAFF_STOP,
}
CAUSE_RECORDS: Final = frozenset({"relay-mismatch", "power-without-session", "bypass-on"})
"""Causes of an inhibit that have a record type of their own, written beside it."""


def set_inhibit(state: State, event: ev.SetInhibit, policy: Policy) -> Change:
    """An inhibit comes; a cutting one ends the session at once."""
    if event.inhibit in state.inhibits or (
        event.inhibit is Inhibit.EXTRACTION and not policy.needs_extraction
    ):
        return Change(state, (), Accept())
    records = _inhibit_records(state, event)
    inhibited = state.with_inhibit(event.inhibit)
    if event.inhibit in CUTTING and state.session is not None:
        return after(records, end(inhibited, CUT_REASON[event.inhibit], policy))
    return Change(inhibited, records, Accept())


def lift(state: State, event: ev.Lift, _policy: Policy) -> Change:
    """An inhibit goes by its own lifting; the machine stays as it is."""
    held_by_locks = {LOCKED_BY[lock.kind] for lock in state.locks}
    if event.inhibit not in state.inhibits or event.inhibit in held_by_locks:
        return Change(state, (), Accept())
    off = (Record("bypass-off", session_id(state)),) if event.inhibit is Inhibit.BYPASS else ()
    records = (*off, _lifted(event.inhibit, None, event.by, event.cause))
    return Change(state.without_inhibit(event.inhibit), records, Accept())


def add_lock(state: State, event: ev.AddLock, policy: Policy) -> Change:
    """A person's lock comes; the same lock twice is one."""
    if state.lock(event.lock.id) is not None:
        return Change(state, (), Accept())
    inhibit = LOCKED_BY[event.lock.kind]
    locked = replace(state, locks=state.locks | {event.lock}, inhibits=state.inhibits | {inhibit})
    data = {
        "inhibit": inhibit.value,
        "lock": event.lock.id,
        "owner": event.lock.owner,
        "by": event.by,
        "cause": event.cause,
    }
    records = (
        *((Record("report", session_id(state), {"category": "danger"}),) if event.cause == "report" else ()),
        Record("inhibit-set", session_id(state), data),
    )
    if state.session is None or _tolerates(state.session, event.lock):
        return Change(locked, records, Accept())
    if event.lock.kind is not LockKind.OUT:
        return after(records, end(locked, CUT_REASON[inhibit], policy))
    if state.phase is Phase.ENDING:
        return Change(locked, records, Accept())
    return after(records, asked_to_stop(locked, CUT_REASON[inhibit], event.by, policy))


def lift_lock(state: State, event: ev.LiftLock, policy: Policy) -> Change:
    """A lock goes; its inhibit with the last of its kind, and maintenance with the last lockout."""
    lock = state.lock(event.id)
    if lock is None:
        return Change(state, (), Accept())
    left = state.locks - {lock}
    inhibit = LOCKED_BY[lock.kind]
    last = all(other.kind is not lock.kind for other in left)
    before = Change(state, (), Accept())
    if (
        last
        and lock.kind is LockKind.LOCKOUT
        and state.session is not None
        and state.session.kind is SessionKind.MAINTENANCE
    ):
        before = end(state, StopReason.LOCKOUT, policy)
    inhibits = state.inhibits - {inhibit} if last else state.inhibits
    record = _lifted(inhibit, lock.id, event.by, event.cause)
    freed = replace(before.state, locks=left, inhibits=inhibits)
    return Change(freed, (*before.records, record), Accept())


def busy(state: State, _event: ev.Busy, _policy: Policy) -> Change:
    """It draws."""
    return (
        Change(state)
        if state.busy
        else Change(replace(state, busy=True), (Record("busy", session_id(state)),))
    )


def idle(state: State, _event: ev.Idle, _policy: Policy) -> Change:
    """It draws no more."""
    return (
        Change(replace(state, busy=False), (Record("idle", session_id(state)),))
        if state.busy
        else Change(state)
    )


def boot(state: State, _event: ev.Boot, policy: Policy) -> Change:
    """The keeper is back: whatever ran is over, and the relay stays open until a new tap."""
    kept = replace(state, inhibits=state.inhibits & KEPT, busy=False, alarm=False)
    booted = (Record("boot"),)
    if state.session is None:
        return Change(kept, booted)
    quality = EndQuality.ESTIMATED if state.power else EndQuality.EXACT
    return after(booted, end(kept, StopReason.INTERRUPTED, policy, quality))._replace(answer=None)


def _inhibit_records(state: State, event: ev.SetInhibit) -> tuple[Record, ...]:
    """The record of the cause, where it has one of its own, then of the inhibit."""
    own = "bypass-on" if event.inhibit is Inhibit.BYPASS else event.cause
    data = {"inhibit": event.inhibit.value, "lock": None, "by": event.by, "cause": event.cause}
    set_ = Record("inhibit-set", session_id(state), data)
    return (Record(own, session_id(state)), set_) if own in CAUSE_RECORDS else (set_,)


def _lifted(inhibit: Inhibit, lock: str | None, by: str | None, cause: str) -> Record:
    return Record("inhibit-lifted", None, {"inhibit": inhibit.value, "lock": lock, "by": by, "cause": cause})


def _tolerates(session: Session, lock: Lock) -> bool:
    """Does the open session live with this new lock? Only maintenance: its own lockout, and OUT."""
    if session.kind is not SessionKind.MAINTENANCE:
        return False
    return lock.kind is LockKind.OUT or (lock.kind is LockKind.LOCKOUT and lock.owner == session.who)
