"""What does one cell of the table say, and what do several cells say alike?"""

from dataclasses import replace
from typing import NamedTuple

from core.interlock.acts import Accept, Record, Refuse
from core.interlock.state import Policy, Session, State
from core.vocabulary import EndQuality, Phase, StopReason


class Change(NamedTuple):
    """What one cell says."""

    state: State
    records: tuple[Record, ...] = ()
    answer: Accept | Refuse | None = None


def end(state: State, reason: StopReason, policy: Policy, quality: EndQuality = EndQuality.EXACT) -> Change:
    """The session is over: run-on if it had power, else idle."""
    phase = Phase.RUN_ON if state.power and policy.run_on_s > 0 else Phase.IDLE
    records = power_off(state.session, had_power=state.power, reason=reason, quality=quality)
    return Change(replace(state, phase=phase, session=None, alarm=False), records, Accept())


def asked_to_stop(state: State, reason: StopReason, by: str | None, policy: Policy) -> Change:
    """Before power the session ends at once; with power as the machine's policy says."""
    if state.session is None:
        return Change(state, (), Accept())
    if state.phase is Phase.STARTING or policy.stop == "now":
        return end(state, reason, policy)
    leaving = replace(state.session, asked=reason)
    record = Record("ending", leaving.id, {"reason": reason.value, "by": by})
    return Change(replace(state, phase=Phase.ENDING, session=leaving), (record,), Accept())


def after(records: tuple[Record, ...], change: Change) -> Change:
    """The same change, with these records before its own."""
    return change._replace(records=(*records, *change.records))


def session_id(state: State) -> str | None:
    """The open session's id, for a record."""
    return None if state.session is None else state.session.id


def power_off(
    session: Session | None, *, had_power: bool, reason: StopReason, quality: EndQuality
) -> tuple[Record, ...]:
    """The records that end a session: power-off where it had power, then session-end."""
    if session is None:
        return ()
    data = {"reason": reason.value, "end_quality": quality.value}
    ended = Record("session-end", session.id, data)
    return (Record("power-off", session.id), ended) if had_power else (ended,)
