"""A bare MQTT client for tests: it says what it is told, and what it hears goes into a queue."""

import queue
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

PATIENCE_S = 20  # generous: many things may be running on this machine


class Somebody:
    """One user of a `tests.broker.Broker`, subscribed to `wanted` when it is made."""

    def __init__(self, broker, user: str, *wanted: str, password: str | None = None) -> None:
        self.heard: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        self.ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user)
        self.client.username_pw_set(user, password or broker.users[user])
        self.client.on_message = lambda _client, _data, packet: self.heard.put(packet)
        self.client.on_subscribe = lambda *_more: self.ready.set()
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        self.client.subscribe([(topic, 1) for topic in wanted or ("loquet/v1/hub/nothing",)])
        assert self.ready.wait(PATIENCE_S)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos, retain).wait_for_publish(PATIENCE_S)

    def next(self) -> mqtt.MQTTMessage:
        return self.heard.get(timeout=PATIENCE_S)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
