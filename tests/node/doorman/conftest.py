"""A machine with a real doorman and a real keeper in one thread, a hub played by hand, and no hardware."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Condition
from typing import Any

import pytest

from core.calendars import Opening
from core.grants import Booking, Grant, MachinePolicy, MachineView, Refusal
from core.views import view_body
from core.vocabulary import Audience, LockKind, Reason, ReservationKind, Risk, Role
from core.wire.messages import (
    Ack,
    Answer,
    Ask,
    Decision,
    Hello,
    Lock,
    LockList,
    NodeState,
    Now,
    Objected,
    Order,
    OrderKind,
    Records,
    View,
    body_of,
    read,
)
from core.wire.seal import Keys, badge_key, hidden
from core.wire.socket import FROM_KEEPER, decode, encode
from node.doorman.doorman import Doorman, House
from node.doorman.events import CardGone, KeeperLost, KeeperMet, KeeperSaid, Leapt, TapSeen
from node.doorman.exchange import Exchange, Me, World
from node.doorman.face.simulated import SimulatedFace
from node.doorman.outcome import TapOutcome
from node.doorman.shelf.salvage import open_shelf
from node.doorman.shelf.sqlite import SqliteShelf
from node.inbox import Inbox
from node.keeper import program as keeper_program
from node.keeper.salvage import open_store
from node.ports import Heard, Inputs, LinkDown, LinkUp
from node.settings import load

TUESDAY = datetime(2026, 11, 24, 13, tzinfo=UTC)  # 14:00 in Brussels
KEYS = Keys.of(bytes(range(32)))
UIDS = {
    name: bytes.fromhex(f"04a1b2c3d4e5{number:02x}")
    for number, name in enumerate(("amelie", "bram", "chloe", "driss", "emma", "stranger"))
}
EPOCH, STORE = 1_700_000_000, "store-1"
STEP_MS = 2_000  # keeper and doorman hear of each other at least so often: a longer silence is one
SHORTEST_MS = 100  # between two wakes for something that stays due: a disk that is full, a hub that is away


class HandClock:
    """A clock moved by hand; nobody waits on it."""

    def __init__(self) -> None:
        self._wall, self._mono_ms = TUESDAY, 5_000_000

    def wall(self) -> datetime:
        return self._wall

    def monotonic_ms(self) -> int:
        return self._mono_ms

    def wait_until(self, condition: Condition, due_ms: int | None, beat_ms: int | None) -> None:
        """Nothing to wait for in one thread."""

    def on_leap(self, wake: Callable[[], None]) -> None:
        """The test puts `Leapt` itself."""

    def pass_ms(self, span_ms: int) -> None:
        self._wall += timedelta(milliseconds=span_ms)
        self._mono_ms += span_ms


class HandLink:
    """The way to the hub: what was said is kept."""

    def __init__(self) -> None:
        self.online = False
        self.said: list[Any] = []

    def start(self) -> None:
        """Nothing to connect."""

    def stop(self) -> None:
        self.online = False

    def say(self, message: Any) -> bool:
        if self.online:
            self.said.append(message)
        return self.online

    def last(self, kind: type) -> Any:
        return next((message for message in reversed(self.said) if isinstance(message, kind)), None)


class BareHardware:
    """Two outputs and eight inputs without a board."""

    def __init__(self) -> None:
        self.relay = self.extraction = False
        self.contacts = Inputs(extraction_ok=True, busy=False)

    def inputs(self) -> Inputs:
        return self.contacts

    def on_change(self, changed: Callable[[], None]) -> None:
        """The test looks itself."""

    def set_relay(self, *, closed: bool) -> None:
        self.relay = closed

    def set_extraction(self, *, on: bool) -> None:
        self.extraction = on

    def close(self) -> None:
        self.relay = False


class HandLine:
    """The line to the real keeper, in the same thread; `mute` swallows what is asked."""

    def __init__(self, items: deque[object]) -> None:
        self._items = items
        self.desk: Any = None
        self.mute: set[str] = set()
        self.asked: list[dict[str, Any]] = []

    def send(self, message: Mapping[str, object]) -> bool:
        if self.desk is None:
            return False
        self.asked.append(dict(message))
        if message["msg"] not in self.mute:
            self.desk.packet(self._peer, encode(message))
        return True

    def drop(self) -> None:
        self.desk = None
        self._items.append(KeeperLost())

    def plug_in(self, desk: Any) -> None:
        self.desk, self._peer = desk, _Peer(self._items)
        desk.packet(self._peer, encode({"msg": "hello", "v": 1, "pid": 1}))

    def of(self, msg: str) -> list[dict[str, Any]]:
        return [message for message in self.asked if message["msg"] == msg]


class _Peer:
    def __init__(self, items: deque[object]) -> None:
        self._items = items

    def send(self, message: dict[str, object]) -> bool:
        told = decode(encode(message), FROM_KEEPER)
        self._items.append(KeeperMet(told) if told["msg"] == "welcome" else KeeperSaid(told))
        return True

    def end(self) -> None:
        self._items.append(KeeperLost())


@dataclass(frozen=True)
class Hub:
    """What the hub says: one view, changed by replacing."""

    view: MachineView

    def with_(self, **changes: Any) -> "Hub":
        return Hub(replace(self.view, rev=self.view.rev + 1, **changes))


def key(name: str) -> str:
    return badge_key(KEYS.badge, UIDS[name])


def grant(name: str, *roles: Role, lang: str = "en") -> Grant:
    until = TUESDAY + timedelta(days=100)
    return Grant(key(name), name, name.capitalize(), lang, until, roles or (Role.MEMBER,))


def booking(name: str, start_min: int, end_min: int) -> Booking:
    begin, end = TUESDAY + timedelta(minutes=start_min), TUESDAY + timedelta(minutes=end_min)
    return Booking(f"{name}-slot", name, ReservationKind.BOOKING, begin, end)


LASER = MachinePolicy(
    id="LAS-1", lab="adc", name="Trotec", family="laser", risk=Risk.HIGH, pre_run_s=0, run_on_s=180
)


def usual_view() -> MachineView:
    granted = (grant("amelie", lang="fr"), grant("bram", lang="nl"), grant("driss", Role.MANAGER))
    lacks = (Refusal(Reason.CERT_MISSING, {"course": "LAS1"}), Refusal(Reason.MEMBER_EXPIRED))
    hours = Opening(TUESDAY - timedelta(hours=4), TUESDAY + timedelta(hours=6), Audience.MEMBERS)
    return MachineView(
        epoch=EPOCH,
        store=STORE,
        rev=1,
        issued=TUESDAY,
        machine=LASER,
        grants={one.key: one for one in granted},
        refusals={key("chloe"): lacks},
        bookings=(booking("amelie", 0, 60), booking("bram", 60, 120)),
        openings=(hours,),
    )


class Machine:
    """Everything at one machine; the verbs are what people and the hub do."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.link, self.face = HandClock(), HandLink(), SimulatedFace()
        self.items: deque[object] = deque()
        self.line = HandLine(self.items)
        self.hardware = BareHardware()
        self.outcomes: list[TapOutcome] = []
        self.hub = Hub(usual_view())
        self.locks: tuple[Lock, ...] = ()
        self.lifted: tuple[str, ...] = ()
        self.lock_rev = 1
        self._ids = count(1)
        self._folder, self._keypad = folder, False
        self.shelf = SqliteShelf(folder / "shelf.db")
        self.keeper = _keeper(folder, self.clock, self.hardware)
        self.doorman = self._doorman()

    # -- the machine's own

    def start(self) -> None:
        self.meet_keeper()
        self.settle()

    def meet_keeper(self) -> None:
        self.line.plug_in(self.keeper._desk)

    def settle(self) -> None:
        """Let everything have its consequences."""
        self.doorman.turn(None)
        self.keeper._desk.push(beat=False)
        self._hear_all()

    def _hear_all(self) -> None:
        while self.items:
            self.doorman.turn(self.items.popleft())
            self.keeper._desk.push(beat=False)

    def pass_s(self, span_s: float, step_ms: int | None = None) -> None:
        """Let time pass: every instant at which one of the two wants to be woken, or only each `step_ms`."""
        end_ms = self.clock.monotonic_ms() + int(span_s * 1000)
        while (left_ms := end_ms - self.clock.monotonic_ms()) > 0:
            self.clock.pass_ms(min(left_ms, step_ms or self._wakes_in_ms()))
            self.keeper.keeper.look()
            self.keeper._beat()
            if not self.items:
                self.doorman.turn(None)
            self._hear_all()

    def _wakes_in_ms(self) -> int:
        exchange_ms = self.doorman._house.exchange.beat_ms()
        due = (self.keeper.keeper.due_ms(), self.doorman._due_ms(), exchange_ms)
        waits_ms = (at - self.clock.monotonic_ms() for at in due if at is not None)
        return max(min(STEP_MS, *waits_ms), SHORTEST_MS)

    def leap_s(self, span_s: float) -> None:
        """The bench moves the clock: everybody is woken."""
        self.clock.pass_ms(int(span_s * 1000))
        self.doorman.turn(None)
        self.items.append(Leapt())
        self.settle()

    def contact(self, **inputs: object) -> None:
        self.hardware.contacts = replace(self.hardware.contacts, **inputs)
        self.keeper.keeper.look()
        self.settle()

    # -- people

    def tap(self, name: str, uid: bytes | None = None) -> TapOutcome | None:
        """Lay the badge; what became of it, None while it is being decided."""
        told = len(self.outcomes)
        self.items.append(TapSeen(uid or UIDS[name], self.clock.monotonic_ms()))
        self.settle()
        self.items.append(CardGone())
        self.settle()
        return self.outcomes[-1] if len(self.outcomes) > told else None

    # -- the hub

    def connect(self) -> None:
        self.link.online = True
        self.hear(LinkUp())
        self.send_view()
        self.send_locks()
        self.answer_hello()

    def disconnect(self) -> None:
        self.link.online = False
        self.hear(LinkDown())

    def hear(self, item: object) -> None:
        self.items.append(item)
        self.settle()

    def send_view(self, **changes: Any) -> None:
        if changes:
            self.hub = self.hub.with_(**changes)
        body = view_body(self.hub.view)
        self.hear(Heard(read(View, body), body))

    def send_locks(self) -> None:
        told = LockList(EPOCH, STORE, self.lock_rev, self.locks, self.lifted)
        self.hear(Heard(told, body_of(told)))

    def lock_out(self, owner: str, lock_id: str = "lock-1") -> None:
        self.lock_rev += 1
        lock = Lock(lock_id, LockKind.LOCKOUT, owner, owner, "belt", self.clock.wall())
        self.locks = (*self.locks, lock)
        self.send_locks()

    def lift(self, lock_id: str) -> None:
        self.lock_rev += 1
        self.locks = tuple(lock for lock in self.locks if lock.id != lock_id)
        self.lifted = (*self.lifted, lock_id)
        self.send_locks()

    def answer_hello(self) -> None:
        hello = self.link.last(Hello)
        now = Now(hello.nonce, self.clock.wall(), EPOCH, STORE, self.hub.view.rev, self.lock_rev)
        self.hear(Heard(now, body_of(now)))

    def answer_ask(self, **decision: Any) -> None:
        """Answer the open question; `grant` and `reservation` go beside the decision."""
        asked = self.link.last(Ask)
        beside = {name: decision.pop(name) for name in ("grant", "reservation") if name in decision}
        answer = Answer(EPOCH, STORE, asked.id, asked.nonce, Decision(**decision), **beside)
        self.hear(Heard(answer, body_of(answer)))

    def refuse_ask(self, code: Reason) -> None:
        self.answer_ask(allowed=False, objections=(Objected(code, {}),))

    def order(self, kind: OrderKind, **fields: Any) -> str:
        order_id = f"order-{next(self._ids)}"
        expires = self.clock.wall() + timedelta(seconds=8)
        told = Order(EPOCH, STORE, order_id, "boot-1", expires, kind, **fields)
        self.hear(Heard(told, body_of(told)))
        return order_id

    # -- what is to be seen

    @property
    def state(self) -> NodeState:
        return self.link.last(NodeState)

    @property
    def lines(self) -> tuple[str, ...]:
        return self.face.last.lines if self.face.last else ()

    @property
    def screen(self) -> str:
        return self.face.last.name if self.face.last else ""

    @property
    def relay(self) -> bool:
        return self.hardware.relay

    def records(self, *types: str) -> list[dict[str, Any]]:
        """What stands in the journal, by type."""
        import json  # noqa: PLC0415  only here

        rows = self.keeper._store._base.execute("SELECT text FROM record ORDER BY journal, seq")
        found = [json.loads(row[0]) for row in rows]
        return [record for record in found if not types or record["type"] in types]

    def take_records(self) -> list[dict[str, Any]]:
        """The hub stores and acknowledges batch after batch; all records, each once, as they came."""
        taken: dict[tuple[str, int], dict[str, Any]] = {}
        while (batch := self.batches()[-1]).records[-1]["hash"] not in {
            one["hash"] for one in taken.values()
        }:
            for record in batch.records:
                taken.setdefault((batch.journal, record["seq"]), record)
            ack = Ack(EPOCH, STORE, {batch.journal: batch.records[-1]["seq"]})
            self.hear(Heard(ack, body_of(ack)))
        return list(taken.values())

    def batches(self) -> list[Records]:
        return [message for message in self.link.said if isinstance(message, Records)]

    def restart_doorman(self, *, ntp: bool) -> None:
        """The doorman's program starts again, from what lies on the shelf."""
        self.items.clear()
        self.doorman = self._doorman(ntp=ntp)
        self.meet_keeper()
        self.settle()

    def cut_mains(self) -> None:
        """The mains fail and come back ten seconds later: both programs start again, from their cards."""
        self.keeper._store.close()
        self.line.desk = None
        self.hardware.relay = self.hardware.extraction = False  # nobody drives the lines
        self.clock.pass_ms(10_000)
        self.keeper = _keeper(self._folder, self.clock, self.hardware)
        self.restart_doorman(ntp=False)
        self.connect()

    def give_keypad(self, *, fitted: bool = True) -> None:
        """A tablet is set up beside the reader, or taken away; the doorman starts anew."""
        self._keypad = fitted
        self.restart_doorman(ntp=True)
        self.connect()

    def spoil_shelf(self) -> None:
        """The card has lost the doorman's file; he starts again."""
        self.shelf.close()
        (self._folder / "shelf.db").write_bytes(b"rubbish" * 1000)
        self.shelf, damaged = open_shelf(self._folder / "shelf.db")
        self.items.clear()
        self.doorman = self._doorman(ntp=True, damaged=damaged)
        self.meet_keeper()
        self.settle()

    def _doorman(self, *, ntp: bool = False, damaged: bool = False) -> Doorman:
        me = Me("las-1", "LAS-1", "boot-1")
        world = World(self.link, self.shelf, self.clock, lambda: f"nonce-{next(self._ids)}", lambda: ntp)
        house = House(
            clock=self.clock,
            inbox=Inbox(self.clock),
            exchange=Exchange(me, world),
            line=self.line,
            face=self.face,
            key_of=lambda uid: badge_key(KEYS.badge, uid),
            new_id=lambda: f"id-{next(self._ids)}",
            outcome=self.outcomes.append,
            hide=lambda uid, nonce: hidden(KEYS.conceal, uid, nonce),
            shelf_damaged=damaged,
            keypad=self._keypad,
        )
        return Doorman(house)


SETTINGS = """
[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"
[pins]
relay = 17
estop = 22
[broker]
host = "127.0.0.1"
port = 1883
user = "las-1"
tls = false
"""


def _keeper(folder: Path, clock: HandClock, hardware: BareHardware) -> Any:
    (folder / "node.toml").write_text(SETTINGS)
    store, found = open_store(folder / "journal.db")
    parts = (Inbox(clock), store)
    made = keeper_program._assemble(load(folder / "node.toml"), clock, hardware, parts)
    made.keeper.boot(found)
    return made


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """LAS-1 on Tuesday at 14:00: Amelie has 14:00-15:00, Bram 15:00-16:00; hub and keeper are there."""
    made = Machine(tmp_path)
    made.start()
    made.connect()
    made.settle()
    yield made
    made.shelf.close()
    made.keeper._store.close()


@pytest.fixture
def offline(machine: Machine) -> Machine:
    """The same with the network gone."""
    machine.disconnect()
    return machine
