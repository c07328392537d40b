"""How do the nodes stand, by their own word, and what does the hub answer to their hello?

A state is for boards alone: nothing is granted, ended or billed because of it. Whose fault a silence was is written down:
a node that comes back as a new start had no power of its own, unless the hub itself was deaf (R34).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.wire.messages import Hello, NodeState, Now, body_of
from hub.ports import Node, Tx
from hub.ports.nodes import OutageCause

QUIET = frozenset({"uptime_s", "v"})  # what changes in every state and is no news


def state_taken(tx: Tx, node_id: str, state: NodeState, now: datetime) -> None:
    """Keep what a node says of itself, and tell the boards when it is news."""
    node = tx.nodes.get(node_id)
    if node is None or node.retired is not None:
        return
    said = body_of(state)
    if not state.online:
        _gone(tx, node, now, OutageCause.UNHEARD)
        return
    _restarted(tx, node, state.boot)
    values: dict[str, object] = {"live": said, "online": True}
    values |= {name: said[name] for name in ("version", "boot") if said[name] is not None}
    tx.nodes.seen(node.id, now, values)
    tx.nodes.back(node.id, now)
    if not node.online or _news(said) != _news(node.live):
        tx.outbox.put_once(node.lab, "live", node.machine, {}, now)


def broker_lost(tx: Tx, now: datetime) -> None:
    """Nobody can be heard: every node counts as offline until it says something again."""
    for node in tx.nodes.all():
        _gone(tx, node, now, OutageCause.HUB)


def hub_started(tx: Tx, now: datetime) -> None:
    """While the hub was down it heard nobody: every node counts as offline since its last word."""
    broker_lost(tx, now)


def hello_taken(tx: Tx, node_id: str, hello: Hello, now: datetime) -> Now | None:
    """The time, and which view and locks the node should hold; None for a node that is not ours."""
    node, mark = tx.nodes.get(node_id), tx.meta.mark()
    if node is None or node.retired is not None or mark is None:
        return None
    _restarted(tx, node, hello.boot)
    held = {name: value for name, value in body_of(hello).items() if name not in {"v", "nonce", "boot"}}
    tx.nodes.seen(node.id, now, {"held": held, "boot": hello.boot})
    return Now(hello.nonce, now, mark.epoch, mark.store, node.view_rev, node.lock_rev)


def _restarted(tx: Tx, node: Node, boot: str | None) -> None:
    if boot and node.boot and boot != node.boot:
        tx.nodes.restarted(node.id)


def _gone(tx: Tx, node: Node, now: datetime, cause: OutageCause) -> None:
    if node.online:
        tx.nodes.seen(node.id, node.last_seen or now, {"online": False})
        tx.nodes.lost(node.id, node.last_seen or now, cause)
        tx.outbox.put_once(node.lab, "live", node.machine, {}, now)


def _news(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in QUIET}
