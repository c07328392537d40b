"""What is open in the workshop? The reports, the upkeep and the shared resources of the lab, as the staff's page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from flask import abort

from core.vocabulary import MachineStatus
from hub.ports import Machine, Person, Report, Resource, Severity, Tx
from hub.services import upkeep
from hub.services.upkeep import DAY_S, HOUR_S, Counted, Stands
from hub.web.house import house
from hub.web.looks import Look
from hub.web.reporting import TROUBLES
from hub.words import Voice
from hub.words.catalogs import mark, mark_many

T = TypeVar("T", Report, Machine, Resource)
SEVERITIES: Final[Mapping[Severity, tuple[str, str]]] = {
    Severity.DANGER: ("out", mark("danger")),
    Severity.OUT_OF_ORDER: ("ending", mark("out of order")),
    Severity.NOTICE: ("booked", mark("small flaw")),
}
STANDS: Final[Mapping[Stands, tuple[str, str]]] = {
    Stands.OVERDUE: ("out", mark("Overdue: nobody can start it")),
    Stands.DUE: ("ending", mark("Due")),
    Stands.WELL: ("free", mark("Not due yet")),
}  # the most urgent first


@dataclass(frozen=True, slots=True)
class Told:
    """One open report; `own`: of who is looking, `about`: what is wrong, in words."""

    one: Report
    look: Look
    who: str
    own: bool
    about: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The upkeep of one machine: how it stands, and what was used of what the rules say."""

    machine: str
    look: Look
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """All of it."""

    reports: tuple[Told, ...]
    machines: tuple[Kept, ...]
    resources: tuple[Resource, ...]


def opened(tx: Tx, lab: str, by: Person, at: datetime, speech: Voice) -> Open:
    """What staff have to look at: reports from the oldest on, upkeep from the most urgent on, resources by name."""
    machines = [one for one in tx.machines.all(lab=lab) if one.status is not MachineStatus.DECOMMISSIONED]
    found = [one for machine in tx.machines.all(lab=lab) for one in tx.reports.unanswered(machine.id)]
    names = tx.people.names(sorted({one.person for one in found}))
    counts = [(one.id, upkeep.counted(tx, one, at)) for one in machines]
    asked = [(name, count) for name, count in counts if count.after_h or count.after_d]
    asked.sort(key=lambda one: list(STANDS).index(one[1].stands))
    return Open(
        tuple(
            Told(
                one,
                severity(one, speech),
                names.get(one.person, ""),
                one.person == by.id,
                speech.text(TROUBLES[one.category]),
            )
            for one in sorted(found, key=lambda one: one.at)
        ),
        tuple(Kept(name, _look(STANDS[count.stands], speech), _used(count, speech)) for name, count in asked),
        tuple(tx.resources.all(lab)),
    )


def upkeep_look(stands: str, speech: Voice) -> Look | None:
    """How a machine's upkeep stands, where somebody has to see to it (R48)."""
    return _look(STANDS[Stands(stands)], speech) if stands else None


def severity(one: Report, speech: Voice) -> Look:
    """How bad the member says it is."""
    return _look(SEVERITIES[one.severity], speech)


def _look(of: tuple[str, str], speech: Voice) -> Look:
    return Look(of[0], speech.text(of[1]))


def _used(count: Counted, speech: Voice) -> tuple[str, ...]:
    hours = mark_many("%(used)s of %(count)s hour under power", "%(used)s of %(count)s hours under power")
    days = mark_many("%(used)s of %(count)s day", "%(used)s of %(count)s days")
    done = ((hours, count.power_s // HOUR_S, count.after_h), (days, count.time_s // DAY_S, count.after_d))
    return tuple(speech.count(*words, most, used=used) for words, used, most in done if most)


def report_of(key: str) -> Report:
    """The report with this id, of this lab; else the page is not there."""
    return _ours(house().store.read(lambda tx: tx.reports.get(key)))


def machine_of(name: str) -> Machine:
    """The machine of this lab."""
    return _ours(house().store.read(lambda tx: tx.machines.get(name)))


def resource_of(key: str) -> Resource:
    """The shared resource of this lab."""
    return _ours(house().store.read(lambda tx: tx.resources.get(key)))


def _ours(found: T | None) -> T:
    return found if found is not None and found.lab == house().lab.id else abort(404)
