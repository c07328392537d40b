"""Which rules are to hold, and what would they have refused last month? Saved as versions, tried before (rules.md, conventions).

A change never takes an existing booking away: the simulation counts the past it would have refused, and lists
the coming slots that would not be granted any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.booking import BookingRules, Wanted, objections
from core.holder import Held, Holder, plan_of
from core.rulebook import Fault, Level, faults, resolve, together
from core.timeline import Span
from core.vocabulary import OCCUPYING, Reason, ReservationKind, ReservationStatus
from hub.ports import Machine, Person, Reservation, RuleSet, Tx
from hub.services import facts, granting, ground, holding, resources
from hub.services.refused import Refused, refused

LAST_MONTH = timedelta(days=31)
AHEAD = timedelta(days=60)  # past the longest horizon of a member
MEMBERS_OWN = frozenset({ReservationKind.BOOKING, ReservationKind.UNATTENDED, ReservationKind.GROUP})
COUNTS = OCCUPYING | {ReservationStatus.NO_SHOW}
NOT_THE_RULES = frozenset(
    {
        Reason.OVERLAP,
        Reason.PAST,
        Reason.MACHINE_DOWN,
        Reason.RESOURCE_DOWN,
        Reason.MAINTENANCE,
        Reason.STAFF_ONLY,
    }
)
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RulesAt:
    """Where rules are set: the lab, a family of it, or one machine; `subject` is its id."""

    lab: str
    level: Level
    subject: str


@dataclass(frozen=True, slots=True)
class Hindered:
    """A booking that the proposed rules would refuse and the present ones grant."""

    reservation: str
    machine: str
    start: datetime
    codes: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """Of `checked` bookings of the last month these would have been refused; `coming` stand and would not be granted anew."""

    checked: int
    refused: tuple[Hindered, ...]
    coming: tuple[Hindered, ...]


def save(tx: Tx, by: Person, where: RulesAt, rules: Values, told: tuple[str, datetime]) -> RuleSet | Refused:
    """Let these rules hold from now on; `told` is (reason, now). NOT_FOUND, FORBIDDEN, INVALID {field, why}, CHANGED."""
    reason, now = told
    against = _against(tx, by, where, rules)
    if against:
        return against
    if not reason.strip():
        return refused(Reason.INVALID, {"field": "reason"})
    before = tx.rules.versions(where.lab, where.level, where.subject)
    version = before[0].version + 1 if before else 1
    new = RuleSet(where.lab, where.level, where.subject, version, dict(rules), reason.strip(), by.id, now)
    if not tx.rules.save(new):
        return refused(Reason.CHANGED)
    subject = f"{where.level}/{where.subject}"
    granting.changed(tx, [machine.id for machine in _machines(tx, where)], now)
    resources.spread(tx, where.lab, now)  # a run-on counts for whoever shares the air
    tx.audit.append(where.lab, by.id, "rules.saved", subject, {"version": version}, now)
    return new


def simulate(tx: Tx, by: Person, where: RulesAt, rules: Values, now: datetime) -> Simulation | Refused:
    """What these rules would change; nothing is written. Refused as `save`."""
    against = _against(tx, by, where, rules)
    if against:
        return against
    past = Span(now - LAST_MONTH, now)
    checked, hindered, coming = 0, list[Hindered](), list[Hindered]()
    for machine in _machines(tx, where):
        trial = _Trial.of(tx, machine, _with(tx, machine, where, rules), Span(past.start, now + AHEAD))
        had = _bookings(tx, machine, past)
        checked += len(had)
        hindered += trial.hindered(tx, had)
        coming += trial.hindered(tx, _bookings(tx, machine, Span(now, now + AHEAD)))
    return Simulation(checked, tuple(hindered), tuple(coming))


@dataclass(frozen=True, slots=True)
class _Trial:
    """The present rules of a machine beside the proposed ones."""

    machine: Machine
    present: BookingRules
    proposed: BookingRules

    @classmethod
    def of(cls, tx: Tx, machine: Machine, proposed: Machine, within: Span) -> "_Trial":
        both = (
            ground.rules_for(tx, one, within, facts.machine_policy(tx, one)) for one in (machine, proposed)
        )
        return cls(machine, *both)

    def hindered(self, tx: Tx, bookings: Iterable[Reservation]) -> Iterator[Hindered]:
        for one in bookings:
            new = self._codes(tx, one, self.proposed) - self._codes(tx, one, self.present)
            if new:
                yield Hindered(one.id, one.machine, one.start, tuple(sorted(new)))

    def _codes(self, tx: Tx, one: Reservation, rules: BookingRules) -> frozenset[Reason]:
        person = tx.people.get(one.person)
        roles = facts.roles_of(person, one.lab) if person else ()
        wanted = Wanted(one.start, one.end, one.kind, roles, one.person)
        as_then = rules._replace(holder=_holder(tx, one, self.machine, person))
        found = objections(wanted, (), as_then, one.created)
        return frozenset(said.code for said in found) - NOT_THE_RULES


def _holder(tx: Tx, one: Reservation, machine: Machine, person: Person | None) -> Holder:
    """What the person, and whoever shares a quota with him, held when this slot was booked."""
    if person is None:
        return Holder(who=one.person)
    sharing = {name: tx.people.get(name) for name in {person.id, *tx.people.sharing(person)}}
    families = {machine.id: machine.family}
    held = tuple(
        Held(
            id=other.id,
            who=other.person,
            machine=other.machine,
            family=_family(tx, other.machine, families),
            kind=other.kind,
            status=other.status,
            start=other.start,
            end=other.end,
            exempt=other.exempt,
            household=whose.household if whose else None,
            organisation=whose.organisation if whose else None,
            lab=other.lab,
        )
        for name, whose in sorted(sharing.items())
        for other in tx.bookings.of_person(name, one.start - holding.BACK, one.start + AHEAD)
        if other.created < one.created
    )
    plan = plan_of(facts.roles_of(person, one.lab), person.pass_day)
    return Holder(one.person, plan, household=person.household, organisation=person.organisation, held=held)


def _family(tx: Tx, name: str, known: dict[str, str]) -> str:
    if name not in known:
        found = tx.machines.get(name)
        known[name] = found.family if found else ""
    return known[name]


def _bookings(tx: Tx, machine: Machine, span: Span) -> Sequence[Reservation]:
    """The members' own bookings that began in a span and were not given back."""
    found = tx.bookings.starting(machine.id, span.start, span.end)
    return [one for one in found if one.kind in MEMBERS_OWN and one.status in COUNTS]


def _with(tx: Tx, machine: Machine, where: RulesAt, rules: Values) -> Machine:
    """The machine as if these rules held."""
    said = {
        Level.LAB: tx.rules.present(machine.lab, Level.LAB, machine.lab),
        Level.FAMILY: tx.rules.present(machine.lab, Level.FAMILY, machine.family),
        Level.MACHINE: tx.rules.present(machine.lab, Level.MACHINE, machine.id),
    } | {where.level: rules}
    return replace(machine, rules=resolve(*(said[level] or {} for level in Level)))


def _machines(tx: Tx, where: RulesAt) -> Sequence[Machine]:
    if where.level is Level.LAB:
        return tx.machines.all(lab=where.lab)
    if where.level is Level.FAMILY:
        return tx.machines.all(lab=where.lab, family=where.subject)
    found = tx.machines.get(where.subject)
    return [found] if found is not None and found.lab == where.lab else []


def _against(tx: Tx, by: Person, where: RulesAt, rules: Values) -> Refused | None:
    elsewhere = where.level is Level.LAB and where.subject != where.lab
    if elsewhere or tx.rules.present(where.lab, where.level, where.subject) is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(where.lab):
        return refused(Reason.FORBIDDEN)
    wrong = faults(rules) or _at_odds(tx, where, rules)
    return refused(Reason.INVALID, {"field": wrong[0].name, "why": wrong[0].why}) if wrong else None


def _at_odds(tx: Tx, where: RulesAt, rules: Values) -> tuple[Fault, ...]:
    """What does not go together on one of the machines."""
    resolved = (_with(tx, machine, where, rules).rules for machine in _machines(tx, where))
    return tuple(fault for said in resolved for fault in together(said))
