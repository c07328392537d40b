"""The card is full, for hours, under a running machine: a real keeper whose files may not grow any more."""

import resource
import signal
import subprocess

import pytest

from tests.faults.traced import Traced, breach, journalled_spans, powered_spans

SMALL = 4096  # bytes: not one page of the journal fits any more; the trace does
FULL = ("sh", "-c", 'ulimit -f 8; exec "$@"', "sh")  # 8 blocks of 512 bytes: the same from the start on
HOUR_S = 3600
DAY_S = 24 * HOUR_S


@pytest.fixture
def machine(tmp_path):
    made = Traced(tmp_path).start(pre_run_s=0)
    yield made
    made.close()


def fill(machine):
    """From now on no file of the keeper may grow past `SMALL`."""
    _limit(machine, SMALL)
    told = machine.ask("note", type="report", session=None, data={"category": "note"})
    assert told["msg"] == "no"


def room(machine):
    _limit(machine, resource.RLIM_INFINITY)


def _limit(machine, most):
    pid = machine.process.pid
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))


def test_a_full_card_cuts_no_machine_for_hours_lets_nobody_in_and_heals_by_itself(machine):
    assert machine.tap("s1", minutes=24 * 60)["msg"] == "ok"
    machine.set(busy=True)
    fill(machine)
    machine.pass_s(3 * HOUR_S)  # checkpoints, the hourly clearing out: nothing of it may end the keeper
    machine.meet()  # the former doorman has not read for hours
    assert [edge[1] for edge in machine.edges] == [True]
    assert "journal" in machine.state["inhibits"]
    machine.set(busy=False)
    machine.stop("s1")
    machine.pass_s(240)
    assert [edge[1] for edge in machine.edges] == [True, False]
    refused = machine.tap("s2", who="ann")
    assert (refused["msg"], refused["code"] in {"FAULT", "STALE"}) == (
        "no",
        True,
    )  # nothing is lifted meanwhile
    room(machine)
    machine.pass_s(11)
    assert machine.state["inhibits"] == []
    assert machine.tap("s3", who="ann")["msg"] == "ok"
    machine.end(signal.SIGKILL)
    assert breach(machine) is None
    first, second = journalled_spans(machine.records())
    assert first[1] is not None  # the end of the full time was written afterwards, with its own instant
    assert second[2] == ["s3"]


def test_a_keeper_killed_while_the_card_was_full_loses_no_power_on(machine):
    machine.tap("s1")
    fill(machine)
    machine.set(estop=True)
    assert not machine.edges[-1][1]  # an emergency stop needs no room
    machine.end(signal.SIGKILL)
    machine.start(pre_run_s=0).pass_s(400)
    machine.end(signal.SIGKILL)
    assert breach(machine) is None
    assert len(journalled_spans(machine.records())) == len(powered_spans(machine.edges)) == 1


def test_what_the_hub_has_acknowledged_long_ago_is_cleared_out_later_when_the_card_is_full_now(machine):
    former = machine.ask_records()["journal"]
    machine.end(signal.SIGTERM)
    machine.start(pre_run_s=0)
    machine.trust(DAY_S * 20_000)
    machine.doorman.say("acked", epoch=1, store="s", journals={former: 1})
    machine.tap("s1", minutes=200 * 24 * 60)
    machine.set(busy=True)
    fill(machine)
    machine.pass_s(60)
    machine.trust(DAY_S * 20_091)
    machine.pass_s(2 * HOUR_S)
    machine.meet()
    assert [edge[1] for edge in machine.edges] == [True]
    assert machine.state["phase"] == "in-use"
    machine.end(signal.SIGKILL)
    assert breach(machine) is None


def test_a_board_that_starts_with_a_full_card_forgets_nothing_of_what_lies_on_it(machine):
    machine.tap("s1")
    machine.lock("k1")
    machine.set(estop=True)
    told = len(machine.records())
    machine.end(signal.SIGTERM)  # closed well: nothing but the file itself is left
    full = machine._python(
        "tests.faults.traced_keeper",
        machine.file,
        machine.folder / "clock",
        before=FULL,
        stderr=subprocess.DEVNULL,
    )
    assert full.wait(timeout=30) != 0
    machine.start(pre_run_s=0)
    assert {"lockout", "estop"} <= set(machine.state["inhibits"])
    machine.end(signal.SIGKILL)
    assert len(machine.records()) > told
    assert not list(machine.folder.glob("*damaged*"))


def test_a_broken_journal_on_a_full_card_waits_under_its_own_name(machine):
    machine.tap("s1")
    machine.end(signal.SIGTERM)
    journal = machine.folder / "journal.db"
    broken = b"rubbish" + journal.read_bytes()[7:]
    journal.write_bytes(broken)
    full = machine._python(
        "tests.faults.traced_keeper",
        machine.file,
        machine.folder / "clock",
        before=FULL,
        stderr=subprocess.DEVNULL,
    )
    assert full.wait(timeout=30) != 0
    assert journal.read_bytes() == broken
    machine.start(pre_run_s=0)
    assert "fault" in machine.state["inhibits"]  # now it is put aside, and staff are told
    assert [one.name for one in machine.folder.glob("*damaged*.db")] == ["journal-damaged-1.db"]
