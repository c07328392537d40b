"""Is this person competent for this, now and until when? Everything from events, nothing stored.

A course needs all of its groups and one course of each (AND of ORs, R25), through the whole tree. A
certificate lasts calendar months to the end of that local day, and falls asleep unused (R26).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.timeline import add_months, end_of_day, local_day, stamp
from core.vocabulary import CertificateState, Reason

NEVER_USED_DAYS = 90  # R26: a certificate that was never used sleeps after this
FOREVER = datetime.max.replace(tzinfo=UTC)


class Act(StrEnum):
    """What happened to somebody's certificate; the only source of its state."""

    ENROL = "enrol"
    THEORY = "theory"
    PRACTICAL = "practical"
    GRANT = "grant"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"
    USE = "use"


class BadCourses(ValueError):  # noqa: N818 -- it says what came
    """A tree of courses that names an unknown one or runs in a circle (E14)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A practical part that two copyable badges signed at `machine` (R28).

    Good alone there before `alone_until`, beside a supervisor anywhere before `lapses`; then as if never signed.
    """

    machine: str
    alone_until: datetime
    lapses: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one person's certificate for `course`."""

    course: str
    act: Act
    at: datetime
    by: str | None = None
    reason: str | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One course: `needs` is a tuple of groups, one course of each group is enough."""

    id: str
    zone: str = "Europe/Brussels"
    valid_months: int | None = None
    dormant_months: int | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    min_age: int = 0  # R23: by this age may somebody hold it


Courses = Mapping[str, Course]


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that a person lacks: a code and its parameters, no next step yet."""

    code: Reason
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands in a course: `until` counts the whole tree, `missing` too.

    `state` None: no certificate and no step towards it. Usable exactly when `missing` is empty.
    """

    state: CertificateState | None
    until: datetime | None
    missing: tuple[Lack, ...]

    @property
    def usable(self) -> bool:
        """Whether the person may work with it alone."""
        return not self.missing


_STEPS = {
    Act.ENROL: CertificateState.ENROLLED,
    Act.THEORY: CertificateState.THEORY,
    Act.PRACTICAL: CertificateState.PRACTICAL,
}
_LACKS = {
    CertificateState.DORMANT: Reason.CERT_DORMANT,
    CertificateState.EXPIRED: Reason.CERT_EXPIRED,
    CertificateState.SUSPENDED: Reason.CERT_SUSPENDED,
    CertificateState.REVOKED: Reason.CERT_REVOKED,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """When and where somebody stands; `machine` "": nowhere in particular."""

    now: datetime
    machine: str


def standing(
    course: str, events: Iterable[Event], courses: Courses, now: datetime, machine: str = ""
) -> Standing:
    """Where the person of `events` stands in `course` at `now`, prerequisites included.

    `machine`: where a provisional certificate is good alone. Events after `now` count as not yet happened.
    Raises BadCourses on an unknown course.
    """
    known = _by_course(events, now)
    seen: dict[str, Standing] = {}
    return _walk(course, known, courses, _Place(now, machine), seen)


def _by_course(events: Iterable[Event], now: datetime) -> dict[str, list[Event]]:
    known: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.at):
        if event.at <= now:
            known.setdefault(event.course, []).append(event)
    return known


def _walk(
    name: str,
    known: Mapping[str, Sequence[Event]],
    courses: Courses,
    place: _Place,
    seen: dict[str, Standing],
) -> Standing:
    if name in seen:
        return seen[name]
    if name not in courses:
        raise BadCourses(f"no such course: {name}")
    course = courses[name]
    own = _alone(course, known.get(name, ()), place)
    groups = [
        _best([_walk(choice, known, courses, place, seen) for choice in group]) for group in course.needs
    ]
    ends = [one.until for one in (own, *groups) if one.until is not None]
    seen[name] = Standing(own.state, min(ends, default=None), _lacks_of((own, *groups)))
    return seen[name]


def _lacks_of(standings: Iterable[Standing]) -> tuple[Lack, ...]:
    """Everything missing, once each: a diamond's root is not named twice (E13)."""
    missing: list[Lack] = []
    for lack in (lack for one in standings for lack in one.missing):
        if lack not in missing:
            missing.append(lack)
    return tuple(missing)


def _best(choices: Sequence[Standing]) -> Standing:
    """Of an OR group the usable one that lasts longest, else the one that lacks least."""
    usable = [choice for choice in choices if choice.usable]
    if usable:
        return max(usable, key=lambda choice: choice.until or FOREVER)
    return min(choices, key=lambda choice: len(choice.missing))


def _alone(course: Course, events: Sequence[Event], place: _Place) -> Standing:
    """Where one certificate stands without its prerequisites."""
    past, now = _fold(events, place.now), place.now
    if past.blocked is not None:
        return _lacking(course, past.blocked, None)
    bare = _bare(course, past, now)
    return bare if past.claim is None or bare.usable else _claimed(course, past.claim, place)


def _claimed(course: Course, claim: Claim, place: _Place) -> Standing:
    """Signed by badges that can be copied: good alone where it was shown, today (R28)."""
    if claim.machine == place.machine and place.now < claim.alone_until:
        return Standing(CertificateState.PRACTICAL, claim.alone_until, ())
    lack = Lack(Reason.CERT_PROVISIONAL, {"course": course.id, "until": stamp(claim.lapses)})
    return Standing(CertificateState.PRACTICAL, None, (lack,))


def _bare(course: Course, past: "_Past", now: datetime) -> Standing:
    """Where it stands by what was granted."""
    if past.granted is None:
        on_the_way = {} if past.step is None else {"step": past.step.value}
        return Standing(past.step, None, (Lack(Reason.CERT_MISSING, {"course": course.id} | on_the_way),))
    expires, sleeps = _expiry(course, past.granted), _dormancy(course, past.granted, past.used)
    if expires <= now:
        return _lacking(course, CertificateState.EXPIRED, expires)
    if sleeps <= now:
        return _lacking(course, CertificateState.DORMANT, sleeps)
    until = min(expires, sleeps)
    return Standing(CertificateState.ACTIVE, None if until == FOREVER else until, ())


def _lacking(course: Course, state: CertificateState, until: datetime | None) -> Standing:
    params = {"course": course.id} | ({} if until is None else {"until": stamp(until)})
    return Standing(state, until, (Lack(_LACKS[state], params),))


@dataclass(slots=True)
class _Past:
    step: CertificateState | None = None
    granted: datetime | None = None
    used: datetime | None = None
    blocked: CertificateState | None = None
    claim: Claim | None = None


def _fold(events: Sequence[Event], now: datetime) -> _Past:
    """What the events come to: a new grant lifts all that stood against the old one; a claim that lapsed never was."""
    past = _Past()
    for event in events:
        if event.claim is not None and event.claim.lapses <= now:
            continue
        if event.act is Act.GRANT:
            past.granted, past.blocked, past.claim = event.at, None, None
        elif event.act is Act.USE:
            past.used = event.at
        elif event.act in _STEPS:
            past.step, past.claim = _STEPS[event.act], event.claim or past.claim
        else:
            past.blocked = _blocked(past.blocked, event.act)
    return past


def _blocked(before: CertificateState | None, act: Act) -> CertificateState | None:
    """Revoked stays revoked until a new grant; restoring ends a suspension only."""
    if act is Act.REVOKE or before is CertificateState.REVOKED:
        return CertificateState.REVOKED
    return CertificateState.SUSPENDED if act is Act.SUSPEND else None


def _expiry(course: Course, granted: datetime) -> datetime:
    if course.valid_months is None:
        return FOREVER
    return end_of_day(add_months(local_day(granted, course.zone), course.valid_months), course.zone)


def _dormancy(course: Course, granted: datetime, used: datetime | None) -> datetime:
    if course.dormant_months is None:
        return FOREVER
    if used is None:
        day = local_day(granted, course.zone) + timedelta(days=NEVER_USED_DAYS)
    else:
        day = add_months(local_day(max(granted, used), course.zone), course.dormant_months)
    return end_of_day(day, course.zone)


def check_tree(courses: Courses) -> None:
    """Raise BadCourses when a prerequisite is unknown or the tree runs in a circle."""
    for name in courses:
        _visit(name, courses, ())


def _visit(name: str, courses: Courses, path: tuple[str, ...]) -> None:
    if name in path:
        raise BadCourses(f"prerequisites run in a circle: {' -> '.join((*path, name))}")
    if name not in courses:
        raise BadCourses(f"no such course: {name}")
    for group in courses[name].needs:
        for choice in group:
            _visit(choice, courses, (*path, name))


def tree_of(names: Iterable[str], courses: Courses) -> frozenset[str]:
    """These courses and all that they need, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(choice for group in courses[name].needs for choice in group)
    return frozenset(found)
