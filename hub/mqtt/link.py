"""How does a gateway hold its place at the broker? Connect, subscribe, publish, hand over; nothing else.

Every connection is a new, clean paho client: the broker carries, the ends remember.
"""

import logging
import random
import select
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from core.wire import topics

KEEPALIVE_S = 10  # wire.md
CONNECT_WITHIN_S = 5.0  # a broker that does not even accept by then counts as away
FAREWELL_WITHIN_S = 2.0
FIRST_S, LONGEST_S = 0.25, 4.0  # the hub is the first whom the nodes look for
_DICE = random.SystemRandom()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """Where the broker is and how to come in; without TLS on loopback alone. `user`: hub.1, hub.2, …"""

    host: str
    port: int
    user: str
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom the link tells; called in paho's thread: they queue, or answer at once where nobody else waits."""

    on_packet: Callable[[str, bytes, bool], None]  # topic, payload, and whether no other packet waits
    on_up: Callable[[], None]
    will: Callable[
        [], tuple[str, bytes] | None
    ]  # topic and payload of the last will, made at each connection


class BrokerLink:
    """One gateway's connection, and its return."""

    def __init__(self, way: Way, ears: Ears) -> None:
        self._way, self._ears = way, ears
        self._client: mqtt.Client | None = None
        self._online = False
        self._ended = threading.Event()  # this connection
        self._finish = threading.Event()  # all of them
        self._thread = threading.Thread(target=self._run, name="broker-link", daemon=True)

    @property
    def online(self) -> bool:
        """Does the broker hold our connection, with every subscription made?"""
        return self._online

    def start(self) -> None:
        """Connect, and connect again for ever, in a thread of its own."""
        self._thread.start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Hand a packet to the broker; False when there is no connection."""
        client = self._client
        if client is None or not self._online:
            return False
        return client.publish(topic, payload, qos, retain).rc == mqtt.MQTT_ERR_SUCCESS

    def stop(self, farewell: tuple[str, bytes] | None = None) -> None:
        """Publish a retained farewell, disconnect and end the thread."""
        client = self._client
        if client is not None and self._online:
            if farewell is not None:
                _wait_for(client.publish(*farewell, topics.AT_LEAST_ONCE, retain=True))
            client.disconnect()
        self._finish.set()
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(CONNECT_WITHIN_S + FAREWELL_WITHIN_S)

    def _run(self) -> None:
        failures = 0
        while not self._finish.is_set():
            failures = 0 if self._one_connection() else failures + 1
            whole_s = min(LONGEST_S, FIRST_S * 2 ** min(failures, 16))
            self._finish.wait(_DICE.uniform(whole_s / 2, whole_s))

    def _one_connection(self) -> bool:
        """Connect and stay as long as it lasts; True when it had come up."""
        self._ended.clear()
        client = self._new_client()
        try:
            greeted = client.connect(self._way.host, self._way.port, keepalive=KEEPALIVE_S)
        except OSError as error:
            _log.info("broker_away", cause=type(error).__name__)
            return False
        if greeted != mqtt.MQTT_ERR_SUCCESS:  # it hung up in the middle: paho tells nobody of that end
            _log.info("broker_away", cause=greeted.name)
            return False
        self._client = client
        client.loop_start()
        if not self._finish.is_set():
            self._ended.wait()
        came_up, self._online, self._client = self._online, False, None
        client.disconnect()
        client.loop_stop()
        return came_up

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._way.user,
            clean_session=True,
            protocol=mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_WITHIN_S
        client.suppress_exceptions = True  # paho logs them: a fault of ours must not end its thread
        client.enable_logger(logging.getLogger(__name__))
        client.username_pw_set(self._way.user, self._way.password)
        if self._way.tls is not None:
            client.tls_set_context(self._way.tls)
        will = self._ears.will()
        if will is not None:
            client.will_set(*will, topics.AT_LEAST_ONCE, retain=True)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            _log.error("broker_refused", code=code.getName())
            self._ended.set()
            return
        client.subscribe([(topic, topics.AT_LEAST_ONCE) for topic in topics.all_up()])

    def _on_subscribe(self, client: mqtt.Client, _data: Any, _mid: int, _codes: Any, _more: Any) -> None:
        if client is self._client and not self._online:
            self._online = True
            _log.info("broker_up")
            self._ears.on_up()

    def _on_disconnect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if client is self._client:
            _log.warning("broker_lost", code=code.getName())
            self._ended.set()

    def _on_message(self, client: mqtt.Client, _data: Any, packet: mqtt.MQTTMessage) -> None:
        self._ears.on_packet(packet.topic, bytes(packet.payload), _silent(client.socket()))
        if client.want_write():
            client.loop_write()  # an answer goes out now, not after this thread's next look at its sockets


def _silent(line: Any) -> bool:
    """Whether the broker has sent nothing more yet."""
    if line is None or (isinstance(line, ssl.SSLSocket) and line.pending()):
        return False
    look = select.poll()
    look.register(line, select.POLLIN)
    return not look.poll(0)


def _wait_for(sent: mqtt.MQTTMessageInfo) -> None:
    try:
        sent.wait_for_publish(FAREWELL_WITHIN_S)
    except (ValueError, RuntimeError):  # paho's words for: the connection went before it was sent
        _log.info("farewell_unsaid")


def _no_delay(_client: mqtt.Client, _data: Any, sock: Any) -> None:
    """Without it a QoS 1 round trip waits 44 ms for a delayed acknowledgement (parts.md)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
