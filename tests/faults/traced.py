"""A real keeper under test: its process, a doorman of a few lines, the bench's clock; and the law of its trace."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from core.wire.socket import FROM_KEEPER, decode
from loquet.bench.clock import BenchClock
from node.keeper.salvage import open_store
from tests.faults.keeper_doorman import Doorman

ROOT = Path(__file__).parents[2]
PINS = {"relay": 17, "extraction": 27, "estop": 5, "stop": 6, "extend": 13, "report": 19}
PINS |= {"extraction_ok": 26, "feedback": 16, "bypass": 20, "busy": 21}
OPEN_TO_TRIP = {"estop", "bypass"}  # active while the contact is open: a cut cable trips
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
relay_active_high = {active_high}
"""
LASER = {
    "stop": "finish",
    "cap_s": 1200,
    "at_cap": "alarm",
    "pre_run_s": 45,
    "run_on_s": 180,
    "needs_extraction": True,
    "sensor": "current",
    "tolerance_s": 300,
}


class Traced:
    """One machine: as many keeper starts on its disk as the test likes, one trace of its relay."""

    def __init__(self, folder, *, active_high=True, state=None, before=()):
        self.folder, self.active_high = folder, active_high
        self.state_dir, self._before = state or folder, tuple(before)  # a command that runs the keeper's
        self._run = tempfile.TemporaryDirectory(prefix="k")  # a socket's path has 107 bytes at most
        self.socket = f"{self._run.name}/keeper.sock"
        self.clock = BenchClock(folder / "clock")
        self.file = folder / "node.toml"
        told = NODE.format(state=self.state_dir, run=self._run.name, active_high=str(active_high).lower())
        self.file.write_text(told + "".join(f"{name} = {pin}\n" for name, pin in PINS.items()))
        self.process = self.doorman = None
        self._number = self._rev = 0
        self._others = []

    # --- the process ---

    def start(self, **policy):
        """A keeper, and a doorman who has told it the policy."""
        arguments = ("tests.faults.traced_keeper", self.file, self.folder / "clock")
        with (self.folder / "said").open("ab") as said:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": said}
            self.process = self._python(*arguments, before=self._before, **pipes)
        assert self.process.stdout.readline() == "ready\n", (self.folder / "said").read_text()[-2000:]
        self.meet()
        self.policy(**policy)
        return self

    def meet(self):
        """A new doorman."""
        if self.doorman is not None:
            self.doorman.line.close()
        self.doorman = Doorman(self.socket)
        return self.doorman.hello()

    def hire(self, number):
        """Another process becomes the doorman, then gets this signal; the keeper's state as it heard it."""
        other = self._python("tests.faults.keeper_doorman", self.socket, stdout=subprocess.PIPE)
        self._others.append(other)
        heard = json.loads(other.stdout.readline())
        other.send_signal(number)
        if number == signal.SIGKILL:
            other.wait(timeout=30)
        return heard

    def second(self):
        """A second keeper on the same machine; its exit code."""
        arguments = ("tests.faults.traced_keeper", self.file, self.folder / "clock")
        return self._python(*arguments, stderr=subprocess.DEVNULL).wait(timeout=30)

    def end(self, number):
        """Send a signal and wait until the process is gone; its code."""
        self.process.send_signal(number)
        return self.gone()

    def gone(self):
        """Wait until the process is gone; its code."""
        code = self.process.wait(timeout=30)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        if self.doorman is not None:
            self.doorman.line.close()
            self.doorman = None
        with (self.folder / "trace").open("a") as trace:
            trace.write(
                f"{self.clock.monotonic_ms()} floats \n"
            )  # the kernel frees the line: its pull opens it
        return code

    def close(self):
        for other in self._others:
            other.kill()
            other.wait(timeout=30)
            other.stdout.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None and not self.process.stdout.closed:
            self.gone()
        self.clock.file.close()
        self._run.cleanup()

    def _python(self, module, *arguments, before=(), **pipes):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        command = [*before, sys.executable, "-m", module, *map(str, arguments)]
        return subprocess.Popen(command, text=True, env=environment, cwd=ROOT, **pipes)

    # --- what people and cables do ---

    def tell(self, *words):
        """The hand at wires and clock, in the keeper's process."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n", (self.folder / "said").read_text()[-2000:]

    def set(self, **contacts):
        """Make contacts active or not."""
        for name, active in contacts.items():
            self.tell("pull", PINS[name], int(active is (name in OPEN_TO_TRIP)))

    def pass_s(self, seconds):
        self.tell("pass", int(seconds * 1000))

    def ask(self, msg, **fields):
        """A request of the doorman; the keeper's answer."""
        self._number += 1
        self.doorman.say(msg, id=f"q{self._number}", **fields)
        while True:
            said = decode(self.doorman.line.recv(5000), FROM_KEEPER)
            if said["msg"] in {"ok", "no"} and said["id"] == f"q{self._number}":
                return said

    def ask_records(self):
        """A packet of the journal."""
        self.doorman.say("read", after=None, max=10)
        return self.doorman.hear("records")

    def policy(self, **changes):
        self._rev += 1
        told = self.ask("policy", rev=self._rev, risk="medium", **(LASER | changes))
        assert told["msg"] == "ok", told

    def tap(self, session, *, msg="energise", kind="use", who="bo", minutes=60):
        """A badge that was allowed."""
        now_ms = self.clock.monotonic_ms()
        fields = {"session": session, "kind": kind, "who": who, "responsible": None, "booking": None}
        fields |= {"tap_ms": now_ms, "until_ms": now_ms + minutes * 60_000, "view": [1, 1], "reason": None}
        return self.ask(msg, until="2026-11-24T10:00:00.000Z", **fields)

    def lock(self, name, kind="lockout", owner="max"):
        return self.ask("lock", lock=name, kind=kind, owner=owner, by=owner, reason=None, at=None)

    def lift(self, name):
        return self.ask("lift", lock=name, by="max", reason=None)

    def stop(self, session, reason="badge-out", msg="stop"):
        return self.ask(msg, session=session, reason=reason, by="bo")

    def trust(self, now_s):
        """The doorman says what time it is, in seconds since 1970, by the hub's word."""
        zero_ms = now_s * 1000 - self.clock.monotonic_ms()
        self.doorman.say("alive", time={"trust": "hub", "zero_ms": zero_ms})

    @property
    def state(self):
        return self.stop("nobody's")[
            "state"
        ]  # a session that is over: answered with the state, and nothing moves

    # --- what is left behind ---

    @property
    def trace(self):
        """[(ms, is the relay on, types of the newest session's records then on disk)] of every level."""
        rows = [line.split(" ") for line in (self.folder / "trace").read_text().splitlines()]
        on = "high" if self.active_high else "low"
        return [(int(ms), level == on, tuple(filter(None, told.split(",")))) for ms, level, told in rows]

    @property
    def edges(self):
        """The trace's changes alone; a line nobody drives is open."""
        levels = [(0, False, ()), *self.trace]
        return [after for before, after in pairwise(levels) if before[1] is not after[1]]

    def records(self):
        """The journal as it lies on the disk."""
        store, found = open_store(self.folder / "journal.db")
        assert not found.damaged
        texts = [text for (text,) in store.query("SELECT text FROM record ORDER BY journal, seq")]
        store.close()
        return [json.loads(text) for text in texts]


def journalled_spans(records):
    """[(began, ended, sessions, reason)] of power as the journal has it; a hand-over goes on, `ended` may be None."""
    spans = []
    for record in records:
        if record["type"] == "power-on":
            if spans and spans[-1][1] == record["mono_ms"] and spans[-1][3] == "hand-over":
                began, _, sessions, _ = spans.pop()
                spans.append((began, None, [*sessions, record["session"]], None))
            else:
                spans.append((record["mono_ms"], None, [record["session"]], None))
        elif record["type"] == "power-off":
            began, _, sessions, _ = spans.pop()
            spans.append((began, record["mono_ms"], sessions, None))
        elif record["type"] == "session-end" and spans and spans[-1][2][-1] == record["session"]:
            began, ended, sessions, _ = spans.pop()
            spans.append((began, ended, sessions, record["data"]["reason"]))
    return spans


def powered_spans(edges):
    """[(on, off)] of the pin, each with what was on the disk at that edge."""
    assert [edge[1] for edge in edges] == [number % 2 == 0 for number in range(len(edges))]
    ons, offs = edges[::2], edges[1::2]
    assert len(ons) == len(offs), "the relay is still on"
    return list(zip(ons, offs, strict=True))


def breach(machine):
    """The first thing in the trace that the journal does not explain; None when it all fits. Call it when all is dead."""
    records = machine.records()
    journalled = journalled_spans(records)
    for on, off in powered_spans(machine.edges):
        around = [span for span in journalled if span[0] <= on[0] and (span[1] is None or off[0] <= span[1])]
        if len(around) != 1:
            return "power outside a journalled session", on, off, journalled
        if "power-on" not in on[2] or "power-off" in on[2]:
            return "the relay closed before its record was on the disk", on
        if off[2].count("power-off") == off[2].count("power-on") and off[2]:
            return "the record came before the relay opened", off
        if around[0][1] is not None and around[0][3] is None:
            return "off without a cause", off, around
    return None
