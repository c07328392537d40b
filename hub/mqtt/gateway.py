"""How do messages become calls of services, and commits become messages? The gateway, one a hub.

paho's thread queues, and answers by itself only the question that comes alone and changes nothing; lanes open,
check and hand over; one publisher sends. What is refused is counted and logged: the first, tenth, hundredth of
its kind from one node.
"""

import threading
from collections import Counter

import structlog

from core.wire import post, topics
from core.wire.messages import Ack, Answer, Ask, Done, Hello, NodeState, Now, Records, body_of
from core.wire.post import FromNode
from core.wire.refused import Flaw, Refused
from core.wire.topics import Down, Up
from hub.mqtt.keyring import Keyring
from hub.mqtt.lanes import Lanes
from hub.mqtt.link import BrokerLink, Ears, Way
from hub.mqtt.outgoing import Bodies, Outgoing
from hub.ports import Busy, Clock, Store
from hub.ports.link import Handlers, Later

POLL_S = 0.5  # a commit of another process (a command) is sent this much later at most
BEAT_EVERY_MS = 5_000  # wire.md: hub/state
LOST_AFTER_MS = 5_000  # a broker that was only restarted is back by then (a fault shows within 15 s)
MOST_KINDS_COUNTED = 10_000
_log = structlog.get_logger(__name__)


class Gateway:
    """The hub's NodeLink; `leader` alone says hub/state and empties the outbox."""

    def __init__(
        self, way: Way, store: Store, clock: Clock, keys: Keyring, bodies: Bodies, handlers: Handlers
    ) -> None:
        self._clock, self._keys, self._handlers = clock, keys, handlers
        self._link = BrokerLink(way, Ears(self._queue, self._came_up, self._will))
        self._out = Outgoing(store, clock, keys, self._link, bodies)
        self._lanes = Lanes(self._handle)
        self.refused: Counter[tuple[str, str]] = Counter()  # (node, flaw)
        self._wake = threading.Event()
        self._finish = threading.Event()
        self._new_broker = threading.Event()
        self._at_rest = threading.Event()
        self._beat_ms = 0
        self._lost_ms: int | None = None
        self._thread = threading.Thread(target=self._publish, name="publisher", daemon=True)
        clock.on_leap(self.flush)

    @property
    def online(self) -> bool:
        """Does the broker hold our connection?"""
        return self._link.online

    def start(self) -> None:
        """Connect, and connect again for ever."""
        self._lanes.start()
        self._link.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what was taken, say that the hub is down, disconnect."""
        self._finish.set()
        self._wake.set()
        self._lanes.stop()
        if self._thread.is_alive():
            self._thread.join(5.0)
        self._link.stop(self._will())

    def flush(self) -> None:
        """Look at the outbox now: a transaction was committed, or the clock was moved."""
        self._wake.set()
        self._at_rest.clear()  # after, not before: the publisher may be about to rest

    def idle(self) -> bool:
        """Is nothing under way: no message waiting, none being handled, nothing due in the outbox?"""
        if not self._lanes.idle():
            return False
        return not self.online or (self._at_rest.is_set() and not self._out.waiting())

    # -- what comes in

    def _queue(self, topic: str, payload: bytes, alone: bool = False) -> None:
        try:
            node = post.sender(topic, payload)
        except Refused as refusal:
            self._refuse(topic, refusal)
            return
        asks = alone and topics.read_up(topic)[1] is Up.ASK and self._lanes.free(node)
        if asks and self._answered(topic, payload):
            return
        if not self._lanes.put(node, topic, payload):
            self._refuse(topic, Refused(Flaw.SIZE, "the lane is full"))

    def _answered(self, topic: str, payload: bytes) -> bool:
        """A person waits: what needs no writing is answered here, while nobody else does. False: it is for the lane."""
        try:
            node, ask = post.read_from_node(topic, payload, self._keys)
            told = self._handlers.at_once(node, ask) if isinstance(ask, Ask) else Later()
        except Refused as refusal:
            self._refuse(topic, refusal)
            return True
        except Busy:
            return False
        if isinstance(told, Later):
            return False
        self._reply(node, Down.ANSWER, told)
        return True

    def _handle(self, topic: str, payload: bytes) -> None:
        try:
            node, message = post.read_from_node(topic, payload, self._keys)
            self._dispatch(node, message)
        except Refused as refusal:
            self._refuse(topic, refusal)
        except Busy:
            _log.warning("store_busy", topic=topic)  # unheard: the node says it again
        self.flush()

    def _dispatch(self, node: str, message: FromNode) -> None:
        match message:
            case NodeState():
                self._handlers.on_state(node, message)
            case Hello():
                self._reply(node, Down.NOW, self._handlers.on_hello(node, message))
            case Records():
                self._reply(node, Down.ACK, self._handlers.on_records(node, message))
            case Ask():
                self._reply(node, Down.ANSWER, self._handlers.on_ask(node, message))
            case Done():
                self._out.done(message.id)
                self._handlers.on_done(node, message)

    def _reply(self, node: str, kind: Down, message: Now | Ack | Answer | None) -> None:
        if message is not None:
            self._out.say(node, kind, body_of(message))

    def _refuse(self, topic: str, refusal: Refused) -> None:
        if len(self.refused) >= MOST_KINDS_COUNTED:
            self.refused.clear()
        kind = (topic[:80], refusal.flaw.value)
        self.refused[kind] += 1
        count = self.refused[kind]
        if str(count).strip("0") == "1":
            _log.warning("message_refused", topic=kind[0], flaw=kind[1], detail=refusal.detail, count=count)

    # -- what goes out

    def _came_up(self) -> None:
        self._new_broker.set()
        self.flush()

    def _will(self) -> tuple[str, bytes] | None:
        try:
            return self._out.beat("down")
        except Busy:
            return None  # without a will the silence says the same, 15 s later

    def _publish(self) -> None:
        while not self._finish.is_set():
            self._wake.wait(POLL_S)
            self._wake.clear()
            try:
                self._round()
            except Busy:
                _log.warning("store_busy", topic="outbox")
            except Exception:  # noqa: BLE001 - the publisher must outlive a fault in one message
                _log.exception("publishing_failed")
            if not self._wake.is_set():
                self._at_rest.set()

    def _round(self) -> None:
        now_ms = self._clock.monotonic_ms()
        if not self.online:
            self._watch_the_silence(now_ms)
            return
        self._lost_ms = None
        if self._new_broker.is_set():
            self._beat_ms = now_ms
            self._tell_everybody()
        if now_ms >= self._beat_ms:
            self._beat(now_ms)
        if self._out.send_due():
            self._wake.set()

    def _tell_everybody(self) -> None:
        self._new_broker.clear()
        try:
            self._out.send_all()
        except Busy:
            self._new_broker.set()  # the next round tries again
            raise

    def _beat(self, now_ms: int) -> None:
        self._beat_ms = now_ms + BEAT_EVERY_MS
        packet = self._out.beat()
        if packet is not None:
            self._link.publish(*packet, qos=topics.AT_LEAST_ONCE, retain=True)

    def _watch_the_silence(self, now_ms: int) -> None:
        if self._lost_ms is None:
            self._lost_ms = now_ms + LOST_AFTER_MS
        elif 0 < self._lost_ms <= now_ms:
            self._lost_ms = 0  # said once
            self._handlers.on_broker_lost()
