"""Facts -> the view that a node keeps: who may, who may not and why, and whose slot is when. No more than the node needs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core import admission
from core.admission import NOTHING
from core.ages import of_age
from core.certificates import Courses
from core.grants import (
    CERTIFICATES,
    LEARNING,
    NAME_MAX,
    RESTING,
    STAFF,
    Facts,
    Grant,
    MachinePolicy,
    MachineView,
    PersonFacts,
    Refusal,
    Right,
    discreet,
    distinct,
    right_of,
)
from core.timeline import Span, local_day
from core.vocabulary import GrantLevel, Reason, Risk


def compile_view(facts: Facts, machine: MachinePolicy, now: datetime) -> MachineView:
    """The view of `machine` for its node: discreet, and no further ahead than it can be trusted."""
    view = frank_view(facts, machine, now)
    reach = Span(now, now + timedelta(hours=machine.age_limit_h + 24))  # wire.md: a day past the limit
    return replace(
        view,
        refusals={
            key: discreet(_beside(refusals, machine) if _supervised(view, key) else refusals)
            for key, refusals in view.refusals.items()
        },
        bookings=tuple(one for one in view.bookings if one.span.overlaps(reach)),
        openings=tuple(one for one in view.openings if one.span.overlaps(reach)),
    )


def frank_view(facts: Facts, machine: MachinePolicy, now: datetime) -> MachineView:
    """The same with every reason and the whole calendar: for the hub's own answer to the person.

    For the web the caller gives the person's own id as his one key.
    """
    grants: dict[str, Grant] = {}
    refusals: dict[str, tuple[Refusal, ...]] = {}
    horizon = now + timedelta(hours=machine.age_limit_h + 24)
    for person in facts.people:
        right = _alone(person, machine, facts.courses, now)
        for key in person.keys:
            if key in person.resting_keys and machine.risk is not Risk.LOW:
                refusals[key] = (RESTING, *right.missing)
                continue
            if right.missing:
                refusals[key] = right.missing
                if _learns(person, machine, right.missing, now):
                    grants[key] = _grant(key, person, machine, (person.member_until, GrantLevel.SUPERVISED))
                continue
            level = GrantLevel.TRAINER if _teaches(person, machine) else GrantLevel.AUTONOMOUS
            grants[key] = _grant(key, person, machine, (right.until, level))
            if right.until is not None and right.until < horizon:  # what to say when it is over
                refusals[key] = _alone(person, machine, facts.courses, right.until).missing
        refusals |= dict.fromkeys(person.lost_keys, (Refusal(Reason.BADGE_LOST),))
    stamps = {
        name: getattr(facts, name) for name in ("epoch", "store", "rev", "audit", "checklists", "company")
    }
    stamps["company"] = replace(facts.company, hosts=_hosts(facts, machine, now))
    bookings = tuple(sorted(facts.bookings, key=lambda one: (one.start, one.id)))
    return MachineView(
        issued=now,
        machine=machine,
        grants=grants,
        refusals=refusals,
        bookings=bookings,
        openings=tuple(facts.openings),
        **stamps,
    )


def _hosts(facts: Facts, machine: MachinePolicy, now: datetime) -> dict[str, datetime | None]:
    """Who is a guest today, and until when his host is there (R22)."""
    day = local_day(now, machine.zone)
    guests = (one.who for one in facts.people if one.personal.pass_day == day)
    return {guest: facts.company.hosts.get(guest) for guest in guests}


def _grant(
    key: str, person: PersonFacts, machine: MachinePolicy, holds: tuple[datetime | None, GrantLevel]
) -> Grant:
    until, level = holds
    pin = machine.needs_pin and key not in person.sure_keys
    return Grant(key, person.who, person.name[:NAME_MAX], person.lang, until, person.roles, pin, level)


def _teaches(person: PersonFacts, machine: MachinePolicy) -> bool:
    return bool(machine.needs) and person.signs.issuperset(machine.needs)


def _alone(person: PersonFacts, machine: MachinePolicy, courses: Courses, at: datetime) -> Right:
    """What the person may there and then by himself: learnt, old enough, and let in that day."""
    right = right_of(person, machine, courses, at)
    if person.personal == NOTHING:
        return right
    age = max(machine.min_age, admission.least_age(machine.needs, courses))
    more = admission.against(person.personal, machine.needs, age, machine.zone, at)
    missing = distinct((*right.missing, *(Refusal(code, params) for code, params in more)))
    over = (right.until, *admission.ends(person.personal, machine.zone, at))
    return Right(None if missing else min((one for one in over if one is not None), default=None), missing)


def _learns(person: PersonFacts, machine: MachinePolicy, missing: Iterable[Refusal], now: datetime) -> bool:
    """Lacks no more than the machine's own certificates: a supervisor may stand beside (R29).

    Staff who lack any certificate are known too: they may hold a lockout of their own (R47). Nobody on a day pass
    learns here (R22); who is too young for the certificate may, not who is too young for the machine (R23).
    """
    if not STAFF.isdisjoint(person.roles):
        return all(one.code in CERTIFICATES for one in missing)
    day = local_day(now, machine.zone)
    if person.personal.pass_day is not None or not of_age(person.personal.birth, machine.min_age, day):
        return False
    return all(
        "age" in one.params or (one.code in LEARNING and one.params.get("course") in machine.needs)
        for one in missing
    )


def _supervised(view: MachineView, key: str) -> bool:
    return key in view.grants and view.grants[key].level == GrantLevel.SUPERVISED


def _beside(refusals: Iterable[Refusal], machine: MachinePolicy) -> tuple[Refusal, ...]:
    """What a supervisor makes up for, as the node may know it: of an age nothing is said, it is a certificate that lacks."""
    said = tuple(one for one in refusals if "age" not in one.params)
    return said or (Refusal(Reason.CERT_MISSING, {"course": next(iter(machine.needs), "")}),)
