"""An extraction, a compressor, a room is down: which machines with it, and whose bookings? (R49, E33)

While it is down nobody starts or books its machines; what runs goes on. Till a known day their bookings fall as in a
closure; where nobody knows, the next day's holders are warned. When it is back, what fell stays fallen.
Machines that share an extraction let it run on as long as the longest of them asks for.
What a box beside a machine misses by itself is told in airing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.vocabulary import Reason, ResourceKind
from hub.ports import Machine, Person, Resource, Tx
from hub.services import closing, granting, taking_out
from hub.services.refused import Refused, refused
from hub.services.taking_out import Hit


@dataclass(frozen=True, slots=True)
class Failure:
    """A resource that is to be down; `until` None: nobody knows."""

    resource: str
    until: datetime | None
    reason: str


def save(  # the sixth says what it is; None leaves that as it stands
    tx: Tx, by: Person, resource: str | None, said: tuple[str, Sequence[str]], now: datetime,
    kind: ResourceKind | None = None,
) -> Resource | Refused:  # fmt: skip
    """Name it and its machines (`said`); None: a new one. NOT_FOUND, FORBIDDEN, INVALID {name (taken), machines (not here)}."""
    name, machines = said[0].strip(), tuple(sorted(set(said[1])))
    if not by.is_staff(by.lab):
        return refused(Reason.FORBIDDEN)
    there = {one.id: one for one in tx.resources.all(by.lab, lock=True)}
    old = there.get(resource) if resource is not None else Resource(tx.fresh_id(), by.lab, name, ())
    if old is None:
        return refused(Reason.NOT_FOUND)
    if not name or any(one.name == name and one.id != old.id for one in there.values()):
        return refused(Reason.INVALID, {"field": "name"})
    if not {one.id for one in tx.machines.all(lab=by.lab)}.issuperset(machines):
        return refused(Reason.INVALID, {"field": "machines"})
    made = _left(replace(old, name=name, machines=machines, kind=kind or old.kind))
    tx.resources.save(made)
    tx.audit.append(by.lab, by.id, "resource.saved", made.id, {"machines": list(machines)}, now)
    spread(tx, by.lab, now)
    return made


def preview(tx: Tx, by: Person, failure: Failure, now: datetime) -> Hit | Refused:
    """Whom `take_down` would hit now; nothing is written."""
    found = _standing(tx, by, failure, now)
    if isinstance(found, Refused):
        return found
    return taking_out.hit_of(tx, machines_of(tx, found), failure.until, now)


def take_down(tx: Tx, by: Person, failure: Failure, now: datetime) -> Hit | Refused:
    """It is down, and its machines with it. Refused: NOT_FOUND, FORBIDDEN (staff), INVALID {until, reason}."""
    found = _standing(tx, by, failure, now)
    if isinstance(found, Refused):
        return found
    machines, reason = machines_of(tx, found), failure.reason.strip()
    for machine in machines:  # whoever books one of them waits here, and then sees what it lacks
        tx.machines.lock_seats(machine.id)
    hit = taking_out.hit_of(tx, machines, failure.until, now)
    tx.resources.save(replace(found, down=found.down or now, until=failure.until, reason=reason))
    tx.audit.append(found.lab, by.id, "resource.down", found.id, {}, now)
    spread(tx, found.lab, now)
    fell = closing.take_back(tx, hit.cancelled, by.id, reason, now)
    taking_out.warn(tx, hit.warned, reason, now)
    return Hit(fell, hit.warned)


def bring_up(tx: Tx, by: Person, resource: str, now: datetime) -> Resource | Refused:
    """It works again: who was warned hears it, what fell stays fallen. NOT_FOUND, FORBIDDEN, CHANGED (it is not down)."""
    found = tx.resources.get(resource)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    if found.down is None:
        return refused(Reason.CHANGED)
    return works_again(tx, found, by.id, now)


def works_again(tx: Tx, found: Resource, by: str, now: datetime) -> Resource:
    """Nothing stands against it any more, `by` whose word; its machines are up, but for what else they lack."""
    up = replace(found, down=None, until=None, reason="", missed=())
    tx.resources.save(up)
    tx.audit.append(found.lab, by, "resource.up", found.id, {}, now)
    spread(tx, found.lab, now)
    for machine in machines_of(tx, up):
        if not machine.lacks and machine.status not in taking_out.OUT:
            taking_out.restored(tx, machine.id, now)
    return up


def _left(one: Resource) -> Resource:
    """As it stands after its machines were named anew: what only boxes of others miss is not down any more."""
    missed = tuple(name for name in one.missed if name in one.machines)
    if one.missed and not missed and not one.reason:
        return replace(one, missed=(), down=None)
    return replace(one, missed=missed)


def spread(tx: Tx, lab: str, now: datetime) -> None:
    """Each machine says what it lacks and how long its air runs on, so that whoever asks of one reads one row; nodes hear it."""
    known, machines = tx.resources.all(lab, lock=True), tx.machines.all(lab=lab)
    down = [one for one in known if one.down is not None]
    air = [frozenset(one.machines) for one in known if one.kind is ResourceKind.EXTRACTION]
    for machine in machines:
        lacks = tuple(dict.fromkeys(one.said for one in down if machine.id in one.machines))
        beside = frozenset[str]().union(*(shared for shared in air if machine.id in shared))
        run_on_s = max((one.own_run_on_s for one in machines if one.id in beside), default=0)
        if (lacks, run_on_s) == (machine.lacks, machine.shared_run_on_s):
            continue
        tx.machines.set_lacks(machine.id, lacks)
        tx.machines.set_shared_run_on(machine.id, run_on_s)
        granting.changed(tx, [machine.id], now)


def machines_of(tx: Tx, resource: Resource) -> list[Machine]:
    """The machines that depend on it."""
    return [found for name in sorted(resource.machines) if (found := tx.machines.get(name)) is not None]


def _standing(tx: Tx, by: Person, failure: Failure, now: datetime) -> Resource | Refused:
    found = tx.resources.get(failure.resource)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    if failure.until is not None and not now < failure.until <= now + closing.LONGEST:
        return refused(Reason.INVALID, {"field": "until"})
    return found if failure.reason.strip() else refused(Reason.INVALID, {"field": "reason"})
