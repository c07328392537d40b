"""Does a node find its broker, lose it, and find it again, over a real Mosquitto?"""

import queue
import socket
import threading

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from core.wire import codec, post, topics
from core.wire import messages as m
from core.wire.seal import Keys
from core.wire.topics import Down, Up
from hub.mqtt.link import BrokerLink
from hub.mqtt.link import Ears as HubEars
from hub.mqtt.link import Way as HubWay
from node.doorman.link import PahoLink, Way
from node.doorman.link.patience import FIRST_S, LONGEST_S, delay_s
from node.ports import Heard, LinkDown, LinkUp
from tests.somebody import PATIENCE_S, Somebody

pytestmark = pytest.mark.mosquitto
LAS = Keys.of(bytes(range(32)))


@pytest.fixture
def somebody(broker):
    met = []

    def meet(user, *wanted, **how):
        met.append(Somebody(broker, user, *wanted, **how))
        return met[-1]

    yield meet
    for one in met:
        one.close()


@pytest.fixture
def inbox():
    return queue.Queue()


@pytest.fixture
def link(broker, inbox):
    made = PahoLink("las-1", LAS, Way(broker.host, broker.port, "las-1", broker.users["las-1"]), inbox.put)
    made.start()
    yield made
    made.stop()


def until(inbox, kind):
    """The next item of this kind; others before it are passed over."""
    while True:
        item = inbox.get(timeout=PATIENCE_S)
        if isinstance(item, kind):
            return item


def test_a_node_speaks_and_listens(link, inbox, somebody):
    hub = somebody("hub.1", *topics.all_up())
    until(inbox, LinkUp)
    assert link.online
    assert link.say(m.Hello("n", "b"))
    packet = hub.next()
    assert post.read_from_node(packet.topic, packet.payload, {"las-1": LAS}.get) == (
        "las-1",
        m.Hello("n", "b"),
    )
    hub.publish(*post.for_node("las-1", LAS, Down.ACK, m.body_of(m.Ack(5, "s", {"j": 1}))))
    assert until(inbox, Heard).message == m.Ack(5, "s", {"j": 1})


def test_views_wait_for_a_node_and_orders_do_not(broker, inbox, somebody, link):
    until(inbox, LinkUp)
    link.stop()
    hub = somebody("hub.1")
    lock_list = m.LockList(5, "s", 3)
    topic, payload = post.for_node("las-1", LAS, Down.LOCKS, m.body_of(lock_list))
    hub.publish(topic, payload, retain=True)
    hub.publish(*post.for_node("las-1", LAS, Down.ACK, m.body_of(m.Ack(5, "s", {"j": 1}))), retain=True)
    again = PahoLink("las-1", LAS, Way(broker.host, broker.port, "las-1", broker.users["las-1"]), inbox.put)
    again.start()
    try:
        assert until(inbox, Heard).message == lock_list
        hub.publish(*post.for_node("las-1", LAS, Down.ACK, m.body_of(m.Ack(5, "s", {"j": 2}))))
        assert until(inbox, Heard).message == m.Ack(5, "s", {"j": 2})
        assert again.refused["TOPIC"] == 1  # the one that somebody had retained
    finally:
        again.stop()


def test_what_is_not_sealed_for_this_node_is_counted_and_passed_over(link, inbox, somebody):
    until(inbox, LinkUp)
    hub = somebody("hub.1")
    topic, payload = post.for_node("las-1", LAS, Down.ACK, m.body_of(m.Ack(5, "s", {"j": 1})))
    for bad in (b"", b"rubbish", payload[:-3] + b'A"}', b"x" * 300_000):
        hub.publish(topic, bad)
    hub.publish(topics.down("las-1", Down.NOW), payload)
    hub.publish(topic, payload)
    assert until(inbox, Heard).message == m.Ack(5, "s", {"j": 1})
    assert link.refused["SEAL"] == 5


def test_the_broker_killed_and_back_is_found_again(link, inbox, broker):
    until(inbox, LinkUp)
    broker.kill()
    until(inbox, LinkDown)
    assert not link.online
    assert not link.say(m.Hello("n", "b"))
    broker.start()
    until(inbox, LinkUp)
    assert link.say(m.Hello("n", "b"))


def test_nothing_said_before_a_break_is_sent_again_behind_our_back(link, inbox, broker, somebody):
    until(inbox, LinkUp)
    broker.kill()
    link.say(m.Hello("before", "b"))
    until(inbox, LinkDown)
    broker.start()
    hub = somebody("hub.1", topics.up("las-1", Up.HELLO))
    until(inbox, LinkUp)
    link.say(m.Hello("after", "b"))
    packet = hub.next()
    _, hello = post.read_from_node(packet.topic, packet.payload, {"las-1": LAS}.get)
    assert hello.nonce == "after"


def test_a_node_that_goes_says_goodbye(link, inbox, somebody):
    until(inbox, LinkUp)
    link.say(m.NodeState(online=True))
    hub = somebody("hub.1", topics.up("las-1", Up.STATE))
    assert m.read(m.NodeState, codec.parse(hub.next().payload)).online
    link.stop()
    assert not m.read(m.NodeState, codec.parse(hub.next().payload)).online


def test_a_node_that_dies_leaves_its_last_will(link, inbox, somebody):
    until(inbox, LinkUp)
    link.say(m.NodeState(online=True))
    hub = somebody("hub.1", topics.up("las-1", Up.STATE))
    hub.next()
    link._client.socket().shutdown(socket.SHUT_RDWR)
    packet = hub.next()
    assert codec.parse(packet.payload) == codec.parse(codec.encode(m.body_of(m.NodeState(online=False))))


def test_a_wrong_password_is_no_reason_to_stop_trying(broker, inbox):
    link = PahoLink("las-1", LAS, Way(broker.host, broker.port, "las-1", "wrong"), inbox.put)
    link.start()
    with pytest.raises(queue.Empty):
        inbox.get(timeout=0.5)
    assert not link.online
    link.stop()
    assert not link._thread.is_alive()


def test_a_link_can_be_ended_before_it_ever_came_up(inbox):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        link = PahoLink("las-1", LAS, Way("127.0.0.1", nobody.getsockname()[1], "las-1"), inbox.put)
        link.start()
        link.stop()
    assert not link._thread.is_alive()


def test_small_packets_do_not_wait_for_each_other(link, inbox):
    until(inbox, LinkUp)
    sock = link._client.socket()
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


# -- the broker's access list, proven by delivery: a SUBACK says "granted" to anything


def test_no_node_can_speak_for_another(somebody):
    hub, cnc = somebody("hub.1", *topics.all_up()), somebody("cnc-2")
    for kind in Up:
        cnc.publish(topics.up("las-1", kind), b"forged")
    cnc.publish(topics.up("cnc-2", Up.DONE), b"mine")
    packet = hub.next()
    assert (packet.topic, packet.payload) == (topics.up("cnc-2", Up.DONE), b"mine")


def test_no_node_can_speak_as_the_hub(somebody):
    las = somebody("las-1", *topics.for_node("las-1"))
    cnc, hub = somebody("cnc-2"), somebody("hub.1")
    for topic in topics.for_node("las-1"):
        cnc.publish(topic, b"forged")
        las.publish(topic, b"forged by myself")
    hub.publish(topics.HUB_STATE, b"true")
    assert las.next().payload == b"true"


def test_no_node_hears_what_is_meant_for_another(somebody):
    cnc = somebody("cnc-2", "loquet/v1/node/las-1/down/+", "loquet/v1/node/+/up/+", "#", "loquet/v1/hub/#")
    hub, las = somebody("hub.1"), somebody("las-1")
    hub.publish(topics.down("las-1", Down.VIEW), b"not yours", retain=True)
    las.publish(topics.up("las-1", Up.STATE), b"not yours")
    hub.publish(topics.HUB_STATE, b"for all")
    assert cnc.next().payload == b"for all"


def test_one_node_cannot_throw_another_off(broker, link, inbox):
    until(inbox, LinkUp)
    thief = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="las-1")
    thief.username_pw_set("cnc-2", broker.users["cnc-2"])
    came = threading.Event()
    thief.on_connect = lambda *_more: came.set()
    thief.connect(broker.host, broker.port)
    thief.loop_start()
    assert came.wait(PATIENCE_S)
    assert link.say(m.Hello("n", "b"))
    thief.disconnect()
    thief.loop_stop()
    assert link.online


# -- patience


def test_each_try_waits_longer_and_no_two_nodes_alike():
    class High:
        def uniform(self, low, high):
            return high

    class Low:
        def uniform(self, low, high):
            return low

    longest = [delay_s(tries, High()) for tries in range(40)]
    assert longest[0] == FIRST_S
    assert longest == sorted(longest)
    assert longest[-1] == LONGEST_S
    assert [delay_s(tries, Low()) for tries in range(40)] == [half / 2 for half in longest]


def cut_short(made, monkeypatch):
    """The broker dies in the very moment in which the first connection says who it is."""
    make, met = made._new_client, []

    def new_client():
        client = make()
        if not met:
            met.append(client)
            connect = client.connect

            def dying(*args, **how):
                write = client._packet_write
                monkeypatch.setattr(client, "_packet_write", lambda: mqtt.MQTT_ERR_CONN_LOST)
                found = connect(*args, **how)
                monkeypatch.setattr(client, "_packet_write", write)
                return found

            monkeypatch.setattr(client, "connect", dying)
        return client

    monkeypatch.setattr(made, "_new_client", new_client)
    return met


def test_a_broker_that_dies_while_a_node_says_who_it_is_is_found_again(broker, inbox, monkeypatch):
    made = PahoLink("las-1", LAS, Way(broker.host, broker.port, "las-1", broker.users["las-1"]), inbox.put)
    met = cut_short(made, monkeypatch)
    made.start()
    until(inbox, LinkUp)
    assert met
    made.stop()


def test_a_broker_that_dies_while_a_gateway_says_who_it_is_is_found_again(broker, monkeypatch):
    up = threading.Event()
    ears = HubEars(lambda *_: None, up.set, lambda: None)
    made = BrokerLink(HubWay(broker.host, broker.port, "hub.1", broker.users["hub.1"]), ears)
    met = cut_short(made, monkeypatch)
    made.start()
    assert up.wait(PATIENCE_S)
    assert met
    made.stop()
