"""The hub, played by hand over a real broker, as wire.md lets anybody do: answers hellos, keeps records.

As a process (arguments: port and password) it says `ready` and serves until it is killed.
"""

import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt

from core.views import view_body
from core.wire import post, topics
from core.wire.messages import Ask, Hello, NodeState, Records
from core.wire.seal import Keys
from core.wire.topics import Down
from tests.node.program.house import SECRET, WITHIN_S, open_view

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
        self._retained: dict[str, bytes] = {}
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="hub.1")
        self._client.username_pw_set("hub.1", password)
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_connect = self._connected
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(WITHIN_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, kind: Down, body: Mapping[str, object], *, retain: bool = False) -> None:
        home = {"v": 1, "epoch": EPOCH, "store": STORE}
        topic, payload = post.for_node("las-1", KEYS, kind, {**home, **body})
        if retain:
            self._retained[topic] = payload
        self._client.publish(topic, payload, topics.qos(kind), retain=retain).wait_for_publish(WITHIN_S)

    def _connected(self, *_: object) -> None:
        """A broker that died has forgotten who subscribed, and what it kept."""
        self._client.subscribe("loquet/v1/node/+/up/+", 1)
        for topic, payload in self._retained.items():
            self._client.publish(topic, payload, 1, retain=True)

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


def let_in(hub: HubByHand) -> None:
    """From now on the hub books a walk-up for whoever asks."""
    hub.answers = {"allowed": True, "until": stamp(now() + timedelta(minutes=30)), "objections": []}
    hub.grant = {"key": "k", "who": "amelie", "name": "Amelie", "lang": "fr", "until": None}
    hub.reservation = {"id": "walk-1"}


def main() -> None:
    """Be the hub of las-1."""
    hub = HubByHand(int(sys.argv[1]), sys.argv[2])
    let_in(hub)
    hub.say_view()
    hub.say_locks()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
