"""Who gets the badge that is laid on this node next? Opened by staff for one named person, for 90 s (R57).

It takes one badge. What is open is the newest order of its kind in the outbox: there is no other memory
of it, and nobody but staff writes orders. The second factor of staff is the door's business.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access import Decision, Kind, Objection, objection
from core.vocabulary import Reason
from core.wire.messages import Ask
from core.wire.seal import Keys, found
from hub.ports import BadgeVault, Node, Person, Tx
from hub.services import granting
from hub.services.enrolling import BadgeRefused, enrol_badge
from hub.services.refused import Refused, refused

OPEN = timedelta(seconds=90)  # R57
ORDER_LIVES = timedelta(seconds=10)  # wire.md


@dataclass(frozen=True, slots=True)
class Opened:
    """What the console shows: the figures must be those of the display."""

    node: str
    member: str
    check: str
    until: datetime


def open_at(tx: Tx, by: Person, member: str, node_id: str, now: datetime) -> Opened | Refused:
    """Open it. Refused: NOT_FOUND, FORBIDDEN (staff only), NODE_OFFLINE."""
    person, node = tx.people.get(member), tx.nodes.get(node_id)
    if person is None or node is None or node.retired is not None or node.lab not in person.roles:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(node.lab):
        return refused(Reason.FORBIDDEN)
    if not node.online:
        return refused(Reason.NODE_OFFLINE)
    check = f"{secrets.randbelow(10_000):04d}"
    args = {"person": member, "name": person.short or person.name.split(" ")[0], "check": check}
    order = {"id": tx.fresh_id(), "order": "enrol", "session": None, "by": by.id, "reason": None}
    tx.outbox.put(node.lab, "order", node.id, {**order, "args": args}, now)
    tx.audit.append(node.lab, by.id, "enrolment.opened", node.id, {"member": member}, now)
    return Opened(node.id, member, check, now + OPEN)


def take(tx: Tx, node: Node, ask: Ask, vault: BadgeVault, now: datetime) -> Decision:
    """The node sends a badge: the person's, if one is awaited there. Else FORBIDDEN, INVALID, BADGE_RANDOM."""
    awaited = _awaited(tx, node, now)
    if awaited is None:
        return _answer(objection(Reason.FORBIDDEN))
    member, by = awaited
    try:
        uid = found(Keys.of(vault.open(node.sealed_key)).conceal, ask.secret or "", ask.nonce)
    except ValueError:
        return _answer(objection(Reason.INVALID))
    made = enrol_badge(tx, vault, member, uid, by, now)
    if isinstance(made, BadgeRefused):
        return _answer(objection(made.code))
    granting.person_changed(tx, member, now)
    return _answer(None)


def _awaited(tx: Tx, node: Node, now: datetime) -> tuple[str, str] | None:
    """(member, staff) of the newest enrolment here that is still open and has had no badge."""
    for parcel in tx.outbox.latest("order", node.id, now - OPEN):
        if parcel.payload.get("order") != "enrol":
            continue
        member, by = str(parcel.payload["args"]["person"]), str(parcel.payload["by"])
        had = any(badge.added > parcel.created for badge in tx.badges.of(member))
        return None if had else (member, by)
    return None


def _answer(against: Objection | None) -> Decision:
    if against is not None:
        return Decision(allowed=False, until=None, objections=(against,), kind=Kind.USE)
    return Decision(allowed=True, until=None, objections=(), kind=Kind.USE)
