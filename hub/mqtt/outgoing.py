"""What is to be sent to the nodes, and when? The outbox after each commit; everything to a new broker.

A parcel is taken in a transaction of its own BEFORE its content is read: a change that comes in
between leaves a new parcel, and none is lost. What a broken connection swallows is sent again when
the next one stands: views and locks all, orders until they are done or expired.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from core.wire import post, topics
from core.wire.codec import encode, instant_text, read_instant
from core.wire.messages import HubState, body_of
from core.wire.topics import Down
from hub.mqtt.keyring import Keyring
from hub.mqtt.link import BrokerLink
from hub.ports import Busy, Clock, Node, Parcel, Store, Tx

KINDS = ("view", "locks", "order")
AT_ONCE = 20  # parcels a round: 20 views of 1 MB are what a Pi can hold
ORDER_AGAIN = timedelta(seconds=5)  # wire.md: sent again every 5 s, same id, until done or expired
ORDER_LIVES = timedelta(seconds=10)  # wire.md: a node refuses what expires later
_log = structlog.get_logger(__name__)

Body = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Bodies:
    """Who makes what a node is told: (tx, node, now) -> the body, or None for a node that is not ours."""

    view: Callable[[Tx, str, datetime], Body]
    locks: Callable[[Tx, str, datetime], Body]


class Outgoing:
    """The publishing side of a gateway; used by one thread, `say` and `done` by any."""

    def __init__(self, store: Store, clock: Clock, keys: Keyring, link: BrokerLink, bodies: Bodies) -> None:
        self._store, self._clock, self._keys, self._link = store, clock, keys, link
        self._bodies = bodies
        self._done: set[str] = set()
        self._seq = 0

    def say(self, node: str, kind: Down, body: Mapping[str, object]) -> bool:
        """Seal and publish one message; False when it could not be sent."""
        keys = self._keys(node)
        if keys is None:
            return False
        try:
            topic, payload = post.for_node(node, keys, kind, body)
        except post.TooLargeError as error:
            _log.error("message_too_large", node=node, kind=kind.value, size=str(error))
            return False
        return self._link.publish(topic, payload, qos=topics.qos(kind), retain=topics.retained(kind))

    def done(self, order: str) -> None:
        """An order was answered: it is not sent again."""
        self._done.add(order)

    def waiting(self) -> bool:
        """Is anything due?"""
        now = self._clock.wall()
        return bool(self._store.read(lambda tx: tx.outbox.waiting(KINDS, now)))

    def send_due(self) -> bool:
        """Send what is due, at most a round of it; True when there may be more."""
        if not self.waiting():
            return False
        now = self._clock.wall()
        taken = self._store.write(lambda tx: self._take(tx, now))
        for parcel in taken:
            with _one_at_a_time(parcel.target):
                self._send(parcel, now)
        return len(taken) == AT_ONCE

    def send_all(self) -> None:
        """Tell every node its view and its locks: the broker is new and remembers nothing."""
        now = self._clock.wall()
        for node in self._store.read(lambda tx: list(tx.nodes.all())):
            with _one_at_a_time(node.id):
                self._tell(node, now)

    def beat(self, state: str = "up") -> tuple[str, bytes] | None:
        """Topic and payload of the next `hub/state`; None before the store is founded."""
        mark = self._store.read(lambda tx: tx.meta.mark())
        if mark is None:
            return None
        self._seq += 1
        told = HubState(state, mark.epoch, mark.store, self._clock.wall(), self._seq)
        return topics.HUB_STATE, encode(body_of(told))

    def _tell(self, node: Node, now: datetime) -> None:
        if node.retired is None:
            self._send_made(node.id, Down.VIEW, now)
            self._send_made(node.id, Down.LOCKS, now)
        else:
            self._clear(node)

    def _take(self, tx: Tx, now: datetime) -> Sequence[Parcel]:
        due = tx.outbox.due(now, KINDS, AT_ONCE)
        for parcel in due:
            if parcel.kind == "order" and not self._over(parcel, now):
                tx.outbox.later(parcel.id, now + ORDER_AGAIN, "")
            else:
                tx.outbox.done(parcel.id, now)
        return due

    def _over(self, parcel: Parcel, now: datetime) -> bool:
        return parcel.payload.get("id") in self._done or self._expires(parcel) <= now

    def _send(self, parcel: Parcel, now: datetime) -> None:
        if parcel.kind == "order":
            self._send_order(parcel, now)
        else:
            self._send_made(parcel.target, Down(parcel.kind), now)

    def _send_made(self, node: str, kind: Down, now: datetime) -> None:
        make = self._bodies.view if kind is Down.VIEW else self._bodies.locks
        body = self._store.read(lambda tx: make(tx, node, now))
        if body is not None:
            self.say(node, kind, body)

    def _send_order(self, parcel: Parcel, now: datetime) -> None:
        if self._over(parcel, now):
            return
        found = self._store.read(lambda tx: (tx.meta.mark(), tx.nodes.get(parcel.target)))
        mark, node = found
        if mark is None or node is None:
            return
        told: dict[str, object] = {
            "session": None,
            "by": None,
            "reason": None,
            "args": None,
            "boot": node.boot,
        }
        told |= {"v": 1, "epoch": mark.epoch, "store": mark.store} | dict(parcel.payload)
        self.say(node.id, Down.ORDER, told | {"expires": instant_text(self._expires(parcel))})

    def _expires(self, parcel: Parcel) -> datetime:
        given = parcel.payload.get("expires")
        return read_instant(given) if isinstance(given, str) else parcel.created + ORDER_LIVES

    def _clear(self, node: Node) -> None:
        for topic in (topics.down(node.id, Down.VIEW), topics.down(node.id, Down.LOCKS)):
            self._link.publish(topic, b"", qos=topics.AT_LEAST_ONCE, retain=True)


@contextmanager
def _one_at_a_time(node: str) -> Iterator[None]:
    """What cannot be told to one node must not keep the others from hearing theirs."""
    try:
        yield
    except Busy:
        raise  # the database's affair, not this node's
    except Exception:  # noqa: BLE001 - see above; logged whole
        _log.exception("not_sent", node=node)
