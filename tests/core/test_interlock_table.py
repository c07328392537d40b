"""Single cells of the table, as a person would ask for them."""

import pytest

from core.interlock import (
    TABLE,
    Accept,
    AddLock,
    Cap,
    CloseRelay,
    Energise,
    Extend,
    ExtractionOn,
    Handover,
    Journal,
    LeaseEnd,
    Lift,
    LiftLock,
    Lock,
    Policy,
    Quiet,
    Ready,
    Refuse,
    SetInhibit,
    State,
    Stop,
    step,
)
from core.vocabulary import Inhibit, LockKind, Phase, Reason, StopReason
from tests.core.interlock_world import ANN, BO, CARE, DANGER, HERS, HIS, OUT

LASER = Policy(pre_run_s=45, run_on_s=180, needs_extraction=True, sensor="current")
PRINTER = Policy(pre_run_s=0, run_on_s=0)


def after(*happenings, policy=LASER, state=None):
    """The state after these events, from idle."""
    state = state or State()
    for event in happenings:
        state, _ = step(state, event, policy)
    return state


def answer(state, event, policy=LASER):
    acts = step(state, event, policy)[1]
    return acts[-1].code if isinstance(acts[-1], Refuse) else None


IN_USE = after(Energise(BO), Ready())

REFUSED = (
    (SetInhibit(Inhibit.ESTOP), Reason.ESTOP),
    (AddLock(HERS), Reason.LOCKOUT),
    (SetInhibit(Inhibit.FAULT), Reason.FAULT),
    (AddLock(DANGER), Reason.MACHINE_DOWN),
    (AddLock(OUT), Reason.MACHINE_DOWN),
    (SetInhibit(Inhibit.EXTRACTION), Reason.RESOURCE_DOWN),
    (SetInhibit(Inhibit.STALE), Reason.STALE),
    (SetInhibit(Inhibit.JOURNAL), Reason.FAULT),
)


@pytest.mark.parametrize("first", range(len(REFUSED)))
def test_the_first_reason_of_the_list_is_the_one_given(first):
    state = after(*(event for event, _ in REFUSED[first:]))
    assert answer(state, Energise(BO, late=True)) is REFUSED[first][1]


def test_occupied_comes_before_everything_and_late_before_repeated():
    assert answer(IN_USE, Energise(ANN, late=True)) is Reason.OCCUPIED
    assert answer(State(), Energise(BO, late=True, repeated=True)) is Reason.LATE
    assert answer(State(), Energise(BO, repeated=True)) is Reason.REPEATED


def test_bypass_behaves_as_extraction_does_but_for_its_reason():
    for inhibit in (Inhibit.EXTRACTION, Inhibit.BYPASS):
        gone = after(SetInhibit(inhibit), state=IN_USE)
        assert (gone.phase, gone.session) == (Phase.RUN_ON, None)
        assert answer(gone, Energise(BO)) is not None
        assert answer(after(Lift(inhibit), state=gone), Energise(BO)) is None


def test_extraction_means_nothing_where_it_is_not_needed():
    assert after(SetInhibit(Inhibit.EXTRACTION), policy=PRINTER) == State()


def test_a_start_without_pre_run_is_one_transaction_then_air_then_power():
    acts = step(State(), Energise(BO), PRINTER)[1]
    assert [type(act) for act in acts] == [Journal, ExtractionOn, CloseRelay, Accept]
    assert [record.type for record in acts[0].records] == ["session-start", "power-on"]


def test_in_run_on_the_next_person_needs_no_pre_run():
    state = after(SetInhibit(Inhibit.STALE), Lift(Inhibit.STALE), state=State(phase=Phase.RUN_ON))
    assert after(Energise(ANN), state=state).phase is Phase.IN_USE


def test_a_machine_that_draws_while_off_is_a_fault_for_whoever_taps():
    state, acts = step(State(busy=True), Energise(BO), LASER)
    assert Inhibit.FAULT in state.inhibits
    assert acts[-1] == Refuse(Reason.FAULT)


def test_the_reason_that_asked_for_the_stop_ends_the_session():
    for asked, reason in ((Stop(None, StopReason.BADGE_OUT), "badge-out"), (LeaseEnd(), "slot-end")):
        ending = after(asked, state=IN_USE)
        assert ending.phase is Phase.ENDING
        _, acts = step(ending, Quiet(), LASER)
        assert acts[1].records[-1].data["reason"] == reason


def test_an_extension_brings_an_ending_session_back_and_calls_off_the_alarm():
    alarmed = after(LeaseEnd(), Cap(), state=IN_USE)
    assert alarmed.alarm
    back = after(Extend("s1", 99), state=alarmed)
    assert (back.phase, back.alarm, back.session.until_ms, back.session.asked) == (
        Phase.IN_USE,
        False,
        99,
        None,
    )


def test_a_machine_without_a_cap_is_never_overrun():
    unlimited = Policy(cap_s=None)
    assert step(after(LeaseEnd(), state=IN_USE), Cap(), unlimited)[1] == ()


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.STARTING, Phase.RUN_ON])
def test_nothing_is_handed_over_that_does_not_run(phase):
    session = BO if phase is Phase.STARTING else None
    assert answer(State(phase=phase, session=session), Handover(ANN)) is Reason.OCCUPIED


def test_maintenance_lives_with_what_was_there_before_and_its_own_lock():
    state = after(AddLock(DANGER), AddLock(OUT), SetInhibit(Inhibit.STALE), AddLock(HERS))
    caring = after(Energise(CARE), Ready(), state=state)
    assert caring.power
    assert after(AddLock(Lock("k9", LockKind.LOCKOUT, "ann")), state=caring).power
    for cut in (AddLock(HIS), AddLock(Lock("d2", LockKind.DANGER, "")), SetInhibit(Inhibit.FAULT)):
        assert not after(cut, state=caring).power
    assert not after(LiftLock("k1"), state=caring).power


def test_nothing_that_link_hub_or_broker_do_is_an_event():
    assert {event.__name__ for event in TABLE} == {
        "AddLock",
        "Boot",
        "Busy",
        "Cap",
        "Energise",
        "Extend",
        "Handover",
        "Idle",
        "LeaseEnd",
        "Lift",
        "LiftLock",
        "Quiet",
        "Ready",
        "RunOnOver",
        "SelfcheckBad",
        "SetInhibit",
        "Stop",
        "StopNow",
    }
