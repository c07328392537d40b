"""Do a node's protocol and the hub's gateway agree, whatever happens to the broker between them?

The real exchange, shelf and link on one side, the real gateway, services and store on the other; only
the keeper is played: it holds a journal and gives it out in packets.
"""

import random
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.journal import digest
from core.wire.codec import instant_text
from core.wire.seal import Keys
from hub.clock import SystemClock
from hub.mqtt import wiring
from hub.mqtt.link import Way as HubWay
from hub.services import granting
from hub.services.sealing import Vault
from hub.store.making import found
from hub.store.store import open_store
from node.clock import SystemClock as NodeClock
from node.doorman import effects as e
from node.doorman.exchange import Exchange, Me, World
from node.doorman.link import PahoLink, Way
from node.doorman.shelf import SqliteShelf
from node.inbox import Inbox
from node.ports import Heard, LinkDown, LinkUp
from tests.cast import ADC, cast_in
from tests.stores import sqlite_copy

pytestmark = pytest.mark.mosquitto
SECRET = bytes(range(32))
PACKET = 7  # records that fit 4 KiB, more or less
PATIENCE_S = 60


class PlayedKeeper:
    """A journal in memory, given out in packets; it keeps count of what it was told is acknowledged."""

    def __init__(self) -> None:
        self.records: list[dict[str, object]] = []
        self.acked = 0
        self._lock = threading.Lock()

    def write(self) -> None:
        with self._lock:
            bare = {
                "seq": len(self.records) + 1,
                "at": instant_text(NodeClock().wall()),
                "boot": "k1",
                "mono_ms": len(self.records),
                "clock": "hub",
                "type": "tap",
                "session": None,
                "data": {"key": "k", "allowed": 0, "reasons": ["BADGE_UNKNOWN"]},
                "prev": self.records[-1]["hash"] if self.records else "",
            }
            self.records.append(bare | {"hash": digest(bare)})

    def read(self, after: tuple[str, int] | None, most: int) -> dict[str, object]:
        begin = 0 if after is None else after[1]
        with self._lock:
            given = self.records[begin : begin + min(most, PACKET)]
            more = begin + len(given) < len(self.records)
        journal = "j1" if given else None
        return {
            "msg": "records",
            "journal": journal,
            "boot": "k1",
            "first": 1,
            "records": given,
            "more": more,
        }


class Doorman(threading.Thread):
    """The one loop of a doorman that only passes on what the protocol wants."""

    def __init__(self, folder, broker, keeper: PlayedKeeper) -> None:
        super().__init__(daemon=True)
        self.clock, self.keeper = NodeClock(), keeper
        self.inbox: Inbox[LinkUp | LinkDown | Heard | str] = Inbox(self.clock)
        way = Way(broker.host, broker.port, "las-1", broker.users["las-1"])
        self.link = PahoLink("las-1", Keys.of(SECRET), way, self.inbox.put)
        self.shelf = SqliteShelf(folder / "shelf.db")
        world = World(self.link, self.shelf, self.clock, lambda: secrets.token_urlsafe(16))
        self.exchange = Exchange(Me("las-1", "LAS-1", secrets.token_urlsafe(16)), world)
        self.seen: list[e.Effect] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            self.link.start()
            self._follow(self.exchange.keeper_met())
            while self._turn():
                pass
        except BaseException as error:
            self.failure = error
            raise

    def _turn(self) -> bool:
        beat = self.exchange.beat_ms()
        item = self.inbox.take(self.exchange.due_ms(), beat)
        if item == "finish":
            self.exchange.farewell()
            return False
        if item == "grew":
            self._follow(self.exchange.journal_grew())
        elif item is not None:
            self._follow(self.exchange.take(item))
        self._follow(self.exchange.tick())
        return True

    def _follow(self, effects: list[e.Effect]) -> None:
        for effect in effects:
            self.seen.append(effect)
            if isinstance(effect, e.ReadJournal):
                self._follow(self.exchange.records(self.keeper.read(effect.after, effect.most)))
            elif isinstance(effect, e.Acked):
                self.keeper.acked = max(self.keeper.acked, effect.journals.get("j1", 0))

    def close(self) -> None:
        self.inbox.put("finish")
        self.join(PATIENCE_S)
        self.shelf.close()


class Both:
    """A hub and a node with a broker between them."""

    def __init__(self, folder, broker, stack: ExitStack) -> None:
        self.folder, self.broker, self._stack = folder, broker, stack
        self.clock, self.vault = SystemClock(), Vault(bytes(32))
        self.store = stack.enter_context(open_store(sqlite_copy(folder)))
        now = self.clock.wall()
        cast_in(self.store, now)
        self.store.write(lambda tx: found(tx, now, demo=True))
        self.store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", self.vault.seal(SECRET), now))
        self.keeper = PlayedKeeper()
        self.gateway = self.open_gateway()
        self.doorman = self.open_doorman()

    def open_gateway(self):
        way = HubWay(self.broker.host, self.broker.port, "hub.1", self.broker.users["hub.1"])
        gateway = wiring.gateway(way, self.store, self.vault, self.clock)
        gateway.start()
        self._stack.callback(gateway.stop)
        return gateway

    def open_doorman(self) -> Doorman:
        doorman = Doorman(self.folder, self.broker, self.keeper)
        doorman.start()
        self._stack.callback(doorman.close)
        return doorman

    def stored(self) -> list[int]:
        return sorted(one.seq for one in self.store.read(lambda tx: tx.records.of("las-1", ["tap"], 10_000)))

    def until(self, true, reason: str) -> None:
        pause = threading.Event()
        for _ in range(PATIENCE_S * 50):
            if self.doorman.failure is not None:
                pytest.fail(f"the doorman fell: {self.doorman.failure!r}")
            if true():
                return
            pause.wait(0.02)
        pytest.fail(reason)


@pytest.fixture
def both(tmp_path, broker) -> Iterator[Both]:
    with ExitStack() as stack:
        yield Both(tmp_path, broker, stack)


def test_a_node_comes_up_with_view_locks_and_the_time(both):
    both.until(lambda: both.doorman.exchange.fresh, "the node is not fresh")
    both.until(lambda: both.doorman.exchange.locks_taken, "the locks never came")
    assert both.doorman.exchange.trust.value == "hub"
    assert both.doorman.exchange.home == both.store.read(
        lambda tx: both.doorman.exchange.home.__class__(tx.meta.mark().epoch, tx.meta.mark().store)
    )


def test_a_changed_right_reaches_the_nodes_shelf(both):
    both.until(lambda: both.doorman.exchange.fresh, "the node is not fresh")
    held = both.doorman.exchange.view_held.rev
    both.store.write(lambda tx: granting.changed(tx, ["LAS-1"], both.clock.wall()))
    both.gateway.flush()
    both.until(lambda: both.doorman.exchange.view_held.rev == held + 1, "the view did not come")
    assert both.doorman.shelf.view().rev == held + 1


def test_records_come_once_and_in_order_while_the_broker_is_killed_again_and_again(both):
    dice = random.Random(5)
    pause = threading.Event()
    for _ in range(6):
        for _ in range(dice.randrange(20, 60)):
            both.keeper.write()
            both.doorman.inbox.put("grew")
        pause.wait(dice.uniform(0, 0.2))
        both.broker.kill()
        both.keeper.write()
        both.doorman.inbox.put("grew")
        both.broker.start()
    everything = list(range(1, len(both.keeper.records) + 1))
    both.until(lambda: both.keeper.acked == everything[-1], f"acknowledged up to {both.keeper.acked}")
    assert both.stored() == everything
    aside = both.store.read(lambda tx: tx.records.head("las-1", "j1"))
    assert (aside.stored, aside.hash) == (everything[-1], both.keeper.records[-1]["hash"])


def test_records_written_while_the_hub_was_away_come_when_it_is_back(both):
    both.until(lambda: both.doorman.exchange.fresh, "the node is not fresh")
    both.gateway.stop()
    for _ in range(150):
        both.keeper.write()
    both.doorman.inbox.put("grew")
    both.until(lambda: both.doorman.exchange.online, "the node has no broker")
    both.gateway = both.open_gateway()
    both.until(lambda: both.keeper.acked == 150, f"acknowledged up to {both.keeper.acked}")
    assert both.stored() == list(range(1, 151))


def test_a_doorman_that_starts_anew_sends_only_what_is_missing(both):
    for _ in range(5):
        both.keeper.write()
    both.doorman.inbox.put("grew")
    both.until(lambda: both.keeper.acked == 5, "not acknowledged")
    both.doorman.close()
    both.keeper.write()
    both.doorman = both.open_doorman()
    both.until(lambda: both.keeper.acked == 6, "not acknowledged")
    reads = [effect for effect in both.doorman.seen if isinstance(effect, e.ReadJournal)]
    assert reads[0].after == ("j1", 5)
    assert both.stored() == [1, 2, 3, 4, 5, 6]
