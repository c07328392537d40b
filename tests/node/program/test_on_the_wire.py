"""A whole node and a real broker; the hub is played by hand, as wire.md lets anybody do."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Queue
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from core.views import view_body
from core.wire import post, topics
from core.wire.messages import Ask, Done, Hello, NodeState, Records
from core.wire.seal import Keys
from core.wire.topics import Down
from loquet.models.card import Card
from loquet.models.chip import Chip
from node.app.doorman import DoormanProgram, doorman_program
from node.doorman.outcome import TapOutcome
from node.doorman.parts import DoormanParts
from node.settings import NodeSettings
from tests.node.doorman.conftest import BareHardware
from tests.node.program.conftest import HERS, SECRET, WITHIN_S, open_view, wait_for

KEYS = Keys.of(SECRET)
EPOCH, STORE = 1_700_000_500, "hub-by-hand"


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the program runs on the machine's clock


class HubByHand:
    """Answers every hello, acknowledges every batch, and keeps what it heard."""

    def __init__(self, port: int, password: str) -> None:
        self.heard: list[Any] = []
        self.records: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.view_rev, self.lock_rev = 1, 1
        self.answers: dict[str, Any] = {"allowed": False, "objections": [{"code": "QUOTA", "params": {}}]}
        self.reservation: dict[str, object] | None = None
        self.grant: dict[str, object] | None = None
        self._ready = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="hub.1")
        self._client.username_pw_set("hub.1", password)
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("loquet/v1/node/+/up/+", 1)
        self._client.loop_start()
        assert self._ready.wait(WITHIN_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, kind: Down, body: Mapping[str, object], *, retain: bool = False) -> None:
        home = {"v": 1, "epoch": EPOCH, "store": STORE}
        topic, payload = post.for_node("las-1", KEYS, kind, {**home, **body})
        self._client.publish(topic, payload, topics.qos(kind), retain=retain).wait_for_publish(WITHIN_S)

    def say_view(self, **changes: Any) -> None:
        view = replace(open_view(now()), epoch=EPOCH, store=STORE, rev=self.view_rev, **changes)
        self.say(Down.VIEW, view_body(view), retain=True)

    def say_locks(self, *locks: Mapping[str, object], lifted: tuple[str, ...] = ()) -> None:
        body = {"rev": self.lock_rev, "locks": list(locks), "lifted": list(lifted)}
        self.say(Down.LOCKS, body, retain=True)

    def order(self, order: str, session: str | None) -> None:
        state = self.last(NodeState)
        body = {"id": f"order-{order}", "boot": state.boot, "expires": stamp(now() + timedelta(seconds=8))}
        self.say(
            Down.ORDER, {**body, "order": order, "session": session, "by": "driss", "reason": "staff-stop"}
        )

    def last(self, kind: type) -> Any:
        return next((message for message in reversed(self.heard) if isinstance(message, kind)), None)

    def types(self) -> list[str]:
        return [str(self.records[place]["type"]) for place in sorted(self.records)]

    def _take(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if not message.payload:
            return
        _, told = post.read_from_node(message.topic, bytes(message.payload), lambda _: KEYS)
        if isinstance(told, Hello):
            body = {"nonce": told.nonce, "time": stamp(now())}
            self._publish(Down.NOW, {**body, "view_rev": self.view_rev, "lock_rev": self.lock_rev})
        elif isinstance(told, Records):
            for record in told.records:
                self.records[told.journal, int(str(record["seq"]))] = record
            self._publish(Down.ACK, {"journals": {told.journal: told.records[-1]["seq"]}})
        elif isinstance(told, Ask):
            body = {"id": told.id, "nonce": told.nonce, "decision": self.answers}
            self._publish(Down.ANSWER, {**body, "grant": self.grant, "reservation": self.reservation})
        self.heard.append(told)

    def _publish(self, kind: Down, body: Mapping[str, object]) -> None:
        home = {"v": 1, "epoch": EPOCH, "store": STORE}
        topic, payload = post.for_node("las-1", KEYS, kind, {**home, **body})
        self._client.publish(topic, payload, topics.qos(kind))


@pytest.fixture
def hub(broker: Any) -> Iterator[HubByHand]:
    made = HubByHand(broker.port, "hub-secret")
    made.say_view()
    made.say_locks()
    yield made
    made.close()


@pytest.fixture
def node(
    settings: NodeSettings,
    broker: Any,
    hub: HubByHand,
    chip: Chip,
    outcomes: "Queue[TapOutcome]",
    keeping: None,
) -> Iterator[DoormanProgram]:
    password = settings.state_dir / "password"
    password.write_text("las-1-secret")
    wired = replace(settings.broker, port=broker.port, password_file=password)
    made = doorman_program(
        replace(settings, broker=wired), parts=DoormanParts(pause_us=chip.pass_us, outcome=outcomes.put)
    )
    thread = threading.Thread(target=made.run)
    thread.start()
    wait_for(
        lambda: made.seen.fresh and "stale" not in made.seen.inhibits and made.seen.keeper == "ok", "linked"
    )
    yield made
    made.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


def lay(node: DoormanProgram, chip: Chip, outcomes: "Queue[TapOutcome]") -> TapOutcome:
    chip.air.lay(Card(HERS))
    outcome = outcomes.get(timeout=WITHIN_S)
    chip.air.lift()
    wait_for(lambda: not node.seen.card and node.seen.idle, "card gone")
    return outcome


def let_in(hub: HubByHand) -> None:
    hub.answers = {"allowed": True, "until": stamp(now() + timedelta(minutes=30)), "objections": []}
    hub.grant = {"key": "k", "who": "amelie", "name": "Amelie", "lang": "fr", "until": None}
    hub.reservation = {"id": "walk-1"}


def test_a_walk_up_is_booked_by_the_hub_powered_recorded_and_ended(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).action == "start"
    assert hardware.relay
    wait_for(lambda: "power-on" in hub.types() and hub.last(NodeState).relay == "closed", "hub knows")
    assert hub.last(NodeState).session
    assert lay(node, chip, outcomes).action == "end"
    wait_for(lambda: not node.seen.unacked, "all records stored")
    assert "session-start" in hub.types()
    start = next(record for record in hub.records.values() if record["type"] == "session-start")
    assert start["data"]["reservation"] == "walk-1"


def test_what_the_hub_refuses_is_refused(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    assert lay(node, chip, outcomes).reason == "QUOTA"
    assert not hardware.relay


def test_a_lockout_from_the_hub_opens_the_relay_and_its_record_comes(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.lock_rev = 2
    since = stamp(now())
    hub.say_locks(
        {"id": "l1", "kind": "lockout", "owner": "driss", "by": "driss", "reason": "belt", "since": since}
    )
    wait_for(lambda: not hardware.relay, "relay open")
    wait_for(lambda: "inhibit-set" in hub.types(), "record")
    wait_for(lambda: hub.last(NodeState).locks.ids == ("l1",), "shown")
    hub.lock_rev = 3
    hub.say_locks(lifted=("l1",))
    wait_for(lambda: "lockout" not in node.seen.inhibits, "lifted")
    assert not hardware.relay


def test_a_revoked_grant_stops_the_session(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.view_rev = 2
    hub.say_view(grants={})
    wait_for(lambda: node.seen.phase != "in-use", "winding down")
    wait_for(lambda: any(one["data"].get("reason") == "revoked" for one in hub.records.values()), "told why")


def test_an_order_is_carried_out_and_answered(
    node: DoormanProgram, hub: HubByHand, chip: Chip, hardware: BareHardware, outcomes: "Queue[TapOutcome]"
) -> None:
    let_in(hub)
    assert lay(node, chip, outcomes).allowed
    hub.order("stop-now", None)
    wait_for(lambda: not hardware.relay, "relay open")
    wait_for(lambda: hub.last(Done) is not None, "answered")
    assert hub.last(Done).ok


def test_with_the_broker_killed_the_badge_still_works_and_the_records_come_once(
    node: DoormanProgram,
    broker: Any,
    hub: HubByHand,
    chip: Chip,
    hardware: BareHardware,
    outcomes: "Queue[TapOutcome]",
) -> None:
    wait_for(lambda: not node.seen.unacked, "all stored")
    broker.kill()
    wait_for(lambda: not node.seen.online, "offline")
    assert lay(node, chip, outcomes).action == "start"
    assert hardware.relay
    broker.start()
    hub.close()
    again = HubByHand(broker.port, "hub-secret")
    again.say_view()
    again.say_locks()
    wait_for(lambda: "power-on" in again.types(), "records after the break")
    wait_for(lambda: not node.seen.unacked, "all stored")
    places = sorted(again.records)
    assert len({seq for _, seq in places}) == len(places)
    again.close()
