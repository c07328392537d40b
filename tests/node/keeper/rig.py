"""A keeper on a bench of fakes: a clock moved by hand, contacts set by hand, a doorman on paper."""

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.wire.socket import FROM_KEEPER, decode, encode
from node.keeper.desk import Desk
from node.keeper.keeper import Keeper
from node.keeper.ledger import Ledger
from node.keeper.policy import UNTOLD, from_text
from node.keeper.salvage import open_store
from node.ports import Inputs

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BOOTED_MS = 50_000
STARTS = itertools.count(1)
FINE = Inputs(estop=False, extraction_ok=True, feedback=None, bypass=False, busy=False)
LASER = dataclasses.replace(UNTOLD, pre_run_s=45, run_on_s=180, needs_extraction=True, sensor="current")
PRINTER = dataclasses.replace(UNTOLD, pre_run_s=0, run_on_s=0)


class HandClock:
    """Stands still until `pass_s`."""

    def __init__(self):
        self.ms = BOOTED_MS
        self.stalls_ms = []  # taken one by one at each second reading: a slow disk

    def monotonic_ms(self):
        return self.ms

    def wall(self):
        return BEGAN + timedelta(milliseconds=self.ms - BOOTED_MS)

    def wait_until(self, condition, due_ms, beat_ms):
        condition.wait(0)

    def on_leap(self, wake):
        pass


class Wires:
    """Hardware whose contacts are set by hand; the relay's history is kept."""

    def __init__(self, journal_of):
        self.now = FINE
        self.relay = self.extraction = False
        self.trace = []
        self._journal_of = journal_of
        self.follows = False

    def inputs(self):
        return dataclasses.replace(self.now, feedback=self.relay) if self.follows else self.now

    def set(self, **contacts):
        self.now = dataclasses.replace(self.now, **contacts)

    def on_change(self, changed):
        pass

    def set_relay(self, closed):
        self.relay = closed
        self.trace.append(("relay", closed, self._journal_of()))

    def set_extraction(self, on):
        self.extraction = on
        self.trace.append(("extraction", on, self._journal_of()))

    def close(self):
        self.set_relay(closed=False)


class Paper:
    """A connection that keeps what was said, and reads it as the doorman would."""

    def __init__(self):
        self.said = []
        self.ended = False

    def send(self, message):
        self.said.append(decode(encode(message), FROM_KEEPER))
        return not self.ended

    def end(self):
        self.ended = True

    def last(self, *kinds):
        return next(said for said in reversed(self.said) if said["msg"] in kinds)


class Rig:
    """One keeper start; `again` is the next start on the same disk."""

    def __init__(self, folder: Path, policy=LASER, clock=None, contacts=FINE):
        self.folder = folder
        self.clock = clock or HandClock()
        self.store, self.found = open_store(folder / "journal.db")
        self.wires = self.make_wires()
        self.wires.now = contacts
        boot = f"boot-{self.clock.ms}"
        self.store.begin(f"journal-{next(STARTS)}", boot)
        kept, rev = from_text(self.store.recall("policy"))
        self.ledger = Ledger(self.store, self.clock, boot)
        self.keeper = Keeper(self.clock, self.wires, self.ledger, policy if rev is None else kept)
        self.desk = Desk(self.keeper, self.store, rev)
        self.keeper.on_change = lambda: self.desk.push(beat=False)
        self.keeper.boot(self.found)
        self.asked = 0
        self.doorman = None

    def make_wires(self):
        """The keeper's hands."""
        return Wires(self.types)

    def with_doorman(self):
        """Say hello and that the view is fresh."""
        self.doorman = Paper()
        self.say("hello", v=1, pid=1)
        self.say("stale", on=False)
        return self

    def say(self, msg, **fields):
        self.desk.packet(self.doorman, encode({"msg": msg, **fields}))
        self.keeper.look()  # as the loop does after each packet

    def ask(self, msg, **fields):
        """A request and its answer."""
        self.asked += 1
        self.say(msg, id=f"r{self.asked}", **fields)
        answer = self.doorman.last("ok", "no")
        assert answer["id"] == f"r{self.asked}"
        return answer

    def energise(self, session="s1", who="bo", kind="use", minutes=60, msg="energise", **others):
        fields = {
            "session": session,
            "kind": kind,
            "who": who,
            "responsible": None,
            "booking": "b1",
            "tap_ms": self.clock.ms,
            "until_ms": self.clock.ms + minutes * 60_000,
            "until": "2026-11-24T10:00:00.000Z",
            "view": [1, 7],
            "reason": None,
        }
        return self.ask(msg, **fields | others)

    def stop(self, reason="badge-out", session="s1"):
        return self.ask("stop", session=session, reason=reason, by="bo")

    def pass_s(self, seconds):
        """Let time pass from due instant to due instant, as the bench does."""
        self.pass_ms(int(seconds * 1000))

    def pass_ms(self, span_ms):
        until_ms = self.clock.ms + span_ms
        while (due := self.keeper.due_ms()) is not None and due <= until_ms:
            self.clock.ms = max(self.clock.ms, due)
            self.keeper.look()
        self.clock.ms = until_ms
        self.keeper.look()

    def set(self, **contacts):
        self.wires.set(**contacts)
        self.keeper.look()

    def again(self, **others):
        """The power was cut and comes back ten seconds later."""
        self.store.close()
        self.clock.ms += 10_000
        return Rig(self.folder, clock=self.clock, **others)

    def rows(self):
        return self.store.query("SELECT journal, seq, text FROM record ORDER BY journal, seq")

    def records(self):
        return [json.loads(text) for _, _, text in self.rows()]

    def types(self):
        return [record["type"] for record in self.records()]

    @property
    def phase(self):
        return self.keeper.state.phase.value

    @property
    def inhibits(self):
        return {inhibit.value for inhibit in self.keeper.state.inhibits}
