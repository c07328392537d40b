"""What may staff ask of a machine from afar? To stop, to clear what its node latched, to test itself; never to start.

An order lives ten seconds and names the node's present start: one that comes late does nothing. Whether
it was done is seen on the machine's state, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.timeline import stamp
from core.vocabulary import Inhibit, Reason, StopReason
from hub.ports import Machine, Node, Person, Session, Tx
from hub.services.refused import Refused, refused

LIVES = timedelta(seconds=10)  # wire.md: `expires` is at most 10 s ahead
RESETS = (Inhibit.ESTOP, Inhibit.FAULT)  # what a keeper latches by itself and staff clear


class Wanted(StrEnum):
    """What staff may order."""

    STOP = "stop"
    STOP_NOW = "stop-now"
    RESET = "reset"
    SELFTEST = "selftest"


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order on its way."""

    id: str
    machine: str
    node: str
    order: Wanted
    inhibit: Inhibit | None
    expires: datetime


def order(
    tx: Tx, by: Person, machine: str, wanted: tuple[Wanted, Inhibit | None], now: datetime
) -> Ordered | Refused:
    """Send it. Refused: NOT_FOUND, FORBIDDEN (staff only), INVALID (reset of what?), NODE_OFFLINE."""
    found, node = tx.machines.get(machine), tx.nodes.at(machine)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    what, inhibit = wanted
    if what is Wanted.RESET and inhibit not in RESETS:
        return refused(Reason.INVALID, {"field": "inhibit"})
    if node is None or node.retired is not None or not node.online:
        return refused(Reason.NODE_OFFLINE)
    made = Ordered(tx.fresh_id(), machine, node.id, what, inhibit, now + LIVES)
    _send(tx, found, node, made, by, now)
    return made


def wind_down(tx: Tx, session: Session, by: str, now: datetime) -> bool:
    """Nobody answers for a learner's session any more: five minutes are counted down there, then it ends (E19)."""
    return _ask_to_end(tx, session, by, (StopReason.REVOKED, {"wind_down": True}), now)


def end_softly(tx: Tx, session: Session, by: str, now: datetime) -> bool:
    """Stop a session by its machine's policy because the right to it is gone; False for a machine without a node."""
    return _ask_to_end(tx, session, by, (StopReason.REVOKED, None), now)


def let_finish(tx: Tx, session: Session, by: str, now: datetime) -> bool:
    """Stop a session by its machine's policy because the air that it shares is gone (E33); False without a node."""
    return _ask_to_end(tx, session, by, (StopReason.EXTRACTION, None), now)


def _ask_to_end(
    tx: Tx, session: Session, by: str, why: tuple[StopReason, Mapping[str, object] | None], now: datetime
) -> bool:
    node, (reason, args) = tx.nodes.at(session.machine), why
    if node is None or node.retired is not None:
        return False
    payload = {
        "id": tx.fresh_id(),
        "order": Wanted.STOP.value,
        "session": session.id,
        "by": by,
        "reason": reason.value,
        "args": dict(args) if args else None,
        "boot": node.boot,
        "expires": stamp(now + LIVES),
    }
    tx.outbox.put(session.lab, "order", node.id, payload, now)
    return True


def resettable(node: Node | None) -> tuple[Inhibit, ...]:
    """Which latched inhibits the node shows that staff may clear."""
    shown = node.live.get("inhibits", ()) if node is not None and node.online else ()
    return tuple(one for one in RESETS if one.value in shown)


def _send(tx: Tx, machine: Machine, node: Node, made: Ordered, by: Person, now: datetime) -> None:
    reset = made.order is Wanted.RESET and made.inhibit is not None
    payload = {
        "id": made.id,
        "order": made.order.value,
        "by": by.id,
        "reason": "staff-stop",
        "args": {"inhibit": made.inhibit.value} if reset and made.inhibit else None,
        "boot": node.boot,
        "expires": stamp(made.expires),
    }
    tx.outbox.put(machine.lab, "order", node.id, payload, now)
    tx.audit.append(machine.lab, by.id, f"order.{made.order.value}", made.id, {"machine": machine.id}, now)
