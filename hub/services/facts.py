"""What do the rules need to know? Rows of the store -> the facts of core, with no decision."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from core import calendars, certificates, grants
from core.admission import Personal
from core.calendars import Opening, Week
from core.grants import AGE_LIMIT_H, MachinePolicy, PersonFacts
from core.rulebook import resolve
from core.timeline import Span, instant, subtract
from core.views import policy_from_body
from core.vocabulary import BadgeState, MemberStatus, ReservationStatus, Role
from hub import ports
from hub.ports import Badge, Machine, Person, Reservation, Tx
from hub.ports.people import GRACE

PAGE = 500
OVERDUE = "overdue"  # R48, as the machine says it
ARRIVED = frozenset({ReservationStatus.ARRIVED, ReservationStatus.IN_USE})
_OUT = frozenset({MemberStatus.PROSPECT, MemberStatus.EXPIRED, MemberStatus.ARCHIVED})
KeyOf = Callable[[Badge], str]


def policy_of(machine: Machine, seats: int = 1) -> MachinePolicy:
    """Every figure of one machine; what neither lab, family nor machine says keeps its default."""
    body: dict[str, Any] = resolve(machine.rules, machine.policy)
    if "horizon_opens_at" in body:
        body["horizon_opens_min"] = minute_of(body["horizon_opens_at"])
    body |= {f"{name}_min": minute_of(body[name]) for name in ("quiet_from", "quiet_to") if body.get(name)}
    fixed = {
        "id": machine.id,
        "lab": machine.lab,
        "name": machine.model,
        "family": machine.family,
        "zone": machine.zone,
        "risk": machine.risk,
        "status": machine.status,
        "needs": machine.needs,
        "overdue": machine.upkeep == OVERDUE,
        "lacks": machine.lacks,
        "seats": seats,
    }
    return policy_from_body({"age_limit_h": AGE_LIMIT_H[machine.risk]} | body | fixed)


def machine_policy(tx: Tx, machine: Machine) -> MachinePolicy:
    """The same, its seats counted."""
    return policy_of(machine, len(tx.machines.seats(machine.id)))


def minute_of(local: str) -> int:
    """Minutes since midnight of a wall time "18:00"; ValueError on anything else."""
    hour, minute = local.split(":")
    return int(hour) * 60 + int(minute)


def week_of(tx: Tx, machine: Machine) -> Week:
    """The hours that hold for a machine."""
    return weeks_of(tx, machine.lab, [machine])[machine.id]


def weeks_of(tx: Tx, lab: str, machines: Iterable[Machine]) -> Mapping[str, Week]:
    """The hours that hold for each machine of a lab: the lab's, its own within them, or (R01) its own alone."""
    said = tx.machines.hours_in(lab)
    found: dict[str, Week] = {}
    shared: dict[frozenset[str], Week] = {}
    for one in machines:
        holidays = frozenset(one.rules.get("holidays", ()))
        if holidays not in shared:
            shared[holidays] = _week(one.zone, said.get(None, ((), ())), holidays)
        house, own = shared[holidays], said.get(one.id)
        if one.own_hours:
            found[one.id] = _week(one.zone, own or ((), ()), holidays)
        else:
            found[one.id] = house if own is None else replace(_week(one.zone, own, frozenset()), house=house)
    return found


def _week(
    zone: str, said: tuple[Sequence[ports.Opening], Sequence[ports.DayException]], holidays: frozenset[str]
) -> Week:
    usual, exceptions = said
    by_day: dict[int, list[calendars.Hours]] = defaultdict(list)
    for one in usual:
        by_day[one.weekday].append(
            calendars.Hours(minute_of(one.from_local), minute_of(one.to_local), one.audience)
        )
    days = {
        one.day: tuple(
            calendars.Hours(minute_of(from_), minute_of(to), audience) for from_, to, audience in one.hours
        )
        for one in exceptions
    }
    return Week(zone, by_day, days, holidays)


def openings_of(tx: Tx, machine: Machine, within: Span) -> tuple[Opening, ...]:
    """When the machine's house is open for whom, closures taken out."""
    closures = tx.machines.closures(machine, within.start - timedelta(days=1), within.end + timedelta(days=1))
    holes = [Span(closure.start, closure.end) for closure in closures]
    return tuple(
        Opening(left.start, left.end, opening.audience)
        for opening in calendars.openings(week_of(tx, machine), within)
        for left in subtract([opening.span], holes)
    )


def courses_of(tx: Tx, lab: str, zone: str) -> certificates.Courses:
    """The tree of a lab's courses."""
    return {
        course.id: certificates.Course(
            course.id, zone, course.valid_months, course.dormant_months, course.needs, course.min_age or 0
        )
        for course in tx.certificates.courses(lab)
    }


def booking_of(one: Reservation) -> grants.Booking:
    """A reservation as the rules see it."""
    return grants.Booking(one.id, one.person, one.kind, one.start, one.end)


def bookings_of(tx: Tx, machine: str, within: Span) -> tuple[list[grants.Booking], frozenset[str]]:
    """What is taken and not yet done in a span, and of it those whose holder has come."""
    return still_held(tx.bookings.taken(machine, within.start, within.end))


def still_held(taken: Iterable[Reservation]) -> tuple[list[grants.Booking], frozenset[str]]:
    """Of what is taken what is not yet done, and of that what its holder has come for."""
    held = [one for one in taken if one.status is not ReservationStatus.DONE]
    return [booking_of(one) for one in held], frozenset(one.id for one in held if one.status in ARRIVED)


def events_of(rows: Iterable[Any]) -> tuple[certificates.Event, ...]:
    """Certificate events as the rules see them."""
    return tuple(
        certificates.Event(
            row.course, certificates.Act(row.kind), row.at, row.by, row.reason, _claim(row.data)
        )
        for row in rows
    )


def _claim(data: Mapping[str, Any]) -> certificates.Claim | None:
    """What two badges signed at a machine, where the event says so (R28)."""
    if "lapses" not in data:
        return None
    ends = (instant(str(data[name])) for name in ("alone_until", "lapses"))
    return certificates.Claim(str(data["machine"]), *ends)


def person_facts(tx: Tx, person: Person, lab: str, keys: Sequence[str] = ()) -> PersonFacts:
    """What the rules need to know of one person; without keys he stands under his own id."""
    events = events_of(tx.certificates.events(person.id))
    return _facts(person, lab, charter_of(tx, lab), events, _Keys(list(keys) or [person.id]))


def facts_of(
    person: Person, lab: str, charter: int, events: tuple[certificates.Event, ...], key: str | None = None
) -> PersonFacts:
    """The same of somebody whose certificates' events are at hand."""
    return _facts(person, lab, charter, events, _Keys([key or person.id]))


def people_facts(tx: Tx, lab: str, key_of: KeyOf) -> list[PersonFacts]:
    """The same of everybody in the lab who has a badge, by the keys that `key_of` gives."""
    charter = charter_of(tx, lab)
    keys = _keys(tx, lab, key_of)
    events: dict[str, list[Any]] = defaultdict(list)
    for row in tx.certificates.events_in(lab):
        events[row.person].append(row)
    return [
        _facts(one, lab, charter, events_of(events[one.id]), keys[one.id])
        for one in everybody(tx, lab)
        if one.id in keys
    ]


def everybody(tx: Tx, lab: str) -> Iterable[Person]:
    """All people of the lab, page by page."""
    page = tx.people.page(lab, PAGE)
    while page:
        yield from page
        page = tx.people.page(lab, PAGE, page[-1].id) if len(page) == PAGE else ()


@dataclass(slots=True)
class _Keys:
    """How a node names one person's badges."""

    active: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)
    sure: list[str] = field(default_factory=list)


def _keys(tx: Tx, lab: str, key_of: KeyOf) -> dict[str, _Keys]:
    """Of everybody in the lab who has a badge that is not given back."""
    found: dict[str, _Keys] = defaultdict(_Keys)
    for badge in tx.badges.in_lab(lab):
        if badge.state is BadgeState.RETURNED:
            continue
        key, his = key_of(badge), found[badge.person]
        (his.active if badge.state is BadgeState.ACTIVE else his.lost).append(key)
        if badge.rests is not None:
            his.resting.append(key)
        if not badge.copyable:
            his.sure.append(key)
    return found


def charter_of(tx: Tx, lab: str) -> int:
    """The edition of the lab's charter that is to be accepted."""
    found = tx.machines.lab(lab)
    return found.charter if found else 0


def _facts(
    person: Person,
    lab: str,
    charter: int,
    events: tuple[certificates.Event, ...],
    keys: _Keys,
) -> PersonFacts:
    return PersonFacts(
        who=person.id,
        name=person.short or person.name.split(" ")[0],
        lang=person.lang,
        keys=tuple(keys.active),
        lost_keys=tuple(keys.lost),
        resting_keys=frozenset(keys.resting),
        sure_keys=frozenset(keys.sure),
        member_until=None if person.member_until is None else person.member_until + GRACE,
        suspended=person.status is MemberStatus.SUSPENDED,
        archived=person.status in _OUT,
        charter=person.charter >= charter,
        roles=roles_of(person, lab),
        events=events,
        signs=person.teaches.get(lab, frozenset()) if person.has(Role.TRAINER, lab) else frozenset(),
        personal=Personal(
            person.birth, person.consent_until, None if person.is_staff(lab) else person.pass_day
        ),
    )


def roles_of(person: Person, lab: str) -> tuple[Role, ...]:
    """The person's roles in the lab, in a fixed order."""
    return tuple(sorted(person.roles.get(lab, frozenset())))
