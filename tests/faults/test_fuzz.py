"""Any packet to the keeper and any message to the doorman, with somebody at work: refused, and nothing moves.

Real programs: the keeper over its socket, the doorman over a real broker with the hub's own keys.
"""

import json
import signal
import socket

import paho.mqtt.client as mqtt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.wire import post, topics
from core.wire.seal import Keys
from core.wire.socket import FROM_DOORMAN
from core.wire.topics import Down
from tests.faults.traced import Traced, breach
from tests.faults.wired import Wired
from tests.node.program.house import SECRET
from tests.node.program.hub_by_hand import EPOCH, STORE

TRIES = settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
WORDS = st.sampled_from(("las-1", "lockout", "stop-now", "use", "energise", "", "s1", "hub", STORE))


def packets():
    """Bytes, or JSON that looks like a message whose fields are anything."""
    message = st.sampled_from(sorted(set(FROM_DOORMAN) - {"hello"})).flatmap(
        lambda msg: st.fixed_dictionaries(
            {"msg": st.just(msg)}, optional=dict.fromkeys(FROM_DOORMAN[msg], WORDS | ANYTHING)
        )
    )
    return st.binary(min_size=1, max_size=5000) | message.map(lambda told: json.dumps(told).encode()[:9000])


def test_whatever_a_stranger_on_the_keepers_socket_sends_the_machine_runs_on(tmp_path):
    machine = Traced(tmp_path)
    stranger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        machine.start(pre_run_s=0)
        machine.tap("s1")
        stranger.connect(machine.socket)
        stranger.settimeout(0)

        @TRIES
        @given(packets())
        def send(packet):
            try:
                stranger.send(packet)
                while stranger.recv(5000):
                    pass
            except BlockingIOError:
                pass
            assert [edge[1] for edge in machine.edges] == [True]

        send()
        assert machine.state["session"]["id"] == "s1"
        machine.end(signal.SIGKILL)
        assert breach(machine) is None
    finally:
        stranger.close()
        machine.close()


def bodies():
    """What the hub's own keys seal: a body of ours in which anything may stand."""
    names = (
        "v",
        "epoch",
        "store",
        "rev",
        "nonce",
        "time",
        "view_rev",
        "machine",
        "grants",
        "refusals",
        "bookings",
    )
    names += (
        "openings",
        "locks",
        "lifted",
        "journals",
        "id",
        "decision",
        "order",
        "boot",
        "expires",
        "session",
    )
    fields = st.dictionaries(st.sampled_from(names), WORDS | ANYTHING, max_size=8)
    return fields.map(lambda told: {"v": 1, "epoch": EPOCH, "store": STORE, **told})


@pytest.mark.mosquitto
def test_whatever_the_broker_brings_the_doorman_lives_and_the_machine_runs_on(tmp_path, broker):
    node, keys = Wired(tmp_path, broker), Keys.of(SECRET)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="hub.1")
    try:
        node.start(pre_run_s=0, sensor="none")
        node.badge()
        node.dismiss(node.hub)
        client.username_pw_set("hub.1", "hub-secret")
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        people = node.people.pid

        @TRIES
        @given(st.sampled_from(sorted(Down)), st.binary(max_size=300) | bodies(), st.booleans())
        def say(kind, told, retain):
            topic, payload = topics.down("las-1", kind), told
            if isinstance(told, dict):
                try:
                    topic, payload = post.for_node("las-1", keys, kind, told)
                except (ValueError, OverflowError):
                    return  # it has no text
            client.publish(topic, payload, 1, retain=retain).wait_for_publish(10)
            assert [edge[1] for edge in node.edges] == [True]

        say()
        assert (node.people.pid, node.people.poll()) == (people, None)
        assert node.badge()["action"] == "end"
        assert [edge[1] for edge in node.edges] == [True, False]
    finally:
        client.disconnect()
        client.loop_stop()
        node.close()
