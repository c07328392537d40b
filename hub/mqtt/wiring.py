"""Which service takes which message? The one place where the gateway meets the house's tasks."""

from collections.abc import Callable
from datetime import datetime

import structlog

from core.wire.messages import Ack, Answer, Ask, Done, Hello, NodeState, Now, Records
from hub.mqtt.gateway import Gateway
from hub.mqtt.keyring import Keyring
from hub.mqtt.link import Way
from hub.mqtt.outgoing import Bodies, Body
from hub.ports import BadgeVault, Clock, Store, Tx
from hub.ports.link import Handlers, Later
from hub.services import asking, attending, granting, locking_out, metering

_log = structlog.get_logger(__name__)


def gateway(way: Way, store: Store, vault: BadgeVault, clock: Clock) -> Gateway:
    """A gateway, ready to start, that lets the hub's services speak with the nodes."""

    def secret_of(node: str) -> bytes | None:
        found = store.read(lambda tx: tx.nodes.get(node))
        return None if found is None or found.retired is not None else vault.open(found.sealed_key)

    def view(tx: Tx, node: str, now: datetime) -> Body:
        return granting.view_body(tx, node, vault, now)

    bodies = Bodies(view, locking_out.locks_body)
    return Gateway(way, store, clock, Keyring(secret_of, clock), bodies, handlers(store, vault, clock))


def handlers(store: Store, vault: BadgeVault, clock: Clock) -> Handlers:
    """The services, each in a transaction of its own at the time it is called."""

    def on_state(node: str, state: NodeState) -> None:
        store.write(lambda tx: attending.state_taken(tx, node, state, clock.wall()))

    def on_hello(node: str, hello: Hello) -> Now | None:
        return store.write(lambda tx: attending.hello_taken(tx, node, hello, clock.wall()))

    def on_records(node: str, batch: Records) -> Ack | None:
        return store.write(lambda tx: metering.take(tx, node, batch, clock.wall(), vault))

    def on_ask(node: str, ask: Ask) -> Answer | None:
        return asking.asked(store, node, ask, vault, clock.wall())

    def on_done(node: str, done: Done) -> None:
        _log.info("order_done", node=node, order=done.id, ok=done.ok, code=done.code)

    def on_broker_lost() -> None:
        store.write(lambda tx: attending.broker_lost(tx, clock.wall()))

    return Handlers(
        on_state, on_hello, on_records, on_ask, on_done, on_broker_lost, _at_once(store, vault, clock)
    )


def _at_once(store: Store, vault: BadgeVault, clock: Clock) -> Callable[[str, Ask], Answer | Later | None]:
    def at_once(node: str, ask: Ask) -> Answer | Later | None:
        try:
            return store.read(lambda tx: asking.answer(tx, node, ask, vault, clock.wall(), reads_only=True))
        except asking.MustWriteError:
            return Later()

    return at_once
