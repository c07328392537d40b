"""How do messages pass between courier and plug? One MQTT connection, made again for ever.

Rules: QoS 0 and nothing queued: an order that could not go out now is said again by the loop or is out of
date; a callback only puts into the inbox.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from node.courier.events import LinkMoved, PlugSaid

KEEPALIVE_S: Final = 10
CONNECT_WITHIN_S: Final = 5.0
MOST_BYTES: Final = 16 * 1024  # the longest status of a plug is 2 KiB
log = logging.getLogger("loquet.courier")


@dataclass(frozen=True, slots=True)
class Way:
    """Where the plug's broker is and how to come in; without TLS on loopback alone."""

    host: str
    port: int
    client_id: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None


class PlugLink:
    """The connection, subscribed to the plug's topics."""

    def __init__(self, way: Way, topics: tuple[str, ...], put: Callable[[object], None]) -> None:
        self._way, self._topics, self._put = way, topics, put
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=way.client_id, clean_session=True, protocol=mqtt.MQTTv311
        )
        client.connect_timeout = CONNECT_WITHIN_S
        client.suppress_exceptions = True  # logged by paho: a fault in one message must not end the thread
        client.reconnect_delay_set(1, 8)
        if way.user is not None:
            client.username_pw_set(way.user, way.password)
        if way.tls is not None:
            client.tls_set_context(way.tls)
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_message = self._on_subscribe, self._on_message
        self._client = client

    def start(self) -> None:
        """Connect, and connect again for ever, in paho's thread."""
        self._client.connect_async(self._way.host, self._way.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect and end the thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, payload: str) -> bool:
        """Send now, or not at all."""
        if not self._client.is_connected():
            return False
        return self._client.publish(topic, payload, qos=0).rc == mqtt.MQTT_ERR_SUCCESS

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            log.warning("event=plug_broker_refused code=%s", code.getName().replace(" ", "-"))
            return
        client.subscribe([(topic, 0) for topic in self._topics])

    def _on_subscribe(self, *_: Any) -> None:
        self._put(LinkMoved(online=True))

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        log.info("event=plug_broker_lost code=%s", code.getName().replace(" ", "-"))
        self._put(LinkMoved(online=False))

    def _on_message(self, _client: Any, _data: Any, packet: mqtt.MQTTMessage) -> None:
        if len(packet.payload) <= MOST_BYTES:
            text = bytes(packet.payload).decode("utf-8", "replace")
            self._put(PlugSaid(packet.topic, text, kept=bool(packet.retain)))
