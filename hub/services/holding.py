"""Who will hold the slot, what do they hold already, and what is promised to them? Facts for core.booking.

Two rules: whoever shares a quota is locked together, in id order; what costs a query is asked only where it can matter.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from core.ages import age_on
from core.booking.quotas import ROLLING
from core.certificates import tree_of
from core.grants import Refusal
from core.holder import Holder, plan_of
from core.rulebook import terms_of
from core.sanctions import standing
from core.terms import Subject, Terms, Window, day_of, week_of
from core.timeline import instant, local_day
from core.vocabulary import OCCUPYING, MachineStatus, Reason
from hub.ports import Machine, Person, Tx
from hub.services import facts
from hub.services.known import Known, known_of

BACK = timedelta(
    days=1
)  # as far as the longest gap between two slots, or the way from another lab, may reach
GROWN_UP = 21  # no course asks for more years


def machine_terms(machine: Machine) -> Terms:
    """The booking figures of a machine, as lab, family and machine say them."""
    return _terms(json.dumps({**machine.rules, **machine.policy}))


@lru_cache(maxsize=4096)  # every machine of every lab; what rules say is JSON, so its text names it
def _terms(said: str) -> Terms:
    return terms_of(json.loads(said))


def lock(tx: Tx, person: str, terms: Terms) -> bool:
    """Hold the person's row, and those of everybody with whom a quota here is shared (E09); see `People.lock`."""
    found = tx.people.get(person) if _shared(terms) else None
    return tx.people.lock([person] if found is None else sorted({person, *tx.people.sharing(found)}))


def _shared(terms: Terms) -> bool:
    return any(quota.subject is not Subject.PERSON for quota in terms.quotas)


class Asked(NamedTuple):
    """What is wanted of whom: a slot at `start` on a machine under its terms; `but`: a reservation not to count."""

    machine: Machine
    terms: Terms
    start: datetime
    now: datetime
    but: str = ""


def holder_of(
    tx: Tx, person: Person, machine: Machine, start: datetime, now: datetime, *, but: str = ""
) -> Holder:
    """The person as the rules see him for a slot at `start`; of what is held, all but the reservation `but`."""
    known = known_of(tx, person.id, machine.lab)
    strikes = known.strikes if known else ()
    return holder_for(
        tx,
        Known(person, (), strikes, facts.roles_of(person, machine.lab)),
        Asked(machine, machine_terms(machine), start, now, but),
    )


def holder_for(tx: Tx, known: Known, asked: Asked) -> Holder:
    """The same of somebody who is known."""
    person, machine, now = known.person, asked.machine, asked.now
    shared = (person.household is not None or person.organisation is not None) and _shared(asked.terms)
    persons = tx.people.sharing(person) if shared else [person.id]
    held = tx.bookings.shares(persons, counted_from(asked.terms, min(asked.start, now), machine.zone))
    return Holder(
        who=person.id,
        plan=plan_of(known.roles, person.pass_day),
        birth=person.birth,
        consent_until=person.consent_until,
        pass_day=person.pass_day,
        host=person.host is not None,
        household=person.household,
        organisation=person.organisation,
        barred_until=standing(known.strikes, now).barred_until if known.strikes else None,
        held=tuple([one for one in held if one.id != asked.but] if asked.but else held),
    )


def counted_from(terms: Terms, at: datetime, zone: str) -> datetime:
    """From when on what somebody holds may bear on a slot at `at` or later: what counts is read no further back."""
    return min([at - BACK, *[_begin(quota.window, at, zone) for quota in terms.quotas]])


def _begin(window: Window, at: datetime, zone: str) -> datetime:
    """When the window of a quota began that holds this instant."""
    if window is Window.WEEK:
        return week_of(at, zone).start
    if window is Window.DAY:
        return day_of(at, zone).start
    return at - ROLLING if window is Window.ROLLING else at


def terms_for(tx: Tx, person: Person, machine: Machine, at: datetime) -> Terms:
    """The terms with the least age of the machine's courses, asked only of the young (R23)."""
    return aged(tx, person, machine, machine_terms(machine), at)


def aged(tx: Tx, person: Person, machine: Machine, terms: Terms, at: datetime) -> Terms:
    """The same, where the machine's own terms are at hand."""
    if person.birth is None or age_on(person.birth, local_day(at, machine.zone)) >= GROWN_UP:
        return terms
    return replace(terms, min_age=max(terms.min_age, least_age(tx, machine)))


def least_age(tx: Tx, machine: Machine) -> int:
    """The least age of the courses that a machine needs, and of what they need; 0 where none says one."""
    tree = tree_of(machine.needs, facts.courses_of(tx, machine.lab, machine.zone))
    ages = [course.min_age for course in tx.certificates.courses(machine.lab) if course.id in tree]
    return max((age for age in ages if age is not None), default=0)


def promised(tx: Tx, person: str, missing: Iterable[Refusal], before: datetime) -> frozenset[str]:
    """The courses among what is missing whose training is booked and over before then (R14).

    An enrolment says when its training ends (`data["ends"]`), and which it is: one that was moved or fell is asked itself.
    """
    courses = {one.params.get("course") for one in missing if one.code is Reason.CERT_MISSING}
    if not courses:
        return frozenset()
    return frozenset(
        event.course
        for event in tx.certificates.events(person)
        if event.kind == "enrol" and event.course in courses and _over(tx, event.data, before)
    )


def _over(tx: Tx, said: Mapping[str, object], before: datetime) -> bool:
    training, ends = said.get("training"), said.get("ends")
    if not isinstance(training, str):
        return isinstance(ends, str) and instant(ends) <= before
    slot = tx.bookings.get(training)
    return slot is not None and slot.status in OCCUPYING and slot.end <= before


def spare(tx: Tx, machine: Machine, terms: Terms, start: datetime, end: datetime) -> int | None:
    """How many machines of the family are wholly free then; None where no rule asks."""
    if not terms.keep_free:
        return None
    family = tx.machines.all(lab=machine.lab, family=machine.family)
    fit = [one for one in family if one.status in (MachineStatus.OK, MachineStatus.DEGRADED)]
    return sum(not tx.bookings.taken(one.id, start, end) for one in fit)


def note_of(machine: Machine) -> str:
    """What to have read before booking a machine that works in part (E32)."""
    return machine.status_note if machine.status is MachineStatus.DEGRADED else ""
