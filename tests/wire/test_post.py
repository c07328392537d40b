"""What may a packet be, before anybody listens to it?"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire import codec, post, seal, topics
from core.wire import messages as m
from core.wire.refused import Flaw, Refused
from core.wire.seal import Keys
from core.wire.topics import Down, Up
from tests.wire.material import AT, EXAMPLES, RECORD

LAS, CNC = Keys.of(bytes(range(32))), Keys.of(bytes(range(1, 33)))
KEYRING = {"las-1": LAS, "cnc-2": CNC}
SAID = [
    example for example in EXAMPLES if isinstance(example, m.NodeState | m.Hello | m.Records | m.Ask | m.Done)
]
TOLD = {
    Down.NOW: m.Now("n", AT, 5, "s", 7, 3),
    Down.ACK: m.Ack(5, "s", {"j": 1}),
    Down.ORDER: m.Order(5, "s", "o", "b", AT, m.OrderKind.STOP),
    Down.LOCKS: m.LockList(5, "s", 3),
    Down.VIEW: m.View(5, "s", 7, AT, {}, (), {}),
    Down.ANSWER: m.Answer(5, "s", "q", "n", m.Decision(allowed=False)),
}


def read_up(topic: str, payload: bytes):
    return post.read_from_node(topic, payload, KEYRING.get)


def read_down(topic: str, payload: bytes, *, retained: bool = False):
    return post.read_for_node("las-1", LAS, topic, payload, retained=retained)


def flaw_of(read, *args, **how) -> Flaw:
    with pytest.raises(Refused) as caught:
        read(*args, **how)
    return caught.value.flaw


@pytest.mark.parametrize("message", SAID, ids=lambda said: type(said).__name__)
def test_the_hub_hears_what_a_node_says(message):
    assert read_up(*post.from_node("las-1", LAS, message)) == ("las-1", message)


@pytest.mark.parametrize("kind", list(Down))
def test_a_node_hears_what_the_hub_says(kind):
    body = m.body_of(TOLD[kind])
    assert read_down(*post.for_node("las-1", LAS, kind, body)) == (TOLD[kind], body)


def test_a_node_that_is_not_ours_is_refused():
    topic, payload = post.from_node("las-1", LAS, m.Done("o", ok=True))
    assert flaw_of(post.read_from_node, topic, payload, {}.get) is Flaw.NODE


def test_one_node_cannot_speak_for_another():
    _, payload = post.from_node("las-1", LAS, m.Done("o", ok=True))
    assert flaw_of(read_up, topics.up("cnc-2", Up.DONE), payload) is Flaw.SEAL
    stranger = post.from_node("cnc-2", LAS, m.Done("o", ok=True))
    assert flaw_of(read_up, *stranger) is Flaw.SEAL


def test_what_the_hub_said_does_not_come_back_as_a_nodes_word():
    _, payload = post.for_node("las-1", LAS, Down.NOW, m.body_of(m.Hello("n", "b")))
    assert flaw_of(read_up, topics.up("las-1", Up.HELLO), payload) is Flaw.SEAL


def test_a_view_is_not_taken_for_locks():
    _, payload = post.for_node("las-1", LAS, Down.VIEW, m.body_of(TOLD[Down.VIEW]))
    assert flaw_of(read_down, topics.down("las-1", Down.LOCKS), payload) is Flaw.SEAL


@pytest.mark.parametrize("kind", [Down.NOW, Down.ACK, Down.ORDER, Down.ANSWER])
def test_what_is_never_retained_is_refused_when_somebody_kept_it(kind):
    packet = post.for_node("las-1", LAS, kind, m.body_of(TOLD[kind]))
    assert read_down(*packet)
    assert flaw_of(read_down, *packet, retained=True) is Flaw.TOPIC


@pytest.mark.parametrize("kind", [Down.VIEW, Down.LOCKS])
def test_views_and_locks_are_kept_by_the_broker(kind):
    assert read_down(*post.for_node("las-1", LAS, kind, m.body_of(TOLD[kind])), retained=True)


def test_the_hubs_hint_is_heard_by_everybody():
    state = m.HubState("down", 5, "s", AT, 9)
    assert read_down(topics.HUB_STATE, codec.encode(m.body_of(state)), retained=True)[0] == state


def test_nothing_over_256_kib_is_taken_from_a_node():
    topic = topics.up("las-1", Up.STATE)
    assert flaw_of(read_up, topic, b" " * (seal.MOST_UP_BYTES + 1)) is Flaw.SIZE
    assert flaw_of(post.sender, topic, b" " * (seal.MOST_UP_BYTES + 1)) is Flaw.SIZE
    state = codec.encode({"v": 1, "online": False})
    assert read_up(topic, state.ljust(seal.MOST_UP_BYTES))[1] == m.NodeState(online=False)


def test_what_would_throw_its_sender_off_the_broker_is_not_made():
    noise = random.Random(1).randbytes(seal.MOST_PACKET_BYTES).hex()
    with pytest.raises(post.TooLargeError):
        post.for_node("las-1", LAS, Down.VIEW, {"v": 1, "noise": noise})


def test_a_hundred_full_records_fit_a_batch():
    full = RECORD | {"data": {"reasons": ["CERT_MISSING"] * 30}, "hash": "ab" * 32}
    topic, payload = post.from_node("las-1", LAS, m.Records("j", "b", 1, (full,) * 100))
    assert len(read_up(topic, payload)[1].records) == 100


@given(st.sampled_from([topics.up("las-1", kind) for kind in Up]), st.binary(max_size=200))
def test_no_packet_breaks_the_hub(topic, payload):
    try:
        read_up(topic, payload)
    except Refused:
        return
    assert topic.endswith("state")


@given(
    st.sampled_from([topics.HUB_STATE, *(topics.down("las-1", kind) for kind in Down)]),
    st.binary(max_size=200),
    st.booleans(),
)
def test_no_packet_breaks_a_node(topic, payload, retained):
    try:
        read_down(topic, payload, retained=retained)
    except Refused:
        return
    assert topic == topics.HUB_STATE
