"""Which box stands beside which machine? Staff announce one, move it while it is awaited, take it out of service.

One that is announced has no key: it serves nobody before it is paired, and until then counts as out of service. No key is made,
shown or kept here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.vocabulary import Reason
from core.wire.topics import is_node_id
from hub.ports import Machine, Node, Person, Tx
from hub.services import granting
from hub.services.refused import Refused, refused


class Fitted(StrEnum):
    """How far a node is."""

    AWAITED = "awaited"
    PAIRED = "paired"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be otherwise; None leaves it."""

    machine: str | None = None
    retired: bool | None = None


def fitted(node: Node) -> Fitted:
    """How far this one is."""
    if not node.sealed_key:
        return Fitted.AWAITED
    return Fitted.RETIRED if node.retired is not None else Fitted.PAIRED


def announce(tx: Tx, by: Person, name: str, machine: str, now: datetime) -> Node | Refused:
    """Await a box of this name beside a machine. Refused: NOT_FOUND (machine), FORBIDDEN, INVALID {id | machine: has one}."""
    place = _place(tx, by, machine)
    if isinstance(place, Refused):
        return place
    if not is_node_id(name) or tx.nodes.get(name) is not None:
        return refused(Reason.INVALID, {"field": "id"})
    if tx.nodes.at(machine) is not None:
        return refused(Reason.INVALID, {"field": "machine"})
    tx.nodes.add(name, place.lab, machine, b"", now)
    tx.nodes.retire(name, now)
    tx.audit.append(place.lab, by.id, "node.announced", name, {"machine": machine}, now)
    return _present(tx, name)


def change(tx: Tx, by: Person, name: str, wanted: Change, now: datetime) -> Node | Refused:
    """Move it while it is awaited, retire it, or take it back. Refused: NOT_FOUND, FORBIDDEN, INVALID {field}, OCCUPIED."""
    node = tx.nodes.get(name, lock=True)
    if node is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(node.lab):
        return refused(Reason.FORBIDDEN)
    against = _against(tx, by, node, wanted)
    if against is not None:
        return against
    if wanted.machine not in (None, node.machine):
        tx.nodes.move(name, str(wanted.machine))
        tx.audit.append(node.lab, by.id, "node.moved", name, {"machine": str(wanted.machine)}, now)
    if wanted.retired is not None and wanted.retired is (node.retired is None):
        tx.nodes.retire(name, now if wanted.retired else None)
        tx.audit.append(node.lab, by.id, "node.retired" if wanted.retired else "node.back", name, {}, now)
        tx.outbox.put_once(node.lab, "live", node.machine, {}, now)
        granting.changed(tx, [node.machine], now)
    return _present(tx, name)


def _against(tx: Tx, by: Person, node: Node, wanted: Change) -> Refused | None:
    awaited = fitted(node) is Fitted.AWAITED
    if wanted.machine not in (None, node.machine):
        place = _place(tx, by, str(wanted.machine))
        if isinstance(place, Refused):
            return place
        if not awaited or place.lab != node.lab or tx.nodes.at(place.id) is not None:
            return refused(
                Reason.INVALID, {"field": "machine"}
            )  # its pins and its history are that machine's
    if wanted.retired is False and awaited:
        return refused(Reason.INVALID, {"field": "retired"})  # without a key it cannot serve
    if wanted.retired and node.retired is None and tx.sessions.running(node.machine) is not None:
        return refused(Reason.OCCUPIED)  # its records would come to nobody
    return None


def _place(tx: Tx, by: Person, machine: str) -> Machine | Refused:
    found = tx.machines.get(machine)
    if found is None or not by.roles.get(found.lab):
        return refused(Reason.NOT_FOUND)
    return found if by.is_staff(found.lab) else refused(Reason.FORBIDDEN)


def _present(tx: Tx, name: str) -> Node:
    found = tx.nodes.get(name)
    if found is None:
        raise LookupError(name)  # written a line above
    return found
