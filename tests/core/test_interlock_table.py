"""Single cells of the table, as a person would ask for them."""

from dataclasses import replace

import pytest

from core.interlock import (
    TABLE,
    Accept,
    AddLock,
    Boot,
    Busy,
    Cap,
    CloseRelay,
    Energise,
    Extend,
    ExtractionOff,
    ExtractionOn,
    Handover,
    Idle,
    Journal,
    LeaseEnd,
    Lift,
    LiftLock,
    Lock,
    OpenRelay,
    Policy,
    Quiet,
    Ready,
    Refuse,
    RunOnOver,
    SetInhibit,
    State,
    Stop,
    StopNow,
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


def test_who_may_not_maintain_reads_the_emergency_stop_first_and_the_lockout_else():
    not_hers = after(AddLock(HIS))
    assert answer(not_hers, Energise(CARE)) is Reason.LOCKOUT
    assert answer(after(SetInhibit(Inhibit.ESTOP), state=not_hers), Energise(CARE)) is Reason.ESTOP
    assert (
        answer(State(), Energise(CARE)) is Reason.LOCKOUT
    )  # nothing is locked: there is nothing to maintain


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


def test_an_emergency_stop_counts_where_no_extraction_is_needed_too():
    running = after(Energise(BO), policy=PRINTER)
    assert after(SetInhibit(Inhibit.ESTOP), policy=PRINTER, state=running).inhibits == {Inhibit.ESTOP}


def test_out_of_order_asks_a_use_to_stop_and_says_nothing_to_who_is_ending_or_maintains():
    asked = after(AddLock(OUT), state=IN_USE)
    assert (asked.phase, asked.session.asked) == (Phase.ENDING, StopReason.STAFF_STOP)
    ending = after(LeaseEnd(), state=IN_USE)
    assert after(AddLock(OUT), state=ending).session == ending.session
    maintained = after(AddLock(HERS), Energise(CARE), Ready())
    assert after(AddLock(OUT), state=maintained).phase is Phase.IN_USE


def test_bypass_and_a_report_have_records_of_their_own():
    def types(event, state):
        return [record.type for record in step(state, event, LASER)[1][0].records]

    on = after(SetInhibit(Inhibit.BYPASS))
    assert types(SetInhibit(Inhibit.BYPASS), State()) == ["bypass-on", "inhibit-set"]
    assert types(Lift(Inhibit.BYPASS), on) == ["bypass-off", "inhibit-lifted"]
    assert types(AddLock(DANGER, cause="report"), State()) == ["report", "inhibit-set"]
    assert types(AddLock(DANGER), State()) == ["inhibit-set"]
    mismatch = SetInhibit(Inhibit.FAULT, "relay-mismatch")
    assert types(mismatch, State()) == ["relay-mismatch", "inhibit-set"]
    assert types(SetInhibit(Inhibit.FAULT, "memory lost"), State()) == ["inhibit-set"]
    assert types(Lift(Inhibit.ESTOP), after(SetInhibit(Inhibit.ESTOP))) == ["inhibit-lifted"]


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
    back = after(Extend("s1", 99, "later"), state=alarmed)
    lease = back.session.until_ms, back.session.until, back.session.asked
    assert (back.phase, back.alarm, lease) == (Phase.IN_USE, False, (99, "later", None))


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
    for cut in (AddLock(HIS), AddLock(Lock("d2", LockKind.DANGER, "ann")), SetInhibit(Inhibit.FAULT)):
        assert not after(cut, state=caring).power
    assert not after(LiftLock("k1"), state=caring).power


def test_maintenance_lives_until_her_last_lockout_goes():
    hers_too = Lock("k9", LockKind.LOCKOUT, "ann")
    caring = after(AddLock(DANGER), AddLock(HERS), AddLock(hers_too), Energise(CARE), Ready())
    assert after(LiftLock("d1"), state=caring).power
    one_left = after(LiftLock("k1"), state=caring)
    assert one_left.power
    assert not after(LiftLock("k9"), state=one_left).power


def test_busy_and_idle_are_written_once_each():
    assert step(State(busy=True), Busy(), LASER)[1] == ()
    assert step(State(), Idle(), LASER)[1] == ()


def test_a_boot_keeps_what_is_latched_and_reads_the_rest_again():
    all_set = State(inhibits=frozenset(Inhibit), busy=True)
    back = after(Boot(), state=all_set)
    assert back.inhibits == {Inhibit.ESTOP, Inhibit.FAULT, Inhibit.DANGER, Inhibit.LOCKOUT, Inhibit.OUT}
    assert not back.busy
    assert not after(Boot(), state=replace(after(LeaseEnd(), Cap(), state=IN_USE), busy=True)).alarm


@pytest.mark.parametrize(("state", "quality"), [(IN_USE, "estimated"), (after(Energise(BO)), "exact")])
def test_a_boot_estimates_the_end_of_a_power_that_nobody_saw_end(state, quality):
    acts = step(state, Boot(), LASER)[1]
    assert [type(act) for act in acts[:2]] == [OpenRelay, Journal]
    assert acts[1].records[-1].data == {"reason": "interrupted", "end_quality": quality}
    assert not any(isinstance(act, Accept) for act in acts)  # nobody has asked


@pytest.mark.parametrize("asked", [Stop("s9", StopReason.IDLE), StopNow("s9", StopReason.STAFF_STOP)])
@pytest.mark.parametrize("state", [IN_USE, after(Energise(BO)), after(LeaseEnd(), state=IN_USE)])
def test_a_stop_that_means_another_session_stops_nobody(asked, state):
    assert step(state, asked, LASER) == (state, (Accept(),))


@pytest.mark.parametrize("state", [IN_USE, after(Energise(BO)), after(LeaseEnd(), state=IN_USE)])
def test_who_asks_twice_for_his_own_session_hears_yes_again(state):
    assert step(state, Energise(BO), LASER) == (state, (Accept(),))
    assert answer(state, Energise(ANN)) is Reason.OCCUPIED


def test_a_pre_run_that_ended_too_late_is_over_without_power():
    state, acts = step(after(Energise(BO)), Ready(late=True), LASER)
    assert state == State()
    assert acts[0].records[-1].data["reason"] == "interrupted"


def test_a_hand_over_brings_an_ending_machine_back_into_use():  # R39
    taken = after(LeaseEnd(), Cap(), Handover(ANN), state=IN_USE)
    assert (taken.phase, taken.session, taken.alarm) == (Phase.IN_USE, ANN, False)


HANDS = (
    (IN_USE, Handover(BO), Reason.REPEATED),
    (IN_USE, Handover(ANN, late=True), Reason.LATE),
    (IN_USE, Handover(ANN, repeated=True), Reason.REPEATED),
    (IN_USE, Handover(CARE), Reason.OCCUPIED),
    (after(Busy(), state=IN_USE), Handover(ANN), Reason.DRAWING),
    (after(SetInhibit(Inhibit.STALE), state=IN_USE), Handover(ANN), Reason.STALE),
    (after(AddLock(HERS), Energise(CARE), Ready()), Handover(ANN), Reason.OCCUPIED),
    (IN_USE, Extend("s9", 9), Reason.NOT_FOUND),
    (after(Energise(BO)), Extend("s1", 9), Reason.NOT_FOUND),
    (after(SetInhibit(Inhibit.STALE), state=IN_USE), Extend("s1", 9), Reason.STALE),
    (after(SetInhibit(Inhibit.BYPASS), state=State(busy=True)), Energise(BO), Reason.MACHINE_DOWN),
    (after(SetInhibit(Inhibit.ESTOP), state=State(busy=True)), Energise(BO), Reason.ESTOP),
)


@pytest.mark.parametrize("number", range(len(HANDS)))
def test_who_may_not_take_over_or_go_on_is_told_why_and_nothing_moves(number):
    state, asked, why = HANDS[number]
    after_it, acts = step(state, asked, LASER)
    assert acts[-1] == Refuse(why)
    assert (after_it.phase, after_it.session) == (state.phase, state.session)


def test_the_alarm_is_written_and_a_run_on_ends():
    alarmed, acts = step(after(LeaseEnd(), state=IN_USE), Cap(), LASER)
    assert alarmed.alarm
    assert [(one.type, one.session) for one in acts[0].records] == [("overrun", "s1")]
    assert step(State(phase=Phase.RUN_ON), RunOnOver(), LASER) == (State(), (ExtractionOff(),))


def test_a_bypassed_machine_that_draws_is_no_fault():
    bypassed = after(SetInhibit(Inhibit.BYPASS), state=State(busy=True))
    assert after(Energise(BO), state=bypassed).inhibits == {Inhibit.BYPASS}


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
