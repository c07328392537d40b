"""A machine is out: whose bookings does it hit? Till a known day they fall; where nobody knows, the next day's holders are warned.

A lock itself is hub.services.locking_out's; here is what becomes of the bookings (R35, R46, S25).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.timeline import Span
from core.vocabulary import MachineStatus, Reason
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import closing, granting, telling
from hub.services.refused import Refused, refused

WARNED_FOR = timedelta(hours=24)  # S25
OUT = frozenset({MachineStatus.OUT_OF_ORDER, MachineStatus.MAINTENANCE})
MARKED = frozenset(
    {MachineStatus.DEGRADED, MachineStatus.STAFF_ONLY}
)  # it runs, and there is something to know


@dataclass(frozen=True, slots=True)
class Outage:
    """A machine that is to be taken out; `until` None: nobody knows."""

    machine: str
    status: MachineStatus
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """The bookings that fall, and those whose holders are warned."""

    cancelled: tuple[Reservation, ...]
    warned: tuple[Reservation, ...]


def preview(tx: Tx, by: Person, outage: Outage, now: datetime) -> Hit | Refused:
    """Whom `take_out` would hit now; nothing is written."""
    machine = tx.machines.get(outage.machine)
    return _against(machine, by, outage, now) or _hit(tx, machine, outage, now)


def take_out(tx: Tx, by: Person, outage: Outage, now: datetime) -> Hit | Refused:
    """Take it out: what falls is cancelled fairly, the others are warned. NOT_FOUND, FORBIDDEN (staff), INVALID {field}."""
    machine = tx.machines.get(outage.machine)
    if against := _against(machine, by, outage, now):
        return against
    tx.machines.seats(outage.machine, lock=True)
    hit = _hit(tx, machine, outage, now)
    tx.machines.set_status(outage.machine, outage.status, outage.reason.strip())
    tx.audit.append(by.lab, by.id, "machine.out", outage.machine, {"status": outage.status.value}, now)
    granting.changed(tx, [outage.machine], now)
    fell = closing.take_back(tx, hit.cancelled, by.id, outage.reason.strip(), now)
    warn(tx, hit.warned, outage.reason.strip(), now)
    return Hit(fell, hit.warned)


def bring_back(tx: Tx, by: Person, machine_id: str, now: datetime) -> Machine | Refused:
    """It works again: who was warned hears it, and what fell stays fallen. NOT_FOUND, FORBIDDEN, CHANGED (it is not out)."""
    machine = tx.machines.get(machine_id)
    if machine is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(machine.lab):
        return refused(Reason.FORBIDDEN)
    if machine.status not in OUT | MARKED:
        return refused(Reason.CHANGED)
    tx.machines.set_status(machine_id, MachineStatus.OK)
    tx.audit.append(machine.lab, by.id, "machine.back", machine_id, {}, now)
    if machine.status in OUT:
        restored(tx, machine_id, now)
    else:
        granting.changed(tx, [machine_id], now)
    return tx.machines.get(machine_id) or machine


def mark(
    tx: Tx, by: Person, machine_id: str, said: tuple[MachineStatus, str], now: datetime
) -> Machine | Refused:
    """It works in part, or for staff alone; `said`: (status, note), and what is booked stands (R46, E32).

    Refused: NOT_FOUND, FORBIDDEN, INVALID {status}, or {reason}: what works in part wants a note to read.
    """
    machine, (status, note) = tx.machines.get(machine_id), said
    if machine is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(machine.lab):
        return refused(Reason.FORBIDDEN)
    if status not in MARKED or machine.status is MachineStatus.DECOMMISSIONED:
        return refused(Reason.INVALID, {"field": "status"})
    if status is MachineStatus.DEGRADED and not note.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    tx.machines.set_status(machine_id, status, note.strip())
    tx.audit.append(machine.lab, by.id, "machine.marked", machine_id, {"status": status.value}, now)
    granting.changed(tx, [machine_id], now)
    return tx.machines.get(machine_id) or machine


def endangered(tx: Tx, machine_id: str, reason: str, now: datetime) -> tuple[Reservation, ...]:
    """A danger was reported: the holders of the next 24 hours hear it, with other times (S25). Their slots stand."""
    machine = tx.machines.get(machine_id)
    if machine is None:
        return ()
    warned = closing.consequences(tx, [machine], Span(now, now + WARNED_FOR), now).cancelled
    warn(tx, warned, reason, now)
    return warned


def restored(tx: Tx, machine_id: str, now: datetime) -> tuple[Reservation, ...]:
    """It was a false alarm, or it is mended: the same holders hear that their slots stand."""
    machine = tx.machines.get(machine_id)
    if machine is None:
        return ()
    told = closing.consequences(tx, [machine], Span(now, now + WARNED_FOR), now).cancelled
    for one in told:
        telling.mail(tx, one, "machine.restored", now)
    granting.changed(tx, [machine_id], now)
    return told


def _hit(tx: Tx, machine: Machine | None, outage: Outage, now: datetime) -> Hit:
    return Hit((), ()) if machine is None else hit_of(tx, [machine], outage.until, now)


def hit_of(tx: Tx, machines: Iterable[Machine], until: datetime | None, now: datetime) -> Hit:
    """What falls of these machines' bookings till a known instant; where nobody knows, who is warned."""
    if until is not None:
        return Hit(closing.consequences(tx, machines, Span(now, until), now).cancelled, ())
    return Hit((), closing.consequences(tx, machines, Span(now, now + WARNED_FOR), now).cancelled)


def warn(tx: Tx, warned: Iterable[Reservation], reason: str, now: datetime) -> None:
    """The holders hear that nobody knows whether it works then, with other times; their slots stand."""
    for one in warned:
        more = {"reason": reason, "alternatives": closing.alternatives(tx, one, now)}
        telling.mail(tx, one, "machine.out", now, more)


def _against(machine: Machine | None, by: Person, outage: Outage, now: datetime) -> Refused | None:
    if machine is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(machine.lab):
        return refused(Reason.FORBIDDEN)
    if outage.status not in OUT:
        return refused(Reason.INVALID, {"field": "status"})
    if outage.until is not None and not now < outage.until <= now + closing.LONGEST:
        return refused(Reason.INVALID, {"field": "until"})
    return None if outage.reason.strip() else refused(Reason.INVALID, {"field": "reason"})
