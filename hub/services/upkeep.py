"""Which machine wants to be looked after, and when did somebody? After so many hours of power or so many days (R48).

From 100 % on staff are told; at 110 % nobody starts or books it until one of them notes that it is done. What runs goes on.
A machine whose rules ask for it is counted from the first look, or from its last upkeep.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.vocabulary import MachineStatus, Reason
from hub.ports import Machine, Person, Tx, Upkeep
from hub.services import alerting, facts, granting
from hub.services.house import all_houses
from hub.services.refused import Refused, refused

HOUR_S: Final = 3600
DAY_S: Final = 24 * 3600
SOFT, HARD = 100, 110  # R48, in percent of what the rules say


class Stands(StrEnum):
    """How the upkeep of a machine stands."""

    WELL = ""
    DUE = "due"
    OVERDUE = facts.OVERDUE


LETTERS: Final = {Stands.DUE: "machine.upkeep_due", Stands.OVERDUE: "machine.upkeep_overdue"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts since the last upkeep, in seconds of power and of time, and after how many of each the next is due."""

    last: Upkeep | None
    power_s: int
    time_s: int
    after_h: int | None
    after_d: int | None

    @property
    def stands(self) -> Stands:
        """Whichever of the two is farther decides."""
        limits = ((self.power_s, self.after_h, HOUR_S), (self.time_s, self.after_d, DAY_S))
        done = [(so_far, most * unit_s) for so_far, most, unit_s in limits if most]
        if any(so_far * 100 >= limit_s * HARD for so_far, limit_s in done):
            return Stands.OVERDUE
        return Stands.DUE if any(so_far * 100 >= limit_s * SOFT for so_far, limit_s in done) else Stands.WELL


def counted(tx: Tx, machine: Machine, now: datetime) -> Counted:
    """What the machine has run since it was last looked after; nothing where nobody has begun to count."""
    said = {**machine.rules, **machine.policy}
    last, limits = tx.upkeeps.last(machine.id), (said.get("upkeep_h"), said.get("upkeep_d"))
    if last is None:
        return Counted(None, 0, 0, *limits)
    time_s = max(0, int((now - last.at).total_seconds()))
    return Counted(last, tx.upkeeps.power_s(machine.id, last.at, now), time_s, *limits)


def due(tx: Tx, now: datetime) -> bool:
    """Whether `look` would do something."""
    return next(_changes(tx, now), None) is not None


def look(tx: Tx, now: datetime) -> int:
    """Begin to count where the rules ask for it, and say of each machine how it stands. How many changed."""
    found = list(_changes(tx, now))
    for machine, count, stands in found:
        if count.last is None and (count.after_h or count.after_d):
            tx.upkeeps.add(Upkeep(tx.fresh_id(), machine.lab, machine.id, now, None, ""))
        if machine.upkeep != stands:
            _set(tx, machine, stands, now)
    return len(found)


def _changes(tx: Tx, now: datetime) -> Iterator[tuple[Machine, Counted, Stands]]:
    for house in all_houses(tx):
        for machine in house.machines.values():
            said = {**machine.rules, **machine.policy}
            asked = bool(said.get("upkeep_h") or said.get("upkeep_d"))
            if machine.status is MachineStatus.DECOMMISSIONED or not (asked or machine.upkeep):
                continue
            count = counted(tx, machine, now)
            if machine.upkeep != count.stands or (count.last is None and asked):
                yield machine, count, count.stands


def _set(tx: Tx, machine: Machine, stands: Stands, now: datetime) -> None:
    tx.machines.set_upkeep(machine.id, stands.value)
    tx.audit.append(machine.lab, "hub", "upkeep.stands", machine.id, {"stands": stands.value}, now)
    granting.changed(tx, [machine.id], now)
    if stands in LETTERS:
        alerting.tell_staff(tx, machine.lab, LETTERS[stands], machine.id, now, {"machine": machine.id})


def done(tx: Tx, by: Person, machine_id: str, note: str, now: datetime) -> Upkeep | Refused:
    """Somebody of the staff has looked after it: it counts anew. Refused: NOT_FOUND, FORBIDDEN, INVALID {note}."""
    machine = tx.machines.get(machine_id)
    if machine is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(machine.lab):
        return refused(Reason.FORBIDDEN)
    if not note.strip():
        return refused(Reason.INVALID, {"field": "note"})
    made = Upkeep(tx.fresh_id(), machine.lab, machine_id, now, by.id, note.strip())
    tx.upkeeps.add(made)
    tx.audit.append(machine.lab, by.id, "upkeep.done", made.id, {"machine": machine_id}, now)
    if machine.upkeep != Stands.WELL:
        tx.machines.set_upkeep(machine_id, Stands.WELL.value)
        granting.changed(tx, [machine_id], now)
    return made
