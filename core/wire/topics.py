"""Which topics are there, who writes them, and how are they delivered? The only place that knows one.

A node writes below its own `up/`, reads its own `down/`; the hub's state is for everybody.
"""

import re
from enum import StrEnum
from functools import lru_cache

from core.wire.refused import Flaw, Refused

ROOT = "loquet/v1"
HUB_STATE = f"{ROOT}/hub/state"
RESERVED = frozenset({"hub", "gateway", "broker", "admin", "homeassistant"})
_NODE_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,31}", re.ASCII)

AT_MOST_ONCE = 0
AT_LEAST_ONCE = 1


class Up(StrEnum):
    """What a node says."""

    STATE = "state"
    HELLO = "hello"
    RECORDS = "records"
    ASK = "ask"
    DONE = "done"


class Down(StrEnum):
    """What the hub says to one node."""

    NOW = "now"
    VIEW = "view"
    LOCKS = "locks"
    ACK = "ack"
    ANSWER = "answer"
    ORDER = "order"


_UNSURE = frozenset({Up.ASK, Down.ANSWER})  # an answer that comes late is worth nothing: QoS 0
_RETAINED = frozenset({Up.STATE, Down.VIEW, Down.LOCKS})  # an order is never retained


def qos(kind: Up | Down) -> int:
    """The MQTT quality of service of one kind of message: 0 or 1."""
    return AT_MOST_ONCE if kind in _UNSURE else AT_LEAST_ONCE


def retained(kind: Up | Down) -> bool:
    """Does the broker keep the last message of this kind for those who come later?"""
    return kind in _RETAINED


def sealed(kind: Up | Down) -> bool:
    """Is this kind of message sealed? Everything but a node's state is."""
    return kind is not Up.STATE


MOST_KEPT = 16_384  # topics whose reading and spelling is remembered: a message costs neither twice


def is_node_id(text: str) -> bool:
    """May a node be called this? Reserved names would be taken for a gateway or a broker's user."""
    return _NODE_ID.fullmatch(text) is not None and text not in RESERVED


@lru_cache(MOST_KEPT)
def up(node: str, kind: Up) -> str:
    """The topic on which `node` says `kind`; ValueError for an impossible node id."""
    return f"{ROOT}/node/{_checked(node)}/up/{kind.value}"


@lru_cache(MOST_KEPT)
def down(node: str, kind: Down) -> str:
    """The topic on which the hub says `kind` to `node`; ValueError for an impossible node id."""
    return f"{ROOT}/node/{_checked(node)}/down/{kind.value}"


def all_up() -> tuple[str, ...]:
    """The five subscriptions of a gateway: a line each, never `up/#`."""
    return tuple(f"{ROOT}/node/+/up/{kind.value}" for kind in Up)


def for_node(node: str) -> tuple[str, ...]:
    """The subscriptions of one node."""
    return (*(down(node, kind) for kind in Down), HUB_STATE)


@lru_cache(MOST_KEPT)
def read_up(topic: str) -> tuple[str, Up]:
    """Who says what on this topic; Refused(TOPIC) when it is none of the five."""
    node, direction, kind = _parts(topic)
    if direction != "up" or kind not in set(Up):
        raise Refused(Flaw.TOPIC, "not a node's topic")
    return node, Up(kind)


def read_down(topic: str, node: str) -> Down:
    """What the hub says to `node` on this topic; Refused(TOPIC) when it is for another or for nobody."""
    named, direction, kind = _parts(topic)
    if named != node or direction != "down" or kind not in set(Down):
        raise Refused(Flaw.TOPIC, "not a topic of this node")
    return Down(kind)


def _parts(topic: str) -> tuple[str, str, str]:
    head, _, tail = topic.partition(f"{ROOT}/node/")
    levels = tail.split("/")
    if head or len(levels) != 3 or not is_node_id(levels[0]):
        raise Refused(Flaw.TOPIC, "not a topic of this protocol")
    return levels[0], levels[1], levels[2]


def _checked(node: str) -> str:
    if not is_node_id(node):
        message = f"not a node id: {node!r}"
        raise ValueError(message)
    return node
