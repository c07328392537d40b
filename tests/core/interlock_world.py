"""Every reachable state of the interlock, every event in it, and what must hold in each cell.

`LAWS` are the sentences of docs/interlock.md, "What must hold": a law says True for a cell it allows.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

from core.interlock import (
    CUTTING,
    KEPT,
    Accept,
    AddLock,
    Boot,
    Busy,
    Cap,
    CloseRelay,
    Energise,
    Extend,
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
    SelfcheckBad,
    Session,
    SetInhibit,
    State,
    Stop,
    StopNow,
    step,
)
from core.vocabulary import Inhibit, LockKind, Phase, SessionKind, StopReason

BO = Session("s1", SessionKind.USE, "bo", 1)
ANN = Session("s2", SessionKind.USE, "ann", 1)
CARE = Session("m1", SessionKind.MAINTENANCE, "ann", 1)
HERS = Lock("k1", LockKind.LOCKOUT, "ann")
HIS = Lock("k2", LockKind.LOCKOUT, "cem")
DANGER = Lock("d1", LockKind.DANGER, "")
OUT = Lock("o1", LockKind.OUT, "")
LOCKS = (HERS, HIS, DANGER, OUT)
LOCKLESS = (Inhibit.ESTOP, Inhibit.FAULT, Inhibit.EXTRACTION, Inhibit.STALE, Inhibit.JOURNAL)
"""BYPASS behaves as EXTRACTION does (its own test says so)."""
KIND_OF = {Inhibit.LOCKOUT: LockKind.LOCKOUT, Inhibit.DANGER: LockKind.DANGER, Inhibit.OUT: LockKind.OUT}
OPEN = {Phase.STARTING, Phase.IN_USE, Phase.ENDING}
POLICIES = tuple(
    Policy(stop, cap_s, at_cap, pre_run_s, run_on_s, needs_extraction=True, sensor="current")
    for stop, (cap_s, at_cap), pre_run_s, run_on_s in product(
        ("finish", "now"), ((None, "alarm"), (1200, "alarm"), (1200, "cut")), (0, 45), (0, 180)
    )
)
"""All 24: stop x cap x pre-run x run-on."""


def events(inhibits=LOCKLESS, locks=LOCKS):
    """One of each event that can tell two cells apart."""
    return (
        Energise(BO),
        Energise(ANN),
        Energise(CARE),
        Energise(BO, late=True),
        Energise(BO, repeated=True),
        Handover(ANN),
        Handover(BO),
        Handover(CARE),
        Handover(ANN, late=True),
        Ready(),
        Ready(late=True),
        SelfcheckBad(),
        Extend("s1", 1),
        Extend("m1", 1),
        Stop(None, StopReason.BADGE_OUT),
        Stop("s1", StopReason.IDLE),
        LeaseEnd(),
        Quiet(),
        Cap(),
        StopNow(None, StopReason.STAFF_STOP),
        RunOnOver(),
        Busy(),
        Idle(),
        Boot(),
        *(SetInhibit(inhibit) for inhibit in inhibits),
        *(Lift(inhibit) for inhibit in (*inhibits, Inhibit.LOCKOUT, Inhibit.DANGER)),
        *(AddLock(lock) for lock in locks),
        *(LiftLock(lock.id) for lock in locks),
    )


@dataclass(eq=False)
class Cell:
    """One step: what was, what happened, what is, and what the keeper does."""

    before: State
    event: object
    after: State
    acts: tuple
    policy: Policy

    @cached_property
    def records(self):
        return tuple(record for act in self.acts if isinstance(act, Journal) for record in act.records)

    @cached_property
    def types(self):
        return tuple(record.type for record in self.records)

    @cached_property
    def cut(self):
        return self.before.power and not self.after.power

    @cached_property
    def risen(self):
        return self.after.power and not self.before.power

    def place(self, kind, default):
        """Where the first act of that kind stands."""
        return next((number for number, act in enumerate(self.acts) if isinstance(act, kind)), default)


def cells(policy, happenings):
    """Every cell that can be reached from a first boot."""
    reached, waiting = {State()}, [State()]
    while waiting:
        before = waiting.pop()
        for event in happenings:
            after, acts = step(before, event, policy)
            yield Cell(before, event, after, acts, policy)
            if after not in reached:
                reached.add(after)
                waiting.append(after)


# --- what must hold -----------------------------------------------------------------------------------------


def power_only_by_a_start(cell):
    return not cell.risen or isinstance(cell.event, Energise | Ready)


def journal_before_the_relay_closes(cell):
    if not cell.risen:
        return cell.place(CloseRelay, -1) == -1
    written = "power-on" in cell.types and cell.types.count("power-on") == 1
    return written and cell.place(Journal, 99) < cell.place(CloseRelay, -1)


def the_relay_opens_before_its_record(cell):
    if not cell.cut:
        return isinstance(cell.event, Boot) == (cell.place(OpenRelay, -1) != -1)
    return "power-off" in cell.types and cell.place(OpenRelay, 99) < cell.place(Journal, -1)


def an_inhibit_goes_only_by_its_own_lifting(cell):
    for gone in cell.before.inhibits - cell.after.inhibits:
        by_boot = isinstance(cell.event, Boot) and gone not in KEPT
        if not (by_boot or _lifts(cell, gone)):
            return False
    gone_locks = {lock.id for lock in cell.before.locks - cell.after.locks}
    return not gone_locks or (isinstance(cell.event, LiftLock) and gone_locks == {cell.event.id})


def _lifts(cell, inhibit):
    if inhibit in KIND_OF:
        lock = isinstance(cell.event, LiftLock) and cell.before.lock(cell.event.id)
        return bool(lock) and lock.kind is KIND_OF[inhibit]
    return isinstance(cell.event, Lift) and cell.event.inhibit is inhibit


def lifting_never_restarts(cell):
    return not (isinstance(cell.event, Lift | LiftLock) and (cell.risen or cell.place(CloseRelay, -1) != -1))


def anothers_lock_is_never_powered(cell):
    owners = {lock.owner for lock in cell.after.locks if lock.kind is LockKind.LOCKOUT}
    if not (cell.after.power and owners):
        return True
    return cell.after.session.kind is SessionKind.MAINTENANCE and owners == {cell.after.session.who}


def finish_never_cuts_a_busy_machine(cell):
    if not (cell.cut and cell.before.busy and cell.policy.stop == "finish"):
        return True
    return isinstance(cell.event, StopNow | Boot | LiftLock) or _hard_cause(cell)


def _hard_cause(cell):
    """A cutting inhibit or lock that is new, or the cap where staff chose to cut."""
    match cell.event:
        case SetInhibit(inhibit):
            return inhibit in CUTTING and inhibit not in cell.before.inhibits
        case AddLock(lock):
            return lock.kind is not LockKind.OUT and lock not in cell.before.locks
        case Cap():
            return cell.policy.cap_s is not None and cell.policy.at_cap == "cut"
    return False


def a_running_use_is_cut_only_by_a_cause(cell):
    if not cell.cut or cell.before.session.kind is not SessionKind.USE:
        return True
    if isinstance(cell.event, StopNow | Boot) or _hard_cause(cell):
        return True
    if isinstance(cell.event, Quiet):
        return cell.before.phase is Phase.ENDING and not cell.before.busy
    asked = isinstance(cell.event, Stop | LeaseEnd) or cell.event == AddLock(OUT)
    return asked and cell.policy.stop == "now"


def run_on_follows_every_power(cell):
    if cell.cut and cell.policy.run_on_s > 0:
        return cell.after.phase is Phase.RUN_ON
    if cell.after.phase is Phase.RUN_ON and cell.before.phase is not Phase.RUN_ON:
        return cell.cut and cell.policy.run_on_s > 0
    left = cell.before.phase is Phase.RUN_ON and cell.after.phase is not Phase.RUN_ON
    return not left or cell.risen or isinstance(cell.event, RunOnOver)


def a_handover_keeps_the_relay_and_splits_in_one_transaction(cell):
    changed = cell.before.session and cell.after.session and cell.before.session.id != cell.after.session.id
    if not changed:
        return not isinstance(cell.event, Handover) or (not cell.records and cell.before == cell.after)
    return (
        isinstance(cell.event, Handover)
        and not cell.before.busy
        and not cell.before.inhibits
        and cell.acts == (Journal(cell.records), Accept())
        and cell.types == ("power-off", "session-end", "session-start", "power-on")
    )


def every_start_ends_once(cell):
    if not cell.records:
        return bool(cell.before.session) == bool(cell.after.session) and cell.before.power == cell.after.power
    sessions = bool(cell.before.session) + _count(cell, "session-start") - _count(cell, "session-end")
    powers = cell.before.power + _count(cell, "power-on") - _count(cell, "power-off")
    ended = [record.session for record in cell.records if record.type == "session-end"]
    right = not ended or ended == [cell.before.session.id]
    return sessions == bool(cell.after.session) and powers == cell.after.power and right


def _count(cell, kind):
    return cell.types.count(kind)


def no_session_starts_under_an_inhibit(cell):
    if "session-start" not in cell.types:
        return True
    if cell.after.session.kind is SessionKind.USE:
        return not cell.before.inhibits and not cell.after.inhibits
    tolerated = {Inhibit.LOCKOUT, Inhibit.OUT, Inhibit.STALE, Inhibit.DANGER}
    return Inhibit.LOCKOUT in cell.before.inhibits and cell.after.inhibits <= tolerated


def after_a_boot_all_is_open(cell):
    return not isinstance(cell.event, Boot) or (not cell.after.power and cell.after.session is None)


def a_cutting_inhibit_has_no_power(cell):
    if not cell.after.power:
        return True
    spared = (
        {Inhibit.LOCKOUT, Inhibit.DANGER} if cell.after.session.kind is SessionKind.MAINTENANCE else set()
    )
    return not (cell.after.inhibits & CUTTING) - spared


def the_state_makes_sense(cell):
    locked = {
        inhibit for inhibit, kind in KIND_OF.items() if kind in {lock.kind for lock in cell.after.locks}
    }
    return (
        bool(cell.after.session) == (cell.after.phase in OPEN)
        and cell.after.inhibits & set(KIND_OF) == locked
        and sum(isinstance(act, Journal) for act in cell.acts) <= 1
        and (not cell.after.alarm or cell.after.phase is Phase.ENDING)
    )


def a_request_is_answered(cell):
    asks = isinstance(cell.event, Energise | Handover | Extend | Stop | StopNow | AddLock | LiftLock)
    return not asks or isinstance((None, *cell.acts)[-1], Accept | Refuse)


def what_changed_is_written(cell):
    """Whatever a boot must know again, or the hub must hear, stands in a record."""
    told = cell.before.session, cell.before.inhibits, cell.before.locks, cell.before.busy
    now = cell.after.session, cell.after.inhibits, cell.after.locks, cell.after.busy
    return told == now or bool(cell.records)


def what_stops_now_stops_at_once(cell):
    """A machine whose policy is `now` never lingers; one before its power never either."""
    asked = isinstance(cell.event, LeaseEnd | StopNow) or cell.event == Stop(None, StopReason.BADGE_OUT)
    if not asked or cell.before.session is None or cell.before.phase is Phase.ENDING:
        return True
    at_once = (
        cell.policy.stop == "now" or cell.before.phase is Phase.STARTING or isinstance(cell.event, StopNow)
    )
    return not at_once or cell.after.session is None


def each_inhibit_and_lock_has_its_own_records(cell):
    """One record for what came or went, naming it and the session; none for what was so before."""
    boot = isinstance(cell.event, Boot)
    came = cell.after.inhibits - cell.before.inhibits, cell.after.locks - cell.before.locks
    gone = cell.before.inhibits - cell.after.inhibits, cell.before.locks - cell.after.locks
    return _told(cell, "inhibit-set", *came) and (boot or _told(cell, "inhibit-lifted", *gone))


def _told(cell, kind, inhibits, locks):
    told = [record.data for record in cell.records if record.type == kind]
    named = {data["inhibit"] for data in told} >= set(inhibits)
    locked = [data["lock"] for data in told if data["lock"]] == [lock.id for lock in locks]
    return named and locked and bool(told) == bool(inhibits or locks)


def records_name_the_session_that_is_open(cell):
    open_one = cell.before.session.id if cell.before.session else None
    told = {"busy", "idle", "inhibit-set", "power-off", "session-end", "ending", "overrun", "extend"}
    return all(record.session == open_one for record in cell.records if record.type in told)


LAWS = (
    power_only_by_a_start,
    journal_before_the_relay_closes,
    the_relay_opens_before_its_record,
    an_inhibit_goes_only_by_its_own_lifting,
    lifting_never_restarts,
    anothers_lock_is_never_powered,
    finish_never_cuts_a_busy_machine,
    a_running_use_is_cut_only_by_a_cause,
    run_on_follows_every_power,
    a_handover_keeps_the_relay_and_splits_in_one_transaction,
    every_start_ends_once,
    no_session_starts_under_an_inhibit,
    after_a_boot_all_is_open,
    a_cutting_inhibit_has_no_power,
    the_state_makes_sense,
    a_request_is_answered,
    what_changed_is_written,
    what_stops_now_stops_at_once,
    each_inhibit_and_lock_has_its_own_records,
    records_name_the_session_that_is_open,
)


def first_breach(policy, happenings, laws=LAWS):
    """The first law that breaks, with its cell; None when all hold everywhere."""
    for cell in cells(policy, happenings):
        for law in laws:
            if not law(cell):
                return law.__name__, cell
    return None
