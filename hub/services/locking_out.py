"""Who took which machine out, and does the machine know? Locks are set, lifted and followed here (R47).

A lock is in force only when the node's record with its id has come and the relay is open; until then the
machine may be running. Lifting one never starts anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.timeline import stamp
from core.vocabulary import LockKind, Reason, Role
from hub.ports import Lock, Node, Person, Tx
from hub.services import taking_out
from hub.services.refused import Refused, refused


class Effect(StrEnum):
    """How far a lock has come."""

    PENDING = "not_yet_effective"
    IN_FORCE = "in_force"
    LIFTING = "lifting"
    GONE = "gone"


def lock(
    tx: Tx, by: str, machine: str, kind: LockKind, reason: str, now: datetime
) -> Lock | Refused:  # the one who asks is the owner: nobody locks in another's name
    """Take a machine out. Refused: NOT_FOUND, FORBIDDEN (staff only), INVALID without a reason."""
    found, person = tx.machines.get(machine), tx.people.get(by)
    if found is None or person is None:
        return refused(Reason.NOT_FOUND)
    if not person.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    if not reason.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    made = Lock(tx.fresh_id(), found.lab, machine, kind, by, by, reason.strip(), now)
    tx.locks.save(made)
    _tell(tx, made, by, "lock.set", now)
    _warn(tx, made, now)
    return made


def lock_for_nobody(tx: Tx, machine: str, kind: LockKind, said: tuple[str, str], now: datetime) -> Lock:
    """A lock that is every staff member's to lift: what members report (R46). `said` is (who, words); its holders hear it."""
    who, words = said
    found = tx.machines.get(machine)
    if found is None:
        raise ValueError(f"no machine {machine}")
    made = Lock(tx.fresh_id(), found.lab, machine, kind, None, who, words, now)
    tx.locks.save(made)
    _tell(tx, made, who, "lock.set", now)
    _warn(tx, made, now)
    return made


def lift(tx: Tx, by: str, lock_id: str, reason: str, now: datetime) -> Lock | Refused:
    """Lift a lock: its owner, or a manager with a reason. Refused: NOT_FOUND, FORBIDDEN, INVALID, CHANGED."""
    found, person = tx.locks.get(lock_id), tx.people.get(by)
    if found is None or person is None:
        return refused(Reason.NOT_FOUND)
    if against := _against(found, person, reason):
        return against
    if found.lifted is not None:
        return refused(Reason.CHANGED)
    beside = tx.nodes.at(found.machine)
    gone = None if beside and beside.retired is None else now  # where no box is, nobody will say so
    lifted = replace(found, lifted=now, lifted_by=by, lift_reason=reason.strip(), gone=gone)
    tx.locks.save(lifted)
    _tell(tx, lifted, by, "lock.lifted", now)
    if _is_alarm(lifted) and not tx.locks.on(lifted.machine):
        taking_out.restored(tx, lifted.machine, now)
    return lifted


def _warn(tx: Tx, made: Lock, now: datetime) -> None:
    """A danger reaches who booked the machine for the next day, too (S25)."""
    if _is_alarm(made):
        taking_out.endangered(tx, made.machine, made.reason, now)


def _is_alarm(one: Lock) -> bool:
    """Somebody raised it who does not own it: who booked hears of it, and hears when it is over."""
    return one.kind is LockKind.DANGER or one.owner is None


def may_lift(found: Lock, person: Person) -> bool:
    """Its owner or a manager; a danger, and what nobody owns, is every staff member's to lift."""
    if found.kind is LockKind.DANGER or found.owner is None:
        return person.is_staff(found.lab)
    return person.id == found.owner or person.has(Role.MANAGER, found.lab)


def _against(found: Lock, person: Person, reason: str) -> Refused | None:
    if not may_lift(found, person):
        return refused(Reason.FORBIDDEN)
    said = person.id == found.owner or reason.strip()
    return None if said else refused(Reason.INVALID, {"field": "reason"})


def _tell(tx: Tx, told: Lock, by: str, action: str, now: datetime) -> None:
    subject = {"machine": told.machine, "kind": told.kind.value}
    tx.audit.append(told.lab, by, action, told.id, subject, now)
    node = tx.nodes.at(told.machine)
    if node and node.retired is None:
        tx.nodes.bump_locks(node.id)
        tx.outbox.put_once(told.lab, "locks", node.id, {}, now)
    tx.outbox.put_once(told.lab, "live", told.machine, {}, now)


def locks_body(tx: Tx, node: str, now: datetime) -> dict[str, Any] | None:
    """The body of the node's `down/locks`: what stands, and what is lifted and not yet seen gone.

    None for a node that is unknown or retired; `now` is not looked at, a lock has no age.
    """
    del now
    found, mark = tx.nodes.get(node), tx.meta.mark()
    if found is None or found.retired is not None or mark is None:
        return None
    return {
        "v": 1,
        "epoch": mark.epoch,
        "store": mark.store,
        "rev": found.lock_rev,
        "locks": [_body(one) for one in tx.locks.on(found.machine)],
        "lifted": list(tx.locks.lifted(found.machine)),
    }


def _body(one: Lock) -> dict[str, str]:
    said = {"id": one.id, "kind": one.kind.value}
    said |= {name: who for name, who in (("owner", one.owner), ("by", one.by)) if who is not None}
    return said | {"reason": one.reason, "since": stamp(one.since)}


def effect(found: Lock, node: Node | None) -> Effect:
    """How far the lock has come, as far as the hub can know."""
    if found.gone is not None:
        return Effect.GONE
    if found.lifted is not None:
        return Effect.LIFTING
    relay_open = node is not None and node.online and node.live.get("relay") == "open"
    return Effect.IN_FORCE if found.in_force is not None and relay_open else Effect.PENDING


def recorded_set(tx: Tx, lock_id: str, node: Node, said: Mapping[str, Any], at: datetime) -> None:
    """The node's `inhibit-set` record with this lock's id has come; a lock unknown here is taken over."""
    found = tx.locks.get(lock_id)
    if found is None:
        _adopt(tx, lock_id, node, said, at)
    elif found.machine == node.machine and found.in_force is None:
        tx.locks.save(replace(found, in_force=at))
        tx.outbox.put_once(found.lab, "live", node.machine, {}, at)


def _adopt(tx: Tx, lock_id: str, node: Node, said: Mapping[str, Any], at: datetime) -> None:
    """The report button at the machine, or a lock that a restored hub has forgotten (R47): it stands there."""
    if said.get("inhibit") not in set(LockKind):
        return
    owner, by = (_person(tx, said.get(name)) for name in ("owner", "by"))
    cause = said.get("cause")
    reason = "danger" if cause == "report" else cause if isinstance(cause, str) else ""
    made = Lock(
        lock_id, node.lab, node.machine, LockKind(said["inhibit"]), owner, by, reason, at, in_force=at
    )
    tx.locks.save(made)
    _tell(tx, made, by or node.id, "lock.reported", at)
    _warn(tx, made, at)


def _person(tx: Tx, name: object) -> str | None:
    return name if isinstance(name, str) and tx.people.get(name) else None


def recorded_lifted(tx: Tx, lock_id: str, machine: str, by: str | None, at: datetime) -> None:
    """The node's `inhibit-lifted` record has come; its owner may have lifted the lock at the machine."""
    found = tx.locks.get(lock_id)
    if found is None or found.machine != machine or found.gone is not None:
        return
    at_machine = found.lifted is None
    who = by if by and tx.people.get(by) else found.owner
    lifted = replace(found, lifted=at, lifted_by=who) if at_machine else found
    tx.locks.save(replace(lifted, gone=at))
    node = tx.nodes.at(machine)
    if node and node.retired is None:  # the list grows shorter: the lifted id need not be said any more
        tx.nodes.bump_locks(node.id)
        tx.outbox.put_once(found.lab, "locks", node.id, {}, at)
    tx.outbox.put_once(found.lab, "live", machine, {}, at)
