"""Does the hub hear its nodes, and nobody else, and do they hear what was committed? Over a real Mosquitto."""

import queue
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from core.journal import digest
from core.wire import codec, post, topics
from core.wire import messages as m
from core.wire.codec import instant_text
from core.wire.seal import Keys
from core.wire.topics import Down, Up
from hub.clock import SystemClock
from hub.mqtt import wiring
from hub.mqtt.gateway import Gateway
from hub.mqtt.keyring import Keyring
from hub.mqtt.link import Way
from hub.mqtt.outgoing import Bodies
from hub.ports.link import Handlers, Later
from hub.services import granting
from hub.services.sealing import Vault
from hub.store.making import found
from tests.cast import ADC
from tests.somebody import PATIENCE_S, Somebody

pytestmark = pytest.mark.mosquitto
SECRET = bytes(range(32))
LAS = Keys.of(SECRET)
EVERY = tuple(topics.down("las-1", kind) for kind in Down)


def until(true, reason: str) -> None:
    """Wait till something becomes true."""
    pause = threading.Event()
    for _ in range(PATIENCE_S * 50):
        if true():
            return
        pause.wait(0.02)
    pytest.fail(reason)


class House:
    """A hub's store with one node, and gateways to it."""

    def __init__(self, store, broker, stack: ExitStack) -> None:
        self.store, self.broker, self._stack = store, broker, stack
        self.clock, self.vault = SystemClock(), Vault(bytes(32))
        now = self.clock.wall()
        store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", self.vault.seal(SECRET), now))
        self.mark = store.read(lambda tx: tx.meta.mark())

    def open(self, **handlers) -> Gateway:
        """A gateway that listens; `handlers` replace those of the house."""
        made = wiring.gateway(self._way(), self.store, self.vault, self.clock)
        if handlers:
            usual = wiring.handlers(self.store, self.vault, self.clock)
            named = {name: getattr(usual, name) for name in Handlers.__slots__}
            asked = {} if "on_ask" not in handlers else {"at_once": lambda _node, _ask: Later()}
            made._handlers = Handlers(**(named | asked | handlers))
        made.start()
        self._stack.callback(made.stop)
        until(lambda: made.online, "the gateway does not come up")
        return made

    def node(self, *wanted: str) -> Somebody:
        """A bare client that is las-1."""
        client = Somebody(self.broker, "las-1", *(wanted or EVERY))
        self._stack.callback(client.close)
        return client

    def look(self):
        return self.store.read(lambda tx: tx.nodes.get("las-1"))

    def _way(self) -> Way:
        return Way(self.broker.host, self.broker.port, "hub.1", self.broker.users["hub.1"])


@pytest.fixture
def house(store, cast, broker) -> Iterator[House]:
    if store.read(lambda tx: tx.meta.mark()) is None:
        store.write(lambda tx: found(tx, SystemClock().wall(), demo=True))
    with ExitStack() as stack:
        yield House(store, broker, stack)


def say(node: Somebody, message) -> None:
    node.publish(*post.from_node("las-1", LAS, message))


def heard(node: Somebody, kind):
    """The next message of this kind; others before it are passed over."""
    while True:
        packet = node.next()
        message, _ = post.read_for_node("las-1", LAS, packet.topic, packet.payload, retained=packet.retain)
        if isinstance(message, kind):
            return message


def batch(*seqs: int, journal: str = "j1", prev: str = "") -> m.Records:
    """Records of taps, chained."""
    made = []
    for seq in seqs:
        bare = {
            "seq": seq,
            "at": instant_text(SystemClock().wall()),
            "boot": "k1",
            "mono_ms": seq,
            "clock": "hub",
            "type": "tap",
            "session": None,
            "data": {"key": "k", "allowed": 0, "reasons": ["BADGE_UNKNOWN"]},
            "prev": prev,
        }
        prev = digest(bare)
        made.append(bare | {"hash": prev})
    return m.Records(journal, "boot-1", seqs[0], tuple(made))


def stored(house: House) -> list[int]:
    return sorted(record.seq for record in house.store.read(lambda tx: tx.records.of("las-1", ["tap"])))


def test_a_hello_is_answered_with_the_time_and_what_the_node_should_hold(house):
    house.open()
    node = house.node()
    before = house.clock.wall()
    say(node, m.Hello("nonce-1", "boot-1", heads={"j1": 4}))
    now = heard(node, m.Now)
    assert (now.nonce, now.epoch, now.store) == ("nonce-1", house.mark.epoch, house.mark.store)
    assert before - timedelta(milliseconds=1) <= now.time <= house.clock.wall()
    assert (now.view_rev, now.lock_rev) == (house.look().view_rev, house.look().lock_rev)
    assert house.look().boot == "boot-1"


def test_a_state_is_kept_for_the_boards_and_nothing_else(house):
    house.open()
    node = house.node()
    say(node, m.NodeState(online=True, machine="LAS-1", version="0.1", boot="b"))
    until(lambda: house.look().online, "the state was not kept")
    assert house.look().live["machine"] == "LAS-1"
    say(node, m.NodeState(online=False))
    until(lambda: not house.look().online, "the farewell was not kept")
    assert house.store.read(lambda tx: tx.sessions.running("LAS-1")) is None


def test_a_node_finds_its_view_and_locks_at_the_broker(house):
    house.open()
    node = house.node(topics.down("las-1", Down.VIEW), topics.down("las-1", Down.LOCKS))
    found = {type(heard(node, m.View | m.LockList)) for _ in range(2)}
    assert found == {m.View, m.LockList}


def test_a_changed_view_is_sent_after_the_commit_at_its_new_revision(house):
    gateway = house.open()
    node = house.node(topics.down("las-1", Down.VIEW))
    first = heard(node, m.View).rev
    house.store.write(lambda tx: granting.changed(tx, ["LAS-1"], house.clock.wall()))
    gateway.flush()
    assert heard(node, m.View).rev == first + 1
    until(gateway.idle, "the gateway does not come to rest")


def test_records_are_acknowledged_once_they_are_stored(house):
    house.open()
    node = house.node()
    say(node, batch(1, 2, 3))
    assert heard(node, m.Ack).journals == {"j1": 3}
    assert stored(house) == [1, 2, 3]
    say(node, batch(1, 2, 3))
    assert stored(house) == [1, 2, 3]


def test_the_broker_killed_before_the_ack_loses_and_doubles_nothing(house, broker):
    taken, go_on = threading.Event(), threading.Event()
    usual = wiring.handlers(house.store, house.vault, house.clock).on_records

    def slow(node, records):
        ack = usual(node, records)
        taken.set()
        assert go_on.wait(PATIENCE_S)
        return ack

    gateway = house.open(on_records=slow)
    records = batch(1, 2, 3)
    say(house.node(), records)
    assert taken.wait(PATIENCE_S)
    broker.kill()
    go_on.set()
    until(lambda: not gateway.online, "the broker's death went unseen")
    broker.start()
    until(lambda: gateway.online, "the broker's return went unseen")
    again = house.node()
    say(again, records)
    assert heard(again, m.Ack).journals == {"j1": 3}
    assert stored(house) == [1, 2, 3]


def test_a_new_broker_is_told_everything_that_the_dead_one_kept(house, broker):
    gateway = house.open()
    until(gateway.idle, "the gateway does not come to rest")
    broker.kill()
    until(lambda: not gateway.online, "the broker's death went unseen")
    broker.start()
    node = house.node(topics.down("las-1", Down.VIEW), topics.down("las-1", Down.LOCKS))
    assert {type(heard(node, m.View | m.LockList)) for _ in range(2)} == {m.View, m.LockList}


def test_a_question_is_answered_to_its_nonce(house):
    house.open()
    node = house.node()
    ask = m.Ask("q1", "n1", house.clock.wall(), m.Badge("nobody", "uid"), m.Purpose.USE)
    say(node, ask)
    answer = heard(node, m.Answer)
    assert (answer.id, answer.nonce, answer.decision.allowed) == ("q1", "n1", False)
    assert answer.decision.objections


def test_a_question_that_changes_nothing_is_answered_before_its_turn(house):
    told = []
    answer = m.Answer(house.mark.epoch, house.mark.store, "q1", "n1", m.Decision(allowed=False))
    gateway = house.open(
        at_once=lambda _node, ask: told.append(ask.id) or answer, on_ask=lambda *_: pytest.fail("in turn")
    )
    node = house.node()
    until(gateway.idle, "the gateway does not come to rest")  # beside other packets it would wait its turn
    say(node, m.Ask("q1", "n1", house.clock.wall(), m.Badge("k", "uid"), m.Purpose.USE))
    assert heard(node, m.Answer).id == "q1"
    assert told == ["q1"]


def test_a_question_that_books_is_answered_in_its_turn(house):
    answer = m.Answer(house.mark.epoch, house.mark.store, "q1", "n1", m.Decision(allowed=False))
    house.open(at_once=lambda *_: Later(), on_ask=lambda *_: answer)
    node = house.node()
    say(node, m.Ask("q1", "n1", house.clock.wall(), m.Badge("k", "uid"), m.Purpose.WALK_UP))
    assert heard(node, m.Answer).id == "q1"


def test_a_flood_of_questions_is_answered_in_turn_so_that_others_are_heard(house):
    """Who has more to say than one question does not keep the gateway's own thread."""
    gateway = house.open(at_once=lambda *_: pytest.fail("at once"), on_ask=lambda *_: None)
    ask = m.Ask("q1", "n1", house.clock.wall(), m.Badge("k", "uid"), m.Purpose.USE)
    gateway._queue(*post.from_node("las-1", LAS, ask), alone=False)
    until(gateway.idle, "the gateway does not come to rest")


def test_the_hub_says_that_it_lives_and_that_it_goes(house):
    gateway = house.open()
    node = house.node(topics.HUB_STATE)
    first = heard(node, m.HubState)
    assert (first.state, first.epoch, first.store) == ("up", house.mark.epoch, house.mark.store)
    gateway.stop()
    assert heard(node, m.HubState).state == "down"


def test_a_hub_that_dies_leaves_its_last_will(house):
    gateway = house.open()
    node = house.node(topics.HUB_STATE)
    assert heard(node, m.HubState).state == "up"
    gateway._link._client.socket().shutdown(2)
    assert heard(node, m.HubState).state == "down"


def test_an_order_is_sent_until_it_is_done(house):
    gateway = house.open()
    node = house.node(topics.down("las-1", Down.ORDER))
    say(node, m.Hello("n", "boot-1"))
    until(lambda: house.look().boot == "boot-1", "the hello was not taken")
    now = house.clock.wall()
    payload = {"id": "o1", "order": "stop", "by": "dora", "reason": "smell", "session": "s1"}
    house.store.write(lambda tx: tx.outbox.put(ADC, "order", "las-1", payload, now))
    gateway.flush()
    order = heard(node, m.Order)
    assert (order.id, order.boot, order.order, order.session) == ("o1", "boot-1", m.OrderKind.STOP, "s1")
    assert order.expires - now <= timedelta(seconds=10, milliseconds=1)
    assert house.store.read(lambda tx: tx.outbox.waiting(["order"])) == 1
    say(node, m.Done("o1", ok=True))
    until(lambda: "o1" in gateway._out._done, "the outcome was not heard")


def test_when_the_broker_stays_away_no_node_counts_as_online(house, broker):
    lost = threading.Event()
    gateway = house.open(on_broker_lost=lost.set)
    gateway._clock = Hurried(house.clock)
    broker.kill()
    assert lost.wait(PATIENCE_S)


class Hurried:
    """A clock on which every look is two seconds later."""

    def __init__(self, clock) -> None:
        self._clock, self._ahead_ms = clock, 0

    def wall(self):
        return self._clock.wall()

    def monotonic_ms(self) -> int:
        self._ahead_ms += 2_000
        return self._clock.monotonic_ms() + self._ahead_ms


# -- what is refused


@pytest.fixture
def listening(house):
    """A gateway that notes what reaches a service."""
    taken: queue.Queue = queue.Queue()
    gateway = house.open(on_hello=lambda node, hello: taken.put((node, hello.nonce)))
    return house, gateway, taken


def test_a_strangers_word_and_a_broken_seal_reach_no_service(listening, broker):
    house, gateway, taken = listening
    node = house.node()
    topic, payload = post.from_node("las-1", LAS, m.Hello("forged", "b"))
    node.publish(topic, payload[:-3] + b'A"}')
    node.publish(topic, b"\xff\x00 rubbish")
    node.publish(topics.up("las-1", Up.RECORDS), payload)  # another topic
    cnc = Somebody(broker, "cnc-2")
    cnc.publish(*post.from_node("cnc-2", LAS, m.Hello("not ours", "b")))
    say(node, m.Hello("good", "b"))
    assert taken.get(timeout=PATIENCE_S) == ("las-1", "good")
    cnc.close()
    until(lambda: sum(gateway.refused.values()) == 4, f"refused: {gateway.refused}")


def test_too_large_a_message_is_dropped_and_counted(listening):
    house, gateway, taken = listening
    node = house.node()
    node.publish(topics.up("las-1", Up.HELLO), random.Random(1).randbytes(256 * 1024 + 1))
    say(node, m.Hello("good", "b"))
    assert taken.get(timeout=PATIENCE_S) == ("las-1", "good")
    assert gateway.refused[(topics.up("las-1", Up.HELLO), "SIZE")] == 1


def test_a_flood_of_rubbish_is_logged_once_and_counted(listening):
    house, gateway, _ = listening
    with capture_logs() as logs:
        node = house.node()
        for _ in range(9):
            node.publish(topics.up("las-1", Up.STATE), b"{}")
        until(lambda: sum(gateway.refused.values()) == 9, f"refused: {gateway.refused}")
    assert [line["count"] for line in logs if line["event"] == "message_refused"] == [1]


def test_a_fault_in_one_message_does_not_stop_the_next(house):
    taken: queue.Queue = queue.Queue()

    def faulty(node, hello):
        if hello.nonce == "bad":
            raise RuntimeError("a fault of ours")
        taken.put(hello.nonce)

    house.open(on_hello=faulty)
    node = house.node()
    with capture_logs() as logs:
        say(node, m.Hello("bad", "b"))
        say(node, m.Hello("good", "b"))
        assert taken.get(timeout=PATIENCE_S) == "good"
    assert any(line["event"] == "message_failed" for line in logs)


def test_a_retired_node_is_a_stranger_within_seconds(house):
    asked = []
    clock = Hurried(house.clock)

    def secret_of(node):
        asked.append(node)
        return SECRET if len(asked) == 1 else None

    ring = Keyring(secret_of, clock)
    assert ring("las-1") == LAS
    assert ring("las-1") == LAS  # two seconds later: not asked again
    assert len(asked) == 1
    assert [ring("las-1") for _ in range(3)][-1] is None


def test_every_message_of_a_node_is_taken_in_its_order(house):
    taken: queue.Queue = queue.Queue()
    house.open(on_hello=lambda _node, hello: taken.put(hello.nonce))
    node = house.node()
    for number in range(50):
        node.client.publish(*post.from_node("las-1", LAS, m.Hello(f"n{number}", "b")), 1)
    assert [taken.get(timeout=PATIENCE_S) for _ in range(50)] == [f"n{number}" for number in range(50)]


def test_small_packets_of_the_hub_do_not_wait_for_each_other(house):
    sock = house.open()._link._client.socket()
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_one_nodes_view_that_cannot_be_made_keeps_no_other_node_waiting(house, broker):
    house.store.write(
        lambda tx: tx.nodes.add("cnc-2", ADC, "LAS-2", house.vault.seal(SECRET), house.clock.wall())
    )
    gateway = wiring.gateway(house._way(), house.store, house.vault, house.clock)
    usual = gateway._out._bodies

    def broken(tx, node, now):
        if node == "cnc-2":  # the first by name
            raise RuntimeError("a fault of ours")
        return usual.view(tx, node, now)

    gateway._out._bodies = Bodies(broken, usual.locks)
    with capture_logs() as logs:
        gateway.start()
        node = house.node(topics.down("las-1", Down.VIEW))
        assert heard(node, m.View)
    gateway.stop()
    assert [line["node"] for line in logs if line["event"] == "not_sent"] == ["cnc-2"]


def test_the_hubs_state_is_the_one_open_thing_it_says(house):
    house.open()
    node = house.node(topics.HUB_STATE)
    packet = node.next()
    assert set(codec.parse(packet.payload)) == {"v", "state", "epoch", "store", "time", "seq"}
