"""The relay's pin, edge by edge, in a real process: never on outside a journalled session, never off without a cause.

The keeper runs as on a board, over lgpio's calls; its trace lies in a file that outlives it. After its death the
trace is held against the journal as it lies on the disk. Every start meets every stop; every signal and crash
comes in every phase; each for both kinds of relay board.
"""

import resource
import signal

import pytest

from tests.faults.traced import Traced, breach, journalled_spans, powered_spans

pytestmark = pytest.mark.parametrize("active_high", [True, False], ids=["active-high", "active-low"])


@pytest.fixture
def machine(tmp_path, active_high):
    made = Traced(tmp_path, active_high=active_high)
    yield made
    made.close()


# --- starts: afterwards `session` has power -------------------------------------------------------------------


def with_pre_run(machine, session):
    assert machine.tap(session)["msg"] == "ok"
    machine.pass_s(45)


def without_pre_run(machine, session):
    machine.policy(pre_run_s=0, at_cap="cut")
    assert machine.tap(session)["msg"] == "ok"


def from_run_on(machine, session):
    with_pre_run(machine, f"{session}-before")
    machine.stop(f"{session}-before", "staff-stop", "stop-now")
    machine.pass_s(60)
    assert machine.state["phase"] == "run-on"
    assert machine.tap(session)["msg"] == "ok"


def by_hand_over(machine, session):
    with_pre_run(machine, f"{session}-before")
    machine.pass_s(600)
    assert machine.tap(session, msg="handover", who="ann")["msg"] == "ok"


STARTS = [with_pre_run, without_pre_run, from_run_on, by_hand_over]


# --- stops: (what happens, the reason that must stand in the journal, how it is put right) ---------------------


def badge_out(machine, session):
    machine.stop(session)
    machine.pass_s(31)


def slot_end(machine, session):
    machine.set(busy=True)
    machine.pass_s(3600)
    assert machine.state["phase"] == "ending"  # a job that runs is not cut
    machine.set(busy=False)
    machine.pass_s(31)


def asked(reason, msg="stop"):
    def stop(machine, session):
        machine.set(busy=True)
        machine.stop(session, reason, msg)
        machine.set(busy=False)
        machine.pass_s(31)

    return stop


def cap(machine, session):
    machine.set(busy=True)
    machine.stop(session)
    machine.pass_s(1199)
    assert machine.state["phase"] == "ending"
    machine.pass_s(2)
    machine.set(busy=False)


def contact(name, *, active=True, for_s=0):
    def cut(machine, _session):
        machine.set(busy=True)
        machine.set(**{name: active})
        machine.pass_s(for_s)
        machine.set(busy=False)

    return cut


def stop_button(machine, _session):
    machine.set(stop=True)
    machine.set(stop=False)
    machine.pass_s(31)


def locked(kind):
    def lock(machine, session):
        machine.set(busy=True)
        machine.lock(f"{session}-{kind}", kind)
        machine.set(busy=False)

    return lock


def dead_contact(machine, _session):
    machine.tell("follow", 0)
    machine.set(feedback=False)
    machine.pass_s(3)


STOPS = {
    "badge-out": (badge_out, "badge-out"),
    "slot-end": (slot_end, "slot-end"),
    "idle": (asked("idle"), "idle"),
    "stop-button": (stop_button, "stop-button"),
    "staff": (asked("staff-stop", "stop-now"), "staff-stop"),
    "revoked": (asked("revoked"), "revoked"),
    "lockout": (locked("lockout"), "lockout"),
    "estop": (contact("estop"), "estop"),
    "danger-reported": (contact("report"), "danger"),
    "danger-by-staff": (locked("danger"), "danger"),
    "extraction": (contact("extraction_ok", active=False, for_s=2), "extraction"),
    "fault": (dead_contact, "fault"),
    "bypass": (contact("bypass"), "bypass"),
    "cap": (cap, "slot-end"),
}


def put_right(machine):
    """Everything released, reset and lifted; the machine idle."""
    machine.tell("follow", 1)
    machine.set(estop=False, report=False, extraction_ok=True, bypass=False, busy=False, feedback=False)
    machine.pass_s(200)
    for lock in machine.state["locks"]:
        assert machine.lift(lock["id"])["msg"] == "ok"
    for inhibit in {"estop", "fault"} & set(machine.state["inhibits"]):
        assert machine.ask("reset", inhibit=inhibit, by="max")["msg"] == "ok"
    machine.policy(at_cap="cut")
    assert (machine.state["phase"], machine.state["inhibits"]) == ("idle", [])


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.__name__)
def test_every_start_and_every_stop_leave_a_trace_that_the_journal_explains(machine, start):
    machine.start(at_cap="cut")
    for name, (stop, reason) in STOPS.items():
        start(machine, name)
        assert machine.edges[-1][1], f"{name}: no power"
        stop(machine, name)
        assert not machine.edges[-1][1], f"{name}: still on"
        assert machine.records()[-1]["type"] != "power-on"
        ended = [one for one in machine.records() if one["type"] == "session-end" and one["session"] == name]
        assert [one["data"]["reason"] for one in ended] == [reason], name
        put_right(machine)
        assert not machine.edges[-1][1], f"{name}: lifting gave power"
    machine.end(signal.SIGKILL)
    assert breach(machine) is None
    assert len(journalled_spans(machine.records())) == len(powered_spans(machine.edges))


def her_own_lift(machine, lock):
    machine.lift(lock)


def a_second_lock(machine, lock):
    machine.lock(f"{lock}-of-another", owner="cem")


def a_new_danger(machine, _lock):
    machine.set(report=True)


def the_mushroom(machine, _lock):
    machine.set(estop=True)


def lost_air(machine, _lock):
    machine.set(extraction_ok=False)
    machine.pass_s(2)


def the_bypass_key(machine, _lock):
    machine.set(bypass=True)


CUTS = [her_own_lift, a_second_lock, a_new_danger, the_mushroom, lost_air, the_bypass_key]


def test_the_owner_of_a_lockout_works_under_it_and_every_cut_is_explained(machine):
    machine.start()
    for cut in CUTS:
        lock = f"hers-{cut.__name__}"
        machine.lock(lock)
        assert machine.tap(cut.__name__, kind="maintenance", who="max")["msg"] == "ok"
        machine.pass_s(45)
        assert machine.edges[-1][1], cut.__name__
        cut(machine, lock)
        assert not machine.edges[-1][1], cut.__name__
        put_right(machine)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None
    assert len(journalled_spans(machine.records())) == len(powered_spans(machine.edges)) == len(CUTS)


# --- crashes and signals, in every phase ---------------------------------------------------------------------


def idle(machine):
    machine.pass_s(1)


def starting(machine, session="s0"):
    machine.tap(session)
    machine.pass_s(20)


def in_use(machine, session="s1"):
    with_pre_run(machine, session)
    machine.set(busy=True)
    machine.pass_s(130)


def ending(machine):
    in_use(machine, "s2")
    machine.stop("s2")


def run_on(machine):
    in_use(machine, "s3")
    machine.stop("s3", "staff-stop", "stop-now")
    machine.set(busy=False)


PHASES = [idle, starting, in_use, ending, run_on]
SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL", "SIGSEGV", "SIGABRT", "SIGQUIT"]


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_opens_the_relay_in_every_phase_and_the_next_keeper_waits_for_a_tap(machine, name):
    number = getattr(signal, name)
    for phase in PHASES:
        machine.start()
        phase(machine)
        had_power = machine.edges[-1][1] if machine.edges else False
        driven = len(machine.trace)
        code = machine.end(number)
        assert code == (0 if name in {"SIGTERM", "SIGINT", "SIGHUP"} else -number)
        if code == 0 and had_power:
            assert machine.trace[driven][1] is False  # driven open, not only let go
        assert not machine.edges or not machine.edges[-1][1]
        assert breach(machine) is None
        machine.start().pass_s(400)
        assert (machine.state["phase"], machine.state["inhibits"]) == ("idle", [])
        machine.end(signal.SIGKILL)
        assert breach(machine) is None
    spans = journalled_spans(machine.records())
    assert len(spans) == len(powered_spans(machine.edges)) == 3  # in use, ending, run-on
    assert all(ended is not None and reason for _, ended, _, reason in spans)


def test_a_fault_of_our_own_ends_with_the_relay_driven_open(machine):
    machine.start()
    in_use(machine)
    machine.tell("boom")
    driven = len(machine.trace)
    machine.doorman.say("stop-now", id="x", session="s1", reason="staff-stop", by="ann")
    assert machine.gone() not in {0, -signal.SIGKILL}
    assert machine.trace[driven][1] is False
    assert breach(machine) is None
    machine.start().pass_s(400)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None


def test_with_no_memory_left_the_relay_is_never_on_without_its_record(machine):
    machine.start()
    in_use(machine)
    enough = resource.prlimit(machine.process.pid, resource.RLIMIT_AS)[1]
    resource.prlimit(machine.process.pid, resource.RLIMIT_AS, (1 << 20, enough))
    try:
        for number in range(50):  # whatever of this it can still do
            machine.doorman.say(
                "note", id=f"n{number}", type="report", session=None, data={"text": "x" * 2000}
            )
            machine.doorman.say("alive")
        machine.doorman.say("stop-now", id="x", session="s1", reason="staff-stop", by="ann")
        machine.doorman.hear("ok", "no")
    except OSError:
        assert machine.gone() != 0
    else:
        machine.end(signal.SIGKILL)
    assert not machine.edges[-1][1]
    assert breach(machine) is None
    machine.start().pass_s(400)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None


# --- stopped and gone on -------------------------------------------------------------------------------------


def asleep(machine, seconds):
    """The process stands still while time passes."""
    machine.process.send_signal(signal.SIGSTOP)
    machine.clock.file.move(seconds * 10**9, seconds * 10**9)
    machine.process.send_signal(signal.SIGCONT)
    machine.pass_s(0)


def test_a_keeper_that_slept_through_the_end_of_the_pre_run_gives_no_power(machine):
    machine.start()
    starting(machine)
    asleep(machine, 31)  # the pre-run was over six seconds ago
    machine.pass_s(5)
    assert machine.edges == []
    assert machine.state["session"] is None


def test_a_keeper_that_slept_in_a_session_leaves_the_relay_and_then_minds_the_lease(machine):
    machine.start()
    in_use(machine)
    asleep(machine, 600)
    assert [edge[1] for edge in machine.edges] == [True]
    assert machine.state["phase"] == "in-use"
    asleep(machine, 3600)
    assert machine.state["phase"] == "ending"  # it still draws: it is not cut
    assert [edge[1] for edge in machine.edges] == [True]
    machine.set(busy=False)
    machine.pass_s(31)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, None], ids=["killed", "stopped", "gone"])
def test_a_doorman_who_dies_or_hangs_moves_no_pin_and_another_takes_over(machine, number):
    machine.start()
    in_use(machine)
    edges = list(machine.edges)
    if number is None:
        machine.doorman.line.close()
        machine.doorman = None
    else:
        assert machine.hire(number)["session"]["id"] == "s1"
    machine.pass_s(60)
    machine.meet()
    assert machine.state["session"]["id"] == "s1"
    assert machine.edges == edges
    machine.set(busy=False)
    machine.stop("s1")
    machine.pass_s(31)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None


def test_a_second_keeper_ends_without_driving_the_line(machine):
    machine.start()
    in_use(machine)
    before = machine.trace
    assert machine.second() == 3
    assert machine.trace == before


def test_a_relay_board_is_claimed_open_and_never_pulses(machine):
    for _ in range(3):
        machine.start()
        machine.end(signal.SIGTERM)
        machine.start()
        machine.end(signal.SIGKILL)
    assert {on for _, on, _ in machine.trace} == {False}
