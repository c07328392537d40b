"""How does a session start, change hands and end? The cells of the table with a session in them."""

from collections.abc import Mapping
from dataclasses import replace

from core.interlock import events as ev
from core.interlock.acts import Accept, Record, Refuse
from core.interlock.change import Change, asked_to_stop, end, power_off, session_id
from core.interlock.inhibiting import set_inhibit
from core.interlock.refusals import extension_refused, handover_refused, start_refused
from core.interlock.state import Policy, Session, State
from core.vocabulary import EndQuality, Inhibit, Phase, Reason, StopReason


def energise(state: State, event: ev.Energise, policy: Policy) -> Change:
    """A tap: the pre-run begins, or power where nothing has to run before."""
    refused = start_refused(state, event.session, late=event.late, repeated=event.repeated)
    if state.busy and Inhibit.BYPASS not in state.inhibits:
        # It draws though its relay is open: a start would only hide the welded contact.
        fault = set_inhibit(state, ev.SetInhibit(Inhibit.FAULT, "power-without-session"), policy)
        return fault._replace(answer=Refuse(refused or Reason.FAULT))
    if refused:
        return Change(state, (), Refuse(refused))
    begun = (_session_start(event.session, event.facts),)
    if policy.pre_run_s > 0 and state.phase is Phase.IDLE:
        return Change(replace(state, phase=Phase.STARTING, session=event.session), begun, Accept())
    on = State(
        Phase.IN_USE, state.inhibits, state.locks, event.session, state.busy, state.alarm
    )  # `replace` asks for each field by name: a tap waits for this one
    return Change(on, (*begun, Record("power-on", event.session.id)), Accept())


def energise_again(state: State, event: ev.Energise, _policy: Policy) -> Change:
    """The same session asks twice: the same answer; another one: occupied."""
    same = state.session is not None and state.session.id == event.session.id
    return Change(state, (), Accept() if same else Refuse(Reason.OCCUPIED))


def ready(state: State, event: ev.Ready, policy: Policy) -> Change:
    """The pre-run is over: power, unless its timer fired too late to be trusted."""
    if event.late:
        return end(state, StopReason.INTERRUPTED, policy)
    return Change(replace(state, phase=Phase.IN_USE), (Record("power-on", session_id(state)),))


def selfcheck_bad(state: State, _event: ev.SelfcheckBad, policy: Policy) -> Change:
    """The self-check failed: a fault, and the session is over before it had power."""
    return set_inhibit(state, ev.SetInhibit(Inhibit.FAULT, "relay-mismatch"), policy)


def handover(state: State, event: ev.Handover, _policy: Policy) -> Change:
    """The next person takes the running, idle machine; the interval is split at one instant."""
    refused = handover_refused(state, event.session, late=event.late, repeated=event.repeated)
    if refused or (state.session and state.session.id == event.session.id):
        return Change(state, (), Refuse(refused or Reason.REPEATED))
    records = (
        *power_off(state.session, had_power=True, reason=StopReason.HAND_OVER, quality=EndQuality.EXACT),
        _session_start(event.session, event.facts),
        Record("power-on", event.session.id),
    )
    return Change(replace(state, phase=Phase.IN_USE, session=event.session, alarm=False), records, Accept())


def handover_refuse(state: State, _event: ev.Handover, _policy: Policy) -> Change:
    """Nothing runs that could be taken over."""
    return Change(state, (), Refuse(Reason.OCCUPIED))


def extend(state: State, event: ev.Extend, _policy: Policy) -> Change:
    """More time for the session that has power."""
    refused = extension_refused(state, event.session)
    if refused or state.session is None:
        return Change(state, (), Refuse(refused or Reason.NOT_FOUND))
    longer = replace(state.session, until_ms=event.until_ms, until=event.until, asked=None)
    record = Record("extend", longer.id, {"until": event.until, "by": event.by})
    return Change(replace(state, phase=Phase.IN_USE, session=longer, alarm=False), (record,), Accept())


def extend_refuse(state: State, _event: ev.Extend, _policy: Policy) -> Change:
    """Nothing with power to extend."""
    return Change(state, (), Refuse(Reason.NOT_FOUND))


def stop(state: State, event: ev.Stop, policy: Policy) -> Change:
    """Asked to stop: before power, at once; with power, as the machine's policy says."""
    if not _meant(state, event.session):
        return Change(state, (), Accept())
    return asked_to_stop(state, event.reason, event.by, policy)


def lease_end(state: State, _event: ev.LeaseEnd, policy: Policy) -> Change:
    """The lease is over: as a stop."""
    return stop(state, ev.Stop(None, StopReason.SLOT_END), policy)


def stop_now(state: State, event: ev.StopNow, policy: Policy) -> Change:
    """End at once, whatever the policy."""
    if not _meant(state, event.session):
        return Change(state, (), Accept())
    return end(state, event.reason, policy)


def quiet(state: State, _event: ev.Quiet, policy: Policy) -> Change:
    """The job is finished: power off. Never while it draws."""
    if state.busy or state.session is None:
        return Change(state)
    return end(state, state.session.asked or StopReason.SLOT_END, policy)


def cap(state: State, _event: ev.Cap, policy: Policy) -> Change:
    """Ending for too long: call staff, or cut where staff chose so."""
    if policy.cap_s is None:
        return Change(state)
    if policy.at_cap == "cut":
        return end(state, StopReason.SLOT_END, policy)
    return Change(replace(state, alarm=True), (Record("overrun", session_id(state)),))


def run_on_over(state: State, _event: ev.RunOnOver, _policy: Policy) -> Change:
    """The air is clean."""
    return Change(replace(state, phase=Phase.IDLE))


def accept(state: State, _event: object, _policy: Policy) -> Change:
    """Nothing to do, and that is what was asked for."""
    return Change(state, (), Accept())


def _meant(state: State, asked_for: str | None) -> bool:
    """Is the open session the one that was asked for?"""
    return state.session is not None and asked_for in {None, state.session.id}


def _session_start(session: Session, facts: Mapping[str, object]) -> Record:
    data = {**facts, "who": session.who, "kind": session.kind._value_, "until": session.until}
    return Record("session-start", session.id, data)
