import os
import queue
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from node.keeper.salvage import open_store
from tests.faults.keeper_doorman import Doorman

ROOT = Path(__file__).parents[2]
NODE = """
[node]
id = "las-1"
machine = "LAS-1"
risk = "medium"
state_dir = "{state}"
run_dir = "{run}"
key_file = "key"
[broker]
host = "127.0.0.1"
port = 1883
user = "las-1"
tls = false
[board]
name = "either kind of relay board"
behind = ["contactor-coil"]
after_estop = true
pull_down_ohm = 4700
pull_up_ohm = 4700
inputs = "opto-isolated"
[pins]
relay = 17
relay_active_high = {active_high}
extraction = 27
estop = 5
bypass = 6
extraction_ok = 13
"""


class Child:
    """A child process and the lines it prints; `None` at its end."""

    def __init__(self, *arguments):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def wait_for(self, word):
        while (line := self.lines.get(timeout=30)) != word:
            assert line is not None, f"ended before it said {word}"
            self.seen.append(line)
        self.seen.append(line)

    def rest(self):
        """Everything it says until its end, and its code."""
        while (line := self.lines.get(timeout=30)) is not None:
            self.seen.append(line)
        self.reader.join()
        self.process.stdout.close()
        return self.process.wait(timeout=30)


@pytest.fixture
def children():
    made = []

    def start(*arguments):
        child = Child(*arguments)
        made.append(child)
        return child

    yield start
    for child in made:
        if child.process.poll() is None:
            child.process.kill()
        child.process.wait(timeout=30)
        child.reader.join(timeout=30)
        child.process.stdout.close()


@pytest.fixture
def place(tmp_path):
    with tempfile.TemporaryDirectory(prefix="k") as run:  # a socket's path has 107 bytes at most
        yield tmp_path, Path(run)


def toml(place, active_high="true"):
    state, run = place
    file = state / "node.toml"
    file.write_text(NODE.format(state=state, run=run, active_high=active_high))
    return file


def keeper(children, place, *more, active_high="true"):
    child = children("tests/faults/keeper_program.py", toml(place, active_high), *more)
    child.wait_for("ready")
    return child


def in_session(children, place, *more, active_high="true"):
    child = keeper(children, place, *more, active_high=active_high)
    doorman = Doorman(str(place[1] / "keeper.sock"))
    doorman.hello()
    assert doorman.energise("s1")["msg"] == "ok"
    child.wait_for("closed")
    return child, doorman


def types(place):
    store, _ = open_store(place[0] / "journal.db")
    found = [str(text) for (text,) in store.query("SELECT text FROM record ORDER BY journal, seq")]
    store.close()
    return [text.split('"type":"')[1].split('"')[0] for text in found]


def test_killing_the_doorman_in_a_session_leaves_the_relay_closed(children, place):
    child = keeper(children, place)
    doorman = children("tests/faults/keeper_doorman.py", place[1] / "keeper.sock", "s1")
    doorman.wait_for("ok")
    child.wait_for("closed")
    doorman.process.send_signal(signal.SIGKILL)
    doorman.process.wait(timeout=30)
    after = Doorman(str(place[1] / "keeper.sock"))
    state = after.hello()["state"]
    assert (state["phase"], state["relay"], state["session"]["id"]) == ("in-use", "closed", "s1")
    assert child.lines.empty()
    after.line.close()


def test_killing_the_keeper_gives_the_relay_back_and_the_next_one_waits_for_a_tap(children, place):
    child, doorman = in_session(children, place)
    child.process.send_signal(signal.SIGKILL)
    assert child.rest() == -signal.SIGKILL  # the pins' model: a dead process drives nothing
    doorman.line.close()
    second = keeper(children, place)
    after = Doorman(str(place[1] / "keeper.sock"))
    state = after.hello()["state"]
    assert (state["phase"], state["relay"], state["session"]) == ("run-on", "open", None)
    assert "closed" not in second.seen
    written = types(place)
    assert written[written.index("power-on") + 1 :][:3] == ["boot", "power-off", "session-end"]
    after.line.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("active_high", ["true", "false"])
def test_a_signal_opens_the_relay_and_ends_the_session_in_the_journal(children, place, number, active_high):
    child, doorman = in_session(children, place, active_high=active_high)
    child.process.send_signal(number)
    assert child.rest() == 0
    assert child.seen[child.seen.index("closed") + 1 :] == ["open"]
    assert types(place)[-2:] == ["power-off", "session-end"]
    doorman.line.close()


@pytest.mark.parametrize("active_high", ["true", "false"])
def test_a_fault_of_our_own_opens_the_relay_too(children, place, active_high):
    child, doorman = in_session(children, place, "boom", active_high=active_high)
    with pytest.raises((EOFError, OSError)):
        doorman.stop_now("s1")
    assert child.rest() != 0
    assert child.seen[-1] == "open"
    doorman.line.close()


def test_a_second_keeper_ends_without_touching_a_pin(children, place):
    child, doorman = in_session(children, place)
    second = children("tests/faults/keeper_program.py", toml(place))
    assert second.rest() == 3
    assert second.seen == []
    doorman.say("alive")
    assert doorman.hear("state")["relay"] == "closed"
    assert child.lines.empty()
    doorman.line.close()


def test_rubbish_on_the_socket_moves_nothing(children, place):
    child, doorman = in_session(children, place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect(str(place[1] / "keeper.sock"))
        for packet in (b"{", b"\xff" * 4096, b"x" * 9000, b'{"msg":"stop-now","id":"1","session":"s1"}'):
            stranger.send(packet)
        stranger.send(b'{"msg":"stop-now","id":"1","session":"s1","reason":"idle","by":null}')
    doorman.say("alive")
    assert doorman.hear("state")["phase"] == "in-use"
    assert child.lines.empty()
    doorman.line.close()


def test_the_socket_is_for_its_group_alone(children, place):
    keeper(children, place)
    assert stat.S_IMODE((place[1] / "keeper.sock").stat().st_mode) == 0o660


@pytest.mark.parametrize("many", [1, 7, 40])
def test_what_was_acknowledged_is_in_the_journal_of_a_killed_keeper(children, place, many):
    child = keeper(children, place)
    doorman = Doorman(str(place[1] / "keeper.sock"))
    doorman.hello()
    acknowledged = []
    for number in range(many):
        doorman.say("note", id=f"n{number}", type="tap", session=None, data={"key": f"k{number}"})
        acknowledged.append(doorman.hear("ok")["seq"])
    doorman.say("note", id="last", type="tap", session=None, data={"key": "perhaps"})
    child.process.send_signal(signal.SIGKILL)
    assert child.rest() == -signal.SIGKILL
    doorman.line.close()
    store, found = open_store(place[0] / "journal.db")
    stored = {seq for (seq,) in store.query("SELECT seq FROM record")}
    store.close()
    assert not found.damaged
    assert set(acknowledged) <= stored
