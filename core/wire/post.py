"""What is in this packet, for whom, from whom? A topic and bytes to a message, and back.

Everything that is looked at before a message means anything is looked at here: topic, retained or
not, size, seal, shape. Raises Refused and nothing else, whatever the bytes.
"""

from collections.abc import Callable, Mapping
from typing import Final

from core.wire import codec, seal, topics
from core.wire.messages import (
    Ack,
    Answer,
    Ask,
    Done,
    Hello,
    HubState,
    LockList,
    NodeState,
    Now,
    Order,
    Records,
    View,
    body_of,
    read,
)
from core.wire.refused import Flaw, Refused
from core.wire.topics import Down, Up

FromNode = NodeState | Hello | Records | Ask | Done
FromHub = HubState | Now | View | LockList | Ack | Answer | Order

_UP: Final[Mapping[Up, type[FromNode]]] = {
    Up.STATE: NodeState,
    Up.HELLO: Hello,
    Up.RECORDS: Records,
    Up.ASK: Ask,
    Up.DONE: Done,
}
_DOWN: Final[Mapping[Down, type[FromHub]]] = {
    Down.NOW: Now,
    Down.VIEW: View,
    Down.LOCKS: LockList,
    Down.ACK: Ack,
    Down.ANSWER: Answer,
    Down.ORDER: Order,
}


class TooLargeError(ValueError):
    """A message that would throw its sender off the broker: it is not sent, and an alarm is due."""


def from_node(node: str, keys: seal.Keys, message: FromNode) -> tuple[str, bytes]:
    """Topic and payload with which `node` says `message`; TooLargeError past 256 KiB."""
    kind = next(kind for kind, shape in _UP.items() if isinstance(message, shape))
    topic, body = topics.up(node, kind), body_of(message)
    payload = seal.seal(keys.up, topic, body) if topics.sealed(kind) else codec.encode(body)
    return topic, _within(payload, seal.MOST_UP_BYTES)


def for_node(node: str, keys: seal.Keys, kind: Down, body: Mapping[str, object]) -> tuple[str, bytes]:
    """Topic and payload with which the hub says `body` to `node`; TooLargeError past the broker's limit."""
    topic = topics.down(node, kind)
    return topic, _within(seal.seal(keys.down, topic, body), seal.MOST_PACKET_BYTES - seal.MOST_TOPIC_BYTES)


def sender(topic: str, payload: bytes) -> str:
    """Which node says this? The cheap part of reading, before anything is queued; raises Refused."""
    node, _ = topics.read_up(topic)
    _look_at_size(payload, seal.MOST_UP_BYTES)
    return node


def read_from_node(
    topic: str, payload: bytes, keys_of: Callable[[str], seal.Keys | None]
) -> tuple[str, FromNode]:
    """Who says what; `keys_of` gives None for a node that is not ours. Raises Refused."""
    node, kind = topics.read_up(topic)
    _look_at_size(payload, seal.MOST_UP_BYTES)
    keys = keys_of(node)
    if keys is None:
        raise Refused(Flaw.NODE, "not a node of ours")
    if not topics.sealed(kind):
        return node, read(_UP[kind], codec.parse(payload))
    body = seal.unseal(keys.up, topic, payload, most_body_bytes=seal.MOST_BODY_BYTES)
    return node, read(_UP[kind], body)


def read_for_node(
    node: str, keys: seal.Keys, topic: str, payload: bytes, *, retained: bool
) -> tuple[FromHub, dict[str, object]]:
    """What the hub says to `node`, with the whole body; raises Refused.

    A retained packet of a kind that is never retained is an old one that somebody kept.
    """
    if topic == topics.HUB_STATE:
        _look_at_size(payload, seal.MOST_UP_BYTES)
        body = codec.parse(payload)
        return read(HubState, body), body
    kind = topics.read_down(topic, node)
    if retained and not topics.retained(kind):
        raise Refused(Flaw.TOPIC, "retained")
    _look_at_size(payload, seal.MOST_PACKET_BYTES)
    most = seal.MOST_VIEW_BYTES if kind is Down.VIEW else seal.MOST_BODY_BYTES
    body = seal.unseal(keys.down, topic, payload, most_body_bytes=most)
    return read(_DOWN[kind], body), body


def _look_at_size(payload: bytes, most: int) -> None:
    if len(payload) > most:
        raise Refused(Flaw.SIZE, f"over {most} bytes")


def _within(payload: bytes, most: int) -> bytes:
    if len(payload) > most:
        raise TooLargeError(f"{len(payload)} bytes, at most {most}")
    return payload
