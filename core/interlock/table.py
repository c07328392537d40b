"""Which phase follows which event? The table of docs/interlock.md as data, and `step` that reads it.

Rules: a cell says the next state, the records and the answer; relay and extraction are never named
in a cell: `step` derives them from the two states, the relay's opening before the records, its
closing after them. An event without a cell in a phase is ignored.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from core.interlock import events as ev
from core.interlock import inhibiting, sessions
from core.interlock.acts import Accept, Act, CloseRelay, ExtractionOff, ExtractionOn, Journal, OpenRelay
from core.interlock.change import Change
from core.interlock.state import Policy, State
from core.vocabulary import Phase

Cell = Callable[[State, Any, Policy], Change]  # each cell names the one event it takes

IDLE, STARTING, IN_USE, ENDING, RUN_ON = Phase


def accept(state: State, _event: object, _policy: Policy) -> Change:
    """Nothing to do, and that is what was asked for."""
    return Change(state, (), Accept())


def _everywhere(cell: Cell) -> dict[Phase, Cell]:
    return dict.fromkeys(Phase, cell)


TABLE: Final[Mapping[type, Mapping[Phase, Cell]]] = {
    ev.Energise: {
        IDLE: sessions.energise,
        STARTING: sessions.energise_again,
        IN_USE: sessions.energise_again,
        ENDING: sessions.energise_again,
        RUN_ON: sessions.energise,
    },
    ev.Ready: {STARTING: sessions.ready},
    ev.SelfcheckBad: {STARTING: sessions.selfcheck_bad},
    ev.Handover: _everywhere(sessions.handover_refuse)
    | {IN_USE: sessions.handover, ENDING: sessions.handover},
    ev.Extend: _everywhere(sessions.extend_refuse) | {IN_USE: sessions.extend, ENDING: sessions.extend},
    ev.Stop: _everywhere(accept) | {STARTING: sessions.stop, IN_USE: sessions.stop},
    ev.LeaseEnd: {STARTING: sessions.lease_end, IN_USE: sessions.lease_end},
    ev.Quiet: {ENDING: sessions.quiet},
    ev.Cap: {ENDING: sessions.cap},
    ev.StopNow: _everywhere(accept)
    | {STARTING: sessions.stop_now, IN_USE: sessions.stop_now, ENDING: sessions.stop_now},
    ev.RunOnOver: {RUN_ON: sessions.run_on_over},
    ev.Busy: _everywhere(inhibiting.busy),
    ev.Idle: _everywhere(inhibiting.idle),
    ev.SetInhibit: _everywhere(inhibiting.set_inhibit),
    ev.Lift: _everywhere(inhibiting.lift),
    ev.AddLock: _everywhere(inhibiting.add_lock),
    ev.LiftLock: _everywhere(inhibiting.lift_lock),
    ev.Boot: _everywhere(inhibiting.boot),
}


def step(state: State, event: ev.Event, policy: Policy) -> tuple[State, tuple[Act, ...]]:
    """The state after `event`, and what the keeper has to do, in order."""
    cell = TABLE[type(event)].get(state.phase)
    if cell is None:
        return state, ()
    change = cell(state, event, policy)
    return change.state, _acts(state, change, booting=isinstance(event, ev.Boot))


def _acts(before: State, change: Change, *, booting: bool) -> tuple[Act, ...]:
    """Relay open, records, extraction, relay closed, answer: the one order of the house."""
    after = change.state
    had_power, has_power = before.power, after.power
    had_air, has_air = before.extraction, after.extraction
    acts: list[Act] = []
    if (had_power and not has_power) or booting:
        acts.append(OpenRelay())
    if change.records:
        acts.append(Journal(change.records))
    if has_air and (booting or not had_air):
        acts.append(ExtractionOn())
    if has_power and not had_power:
        acts.append(CloseRelay())
    if not has_air and (booting or had_air):
        acts.append(ExtractionOff())
    if change.answer is not None:
        acts.append(change.answer)
    return tuple(acts)
