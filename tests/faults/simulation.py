"""A node in one thread, its whole world at random: people, cables, network, clocks, disks, starts. Seeded.

One step is one thing that happens. After each the laws are looked at; which things may open a relay and which
never may stands beside each of them.
"""

import json
import random
from dataclasses import replace
from datetime import timedelta

from core.calendars import Opening
from core.interlock import CUTTING, StopNow
from core.journal import Head, verify
from core.timeline import stamp
from core.vocabulary import Audience, Inhibit, Phase, Reason, Risk, SessionKind, StopReason
from core.wire.messages import Ack, Ask, Hello, Now, Order, OrderKind, Records, body_of
from node.keeper.store import JournalFault
from node.ports import Heard, Inputs, ShelfBroken
from tests.node.doorman.conftest import (
    EPOCH,
    LASER,
    STORE,
    TUESDAY,
    UIDS,
    BareHardware,
    HandClock,
    Machine,
    booking,
    grant,
)
from tests.node.doorman.conftest import _keeper as keeper_of

PEOPLE = (*sorted(UIDS), *["amelie", "bram", "driss"] * 3)
SOON = timedelta(seconds=8)  # an order's life


class Watched(BareHardware):
    """Contacts by hand; each edge of the relay with what lay on the disk at that instant."""

    def __init__(self, on_disk):
        super().__init__()
        self._on_disk, self.edges = on_disk, []

    def set_relay(self, *, closed):
        if closed is not self.relay:
            self.edges.append((closed, self._on_disk()))
        super().set_relay(closed=closed)


class Card:
    """The shelf on a card that may be full."""

    def __init__(self, shelf):
        self.shelf, self.full = shelf, False

    def __getattr__(self, name):
        if self.full and name.startswith(("keep_", "remember")):
            raise ShelfBroken("full")
        return getattr(self.shelf, name)


class Drowsy:
    """The stage, drawn once a step: the law is of the relay, and a picture takes longer than all the rest."""

    def __init__(self, stage):
        self._stage, self._screen, self.awake = stage, None, True

    def __getattr__(self, name):
        return getattr(self._stage, name)

    def draw(self, *, keeper):
        if self.awake or self._screen is None:
            self.awake, self._screen = False, self._stage.draw(keeper=keeper)
        self._stage._give_way()
        return self._screen


class World(Machine):
    """One machine's world."""

    def __init__(self, folder, seed):
        self.dice = random.Random(seed)
        self.told = []  # what has happened, for whoever has to look into a breach
        self.stored = {}  # (journal, seq) -> hash, as the hub has it
        self._read = 0
        self._zero_ms = HandClock().monotonic_ms()
        super().__init__(folder)
        self.hardware = Watched(self.newest)
        self.keeper._store.close()
        self.shelf._db.execute("PRAGMA synchronous=OFF")  # the law is the order of things, not the fsync
        self.card = Card(self.shelf)
        self.shelf = self.card
        self._power_up(first=True)
        self.doorman = self._doorman(ntp=True)
        self.start()
        self.connect()

    # --- the node's own ---

    def newest(self):
        """Types of the newest session's records on the disk."""
        base = self.keeper._store._base
        found = base.execute("SELECT text FROM record ORDER BY journal DESC, seq DESC LIMIT 3000")
        told = []
        for (text,) in found:  # from the newest back to its session's first
            told.append(json.loads(text))
            if told[-1]["type"] == "session-start":
                return [one["type"] for one in told if one["session"] == told[-1]["session"]]
        return []

    def _power_up(self, *, first=False):
        self.disk, self.line.desk = "good", None
        self.items.clear()
        self.hardware.relay = self.hardware.extraction = False
        self.keeper = keeper_of(self._folder, self.clock, self.hardware)
        store = self.keeper._store
        store._base.execute("PRAGMA synchronous=OFF")
        written = store.write

        def write(*arguments):
            if self.disk == "full":
                raise JournalFault("full")
            if self.disk == "slow":
                self.clock.pass_ms(2_500)
            return written(*arguments)

        store.write = write
        if not first:
            self.meet_keeper()

    # --- what happens ---

    def step(self):
        """One thing; its name."""
        name = self.dice.choices(*zip(*WEIGHTS.items(), strict=True))[0]
        before = self.relay
        self.told.append(name)
        getattr(self, f"_{name}")()
        self._serve()
        self.doorman._stage.awake = True
        self.settle()
        self._hold(name, before)
        if not self.relay and self.dice.random() < 0.9:
            self.contact(busy=False)  # what has no power draws none

    def _hold(self, name, before):
        """The laws, after each step."""
        state = self.keeper.keeper.state
        powered = state.phase in {Phase.IN_USE, Phase.ENDING}
        assert self.relay is powered, "the relay is not as the phase says"
        if self.relay:
            assert state.session is not None
            spared = (
                {Inhibit.LOCKOUT, Inhibit.DANGER} if state.session.kind is SessionKind.MAINTENANCE else set()
            )
            assert not (state.inhibits & CUTTING) - spared, "power under a cutting inhibit"
            owners = {lock.owner for lock in state.locks if lock.kind == "lockout"}
            assert owners <= {state.session.who}, "another's lock is powered"
        for closed, disk in self.hardware.edges[self._read :]:
            assert not closed or ("power-on" in disk and "power-off" not in disk), "power before its record"
            assert closed or disk.count("power-off") < disk.count("power-on"), "recorded before it opened"
        self._read = len(self.hardware.edges)
        if name in HARMLESS:
            assert self.relay or not before, f"{name} opened the relay"
        if name == "mains_cut":
            assert not self.relay

    def _serve(self):
        """The hub stores and acknowledges what has come."""
        while batches := self.batches():
            keep = [message for message in self.link.said if not isinstance(message, Records)]
            self.link.said[:] = keep[-40:]
            for batch in batches:
                for record in batch.records:
                    key = (batch.journal, record["seq"])
                    known = self.stored.setdefault(key, record["hash"])
                    assert known == record["hash"], "two records of one number"
                    if record["type"] == "inhibit-lifted":  # wire.md: said until its record has come
                        self.lifted = tuple(one for one in self.lifted if one != record["data"]["lock"])
                if self.dice.random() < 0.8:  # else the ack is lost on its way
                    ack = Ack(EPOCH, STORE, {batch.journal: batch.records[-1]["seq"]})
                    self.hear(Heard(ack, body_of(ack)))

    # people

    def _tap(self):
        self.tap(self.dice.choice(PEOPLE))

    def _work(self):
        if self.relay or self.dice.random() < 0.05:  # a welded contactor draws all the same
            self.contact(busy=True)

    def _rest(self):
        self.contact(busy=False)

    def _button(self):
        name = self.dice.choice(("stop", "extend", "extend", "report"))
        self.contact(**{name: True})
        self.contact(**{name: False})

    def _staff_put_right(self):
        keeper = self.keeper.keeper
        self.contact(estop=False, bypass=False, extraction_ok=True, feedback=None)
        for inhibit in (Inhibit.ESTOP, Inhibit.FAULT):
            if inhibit in keeper.state.inhibits:
                self.line.send({"msg": "reset", "id": "put-right", "inhibit": inhibit.value, "by": "max"})
        for lock in keeper.state.locks:
            self.line.send({"msg": "lift", "id": "put-right", "lock": lock.id, "by": "max", "reason": None})

    def _good_moment(self):
        """Everything is as it should be, and Amelie has a slot."""
        self.disk, self.card.full, self.line.mute = "good", False, set()
        self.contact(busy=False)
        self.line.drop()
        self.settle()
        self.meet_keeper()
        self._back()
        self._staff_put_right()
        for lock in self.locks:
            self.lift(lock.id)
        self._new_day()
        self._hub_answers()
        self.pass_s(210, step_ms=35_000)
        self._hub_answers()
        self.pass_s(2)

    # cables

    def _cable(self):
        name = self.dice.choice(("estop", "bypass", "extraction_ok", "busy", "feedback"))
        usual = getattr(Inputs(estop=False, extraction_ok=True, busy=False, bypass=False), name)
        values = (True, False, None) if name != "feedback" else (None, True, False)
        self.contact(**{name: self.dice.choice((*values, usual, usual))})

    # time

    def _moment(self):
        self.pass_s(self.dice.choice((0.5, 1, 5)))

    def _while(self):
        self.pass_s(self.dice.choice((30, 60, 200)), step_ms=10_000)

    def _leap(self):
        self.leap_s(self.dice.choice((60, 600, 3600, 5 * 3600)))
        self.keeper.keeper.look()

    def _wall_jumps(self):
        self.clock._wall += timedelta(
            seconds=self.dice.choice((-86_400, 86_400, 3600, -3600, -50 * 31_557_600))
        )

    # disks

    def _keepers_disk(self):
        self.disk = self.dice.choice(("good", "good", "full", "slow"))

    def _doormans_disk(self):
        self.card.full = self.dice.random() < 0.4

    # starts

    def _doorman_dies(self):
        self.restart_doorman(ntp=self.dice.random() < 0.5)

    def _doorman(self, **how):
        made = super()._doorman(**how)
        made._stage = Drowsy(made._stage)
        return made

    def _mains_cut(self):
        self.keeper._store.close()
        self.clock.pass_ms(10_000)
        self._power_up()
        self.restart_doorman(ntp=self.dice.random() < 0.5)

    def _keeper_hangs(self):
        self.line.mute = set() if self.line.mute else {"alive", "note"}

    # the hub and the way to it

    def _cut_off(self):
        self.disconnect()

    def _back(self):
        self.connect()

    def _hub_answers(self):
        if self.link.last(Hello):
            self.answer_hello()

    @property
    def hub_now(self):
        """The hub's clock, which is right."""
        return TUESDAY + timedelta(milliseconds=self.clock.monotonic_ms() - self._zero_ms)

    def order(self, kind, **fields):
        told = Order(EPOCH, STORE, f"o-{next(self._ids)}", "boot-1", self.hub_now + SOON, kind, **fields)
        self.hear(Heard(told, body_of(told)))

    def answer_hello(self):
        hello = self.link.last(Hello)
        now = Now(hello.nonce, self.hub_now, EPOCH, STORE, self.hub.view.rev, self.lock_rev)
        self.hear(Heard(now, body_of(now)))

    def _hub_decides(self):
        if self.link.last(Ask) is None:
            return
        if self.dice.random() < 0.3:
            self.refuse_ask(Reason.QUOTA)
        else:
            self.answer_ask(allowed=True, until=self.hub_now + timedelta(minutes=30))

    def _new_day(self):
        """A view of now: Amelie's slot, Bram's after it, the house open."""
        now_min = int((self.hub_now - booking("amelie", 0, 1).start).total_seconds() // 60)
        slots = (booking("amelie", now_min - 1, now_min + 60), booking("bram", now_min + 60, now_min + 120))
        now = self.hub_now
        hours = Opening(now - timedelta(hours=4), now + timedelta(hours=6), Audience.MEMBERS)
        stop = self.dice.choice(("finish", "finish", "now"))
        policy = {
            "stop": stop,
            "at_cap": self.dice.choice(("alarm", "cut")),
            "pre_run_s": self.dice.choice((0, 45)),
            "risk": self.dice.choice((Risk.MEDIUM, Risk.MEDIUM, Risk.HIGH)),
        }
        machine = replace(LASER, **policy, sensor=self.dice.choice(("current", "none")))
        self.send_view(bookings=slots, openings=(hours,), issued=now, machine=machine)

    def _rights_change(self):
        grants = [grant(name) for name in ("amelie", "bram", "driss") if self.dice.random() < 0.8]
        self.send_view(grants={one.key: one for one in grants}, issued=self.hub_now)

    def _staff_lock(self):
        self.lock_out(self.dice.choice(("driss", "amelie")), f"lock-{next(self._ids)}")

    def _staff_lift(self):
        if self.locks:
            self.lift(self.dice.choice(self.locks).id)

    def _order(self):
        session = self.keeper.keeper.state.session
        kind = self.dice.choice((OrderKind.STOP, OrderKind.STOP_NOW, OrderKind.EXTEND))
        until = stamp(self.hub_now + timedelta(minutes=20))
        self.order(
            kind,
            session=session.id if session else "none",
            reason="staff-stop",
            by="max",
            args={"until": until},
        )

    # --- at the end ---

    def come_to_rest(self):
        """Everything mended, the hub there for long enough: then it has all."""
        self.disk, self.card.full = "good", False
        self.line.mute = set()
        self._staff_put_right()
        self.connect()
        for _ in range(12):
            self.keeper.keeper.feed(
                StopNow(None, StopReason.STAFF_STOP)
            )  # who works on, or just tapped, writes on
            self.pass_s(6, step_ms=1000)
            self._serve()
            self.answer_hello()

    def check_records(self):
        """Each start ends once, each power too, every chain holds, and the hub has every record once."""
        base = self.keeper._store._base
        rows = base.execute(
            "SELECT journal.id, text FROM record JOIN journal ON record.journal = ordinal ORDER BY ordinal, seq"
        ).fetchall()
        chains = {}
        for journal, text in rows:
            chains.setdefault(journal, []).append(json.loads(text))
        for records in chains.values():
            verify(records, Head(0, records[0]["prev"]))
        journalled = {
            (journal, one["seq"]): one["hash"] for journal, chain in chains.items() for one in chain
        }
        assert self.stored == journalled, "the hub has not what the node wrote"
        kinds = [(one["session"], one["type"]) for chain in chains.values() for one in chain]
        for kind in ("session-start", "session-end"):
            sessions = [session for session, told in kinds if told == kind]
            assert len(sessions) == len(set(sessions)), f"two of {kind}"
        started = {session for session, told in kinds if told == "session-start"}
        ended = {session for session, told in kinds if told == "session-end"}
        session = self.keeper.keeper.state.session
        assert started - ended == ({session.id} if session else set())

    def close(self):
        self.card.shelf.close()
        self.keeper._store.close()


WEIGHTS = {
    "tap": 26, "work": 8, "rest": 8, "button": 2, "staff_put_right": 5, "cable": 3, "good_moment": 8,
    "moment": 14, "while": 5, "leap": 1, "wall_jumps": 1,
    "keepers_disk": 1, "doormans_disk": 1, "doorman_dies": 1, "mains_cut": 1, "keeper_hangs": 0.5,
    "cut_off": 2, "back": 4, "hub_answers": 3, "hub_decides": 6, "new_day": 3, "rights_change": 2,
    "staff_lock": 0.7, "staff_lift": 2, "order": 2,
}  # fmt: skip
HARMLESS = {
    "wall_jumps", "keepers_disk", "doormans_disk", "doorman_dies", "keeper_hangs",
    "cut_off", "hub_answers", "work", "rest",
}  # fmt: skip
"""What may never open a relay, whatever it comes upon. (A line that breaks decides a tap that was waiting.)"""
