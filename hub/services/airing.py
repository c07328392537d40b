"""A box beside a machine misses its extraction: which others hang on the same one, and what becomes of them? (E33, R49)

By the box's own word the shared extraction is down, until every box that missed it has it again; what staff said of it
stands. Nobody starts or books its machines meanwhile. A job on another of them is asked to finish by its machine's
policy, as interlock.md's OUT does; its own contact, where it has one, cuts at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from core.vocabulary import Inhibit, ResourceKind, SessionKind
from hub.ports import Node, Resource, Tx
from hub.services import alerting, ordering, resources, taking_out


class Word(Protocol):
    """A record of a node, as far as it is looked at here."""

    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def data(self) -> Any: ...  # noqa: D102


def missing(words: Iterable[Word]) -> bool | None:
    """What these records come to: is the air away in the end, or there? None: they say nothing of it.

    A keeper that starts reads its contact anew, and says again at once when the air is away.
    """
    found: bool | None = None
    for one in words:
        of_air = one.data.get("inhibit") == Inhibit.EXTRACTION.value
        if one.type == "boot" or (of_air and one.type in {"inhibit-set", "inhibit-lifted"}):
            found = one.type == "inhibit-set"
    return found


def recorded(tx: Tx, node: Node, words: Iterable[Word], now: datetime) -> None:
    """What a node wrote of its air: what hangs on the same extraction goes down, or comes back, with it."""
    away = missing(words)
    if away is None:
        return
    for one in tx.resources.all(node.lab, lock=True):
        if one.kind is not ResourceKind.EXTRACTION or node.machine not in one.machines:
            continue
        if away and node.machine not in one.missed:
            _missed(tx, node, one, now)
        elif not away and node.machine in one.missed:
            _there(tx, node, one, now)


def _missed(tx: Tx, node: Node, shared: Resource, now: datetime) -> None:
    missed = tuple(sorted({*shared.missed, node.machine}))
    tx.resources.save(replace(shared, missed=missed, down=shared.down or now))
    tx.audit.append(shared.lab, node.id, "resource.missed", shared.id, {"machine": node.machine}, now)
    told = {"machine": node.machine, "name": shared.name}
    alerting.tell_staff(tx, shared.lab, "resource.missed", shared.id, now, told)
    if shared.down is not None:
        return
    resources.spread(tx, shared.lab, now)
    machines = resources.machines_of(tx, shared)
    taking_out.warn(tx, taking_out.hit_of(tx, machines, None, now).warned, shared.name, now)
    for machine in machines:
        running = tx.sessions.running(machine.id)
        if machine.id != node.machine and running is not None and running.kind is SessionKind.USE:
            ordering.let_finish(tx, running, node.id, now)


def _there(tx: Tx, node: Node, shared: Resource, now: datetime) -> None:
    left = tuple(name for name in shared.missed if name != node.machine)
    if left or shared.reason or shared.down is None:
        tx.resources.save(replace(shared, missed=left))
    else:
        resources.works_again(tx, shared, node.id, now)
