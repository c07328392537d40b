"""How do messages pass between this node and the broker? Seal and say; open and put in the inbox.

Every connection is a new, clean paho client: nothing of an older one is sent again behind our
back. paho's callbacks only open what came and put it in the inbox; the loop decides.
"""

import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.wire import codec, post, topics
from core.wire.messages import NodeState, body_of
from core.wire.post import FromNode
from core.wire.refused import Refused
from core.wire.seal import Keys
from core.wire.topics import Up
from node.doorman.link.patience import delay_s
from node.ports import Heard, LinkDown, LinkUp
from node.sparing import spared

if TYPE_CHECKING:  # a node is ready before its network is: the link's own thread loads them
    import ssl

    import paho.mqtt.client as mqtt

KEEPALIVE_S = 10  # wire.md; a dead line is noticed within 15 s
CONNECT_WITHIN_S = 5.0  # a broker that does not even accept by then counts as away
SENT = 0  # MQTT_ERR_SUCCESS
_ABSENT = (
    "dns.resolver",
    "socks",
)  # SRV records and proxies, which nobody asks for: 4 MB where they are installed
_UNUSED = (
    "urllib.request",
    "uuid",
)  # of a websocket and a client without a name: 4 MB with http, email and ssl
FAREWELL_WITHIN_S = 2.0  # systemd waits 10 s for us; the last will says the same if this fails
_log = logging.getLogger(__name__)
_OFFLINE = NodeState(online=False)


@dataclass(frozen=True, slots=True)
class Way:
    """Where the broker is and how to come in; without TLS on loopback alone."""

    host: str
    port: int
    user: str
    password: str | None = field(default=None, repr=False)
    tls: "ssl.SSLContext | None" = None


def tls_context(ca: Path, certificate: Path, key: Path) -> "ssl.SSLContext":
    """TLS 1.3 with this node's certificate, trusting this one CA, checking the broker's name."""
    import ssl  # noqa: PLC0415 -- see above

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(ca)
    context.load_cert_chain(certificate, key)
    return context


class PahoLink:
    """The node's connection, and its return; `put` is the inbox's, called from paho's thread."""

    def __init__(
        self, node: str, keys: Keys, way: Way, put: Callable[[LinkUp | LinkDown | Heard], None]
    ) -> None:
        self._node, self._keys, self._way, self._put = node, keys, way, put
        self._client: mqtt.Client | None = None
        self._online = False
        self._ended = threading.Event()  # this connection
        self._finish = threading.Event()  # all of them
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self.refused: Counter[str] = Counter()  # what was turned away, by flaw

    @property
    def online(self) -> bool:
        """Does the broker hold our connection, with every subscription made?"""
        return self._online

    def start(self) -> None:
        """Connect, and connect again for ever, in a thread of its own."""
        self._thread.start()

    def say(self, message: FromNode) -> bool:
        """Seal and send; False when there is no connection: the message is gone."""
        client = self._client
        if client is None or not self._online:
            return False
        topic, payload = post.from_node(self._node, self._keys, message)
        return self._publish(client, topic, payload).rc == SENT

    def stop(self) -> None:
        """Say goodbye, disconnect and end the thread."""
        client = self._client
        if client is not None and self._online:
            topic, payload = post.from_node(self._node, self._keys, _OFFLINE)
            self._wait_for(self._publish(client, topic, payload))
            client.disconnect()
        self._finish.set()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(CONNECT_WITHIN_S + FAREWELL_WITHIN_S)

    def _run(self) -> None:
        failures = 0
        while not self._finish.is_set():
            failures = 0 if self._one_connection() else failures + 1
            self._finish.wait(delay_s(failures))

    def _one_connection(self) -> bool:
        """Connect and stay as long as it lasts; True when it had come up."""
        self._ended.clear()
        client = self._new_client()
        try:
            greeted = client.connect(self._way.host, self._way.port, keepalive=KEEPALIVE_S)
        except OSError as error:
            _log.info("event=broker-away cause=%s", type(error).__name__)
            return False
        if greeted != SENT:  # it hung up in the middle of our greeting: paho tells nobody of that end
            _log.info("event=broker-away cause=greeting-cut code=%d", greeted)
            return False
        self._client = client
        client.loop_start()
        if not self._finish.is_set():
            self._ended.wait()
        came_up, self._online, self._client = self._online, False, None
        client.disconnect()
        client.loop_stop()
        if came_up:
            self._put(LinkDown())
        return came_up

    def _new_client(self) -> "mqtt.Client":
        with spared(absent=_ABSENT, later=_UNUSED if self._way.tls else (*_UNUSED, "ssl")):
            import paho.mqtt.client as mqtt  # noqa: PLC0415 -- see above
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._way.user,
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_WITHIN_S
        client.suppress_exceptions = True  # logged by paho: a fault in one message must not end the thread
        client.enable_logger(_log)
        client.username_pw_set(self._way.user, self._way.password)
        if self._way.tls is not None:
            import ssl  # noqa: PLC0415 -- see above

            mqtt.ssl = ssl  # type: ignore[attr-defined]  # a link without TLS may have loaded paho without it
            client.tls_set_context(self._way.tls)
        will = codec.encode(body_of(_OFFLINE))
        client.will_set(topics.up(self._node, Up.STATE), will, topics.qos(Up.STATE), retain=True)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _publish(self, client: "mqtt.Client", topic: str, payload: bytes) -> "mqtt.MQTTMessageInfo":
        _, kind = topics.read_up(topic)
        return client.publish(topic, payload, topics.qos(kind), retain=topics.retained(kind))

    def _wait_for(self, sent: "mqtt.MQTTMessageInfo") -> None:
        try:
            sent.wait_for_publish(FAREWELL_WITHIN_S)
        except (ValueError, RuntimeError):  # paho's words for: the connection went before it was sent
            _log.info("event=farewell-unsaid")

    def _on_connect(self, client: "mqtt.Client", _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            _log.warning("event=broker-refused code=%s", code.getName().replace(" ", "-"))
            self._ended.set()
            return
        client.subscribe([(topic, _qos_of(topic, self._node)) for topic in topics.for_node(self._node)])

    def _on_subscribe(self, client: "mqtt.Client", _data: Any, _mid: int, _codes: Any, _more: Any) -> None:
        if client is self._client and not self._online:
            self._online = True
            self._put(LinkUp())

    def _on_disconnect(self, client: "mqtt.Client", _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if client is self._client:
            _log.info("event=broker-lost code=%s", code.getName().replace(" ", "-"))
            self._ended.set()

    def _on_message(self, _client: "mqtt.Client", _data: Any, packet: "mqtt.MQTTMessage") -> None:
        try:
            message, body = post.read_for_node(
                self._node, self._keys, packet.topic, bytes(packet.payload), retained=packet.retain
            )
        except Refused as refusal:
            self._refuse(refusal)
            return
        self._put(Heard(message, body))

    def _refuse(self, refusal: Refused) -> None:
        self.refused[refusal.flaw] += 1
        count = self.refused[refusal.flaw]
        if str(count).strip("0") == "1":  # the 1st, 10th, 100th: a flood must not fill the card
            _log.warning("event=refused flaw=%s detail=%r count=%d", refusal.flaw, refusal.detail, count)


def _qos_of(topic: str, node: str) -> int:
    return topics.AT_LEAST_ONCE if topic == topics.HUB_STATE else topics.qos(topics.read_down(topic, node))


def _no_delay(_client: "mqtt.Client", _data: Any, sock: Any) -> None:
    """Without it a QoS 1 round trip waits 44 ms for a delayed acknowledgement (parts.md)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
