"""Who may use this machine, and when? Facts -> the view that a node keeps and decides from.

The view says no more than the node needs: no UID, no surname, and of suspension, credit, age and lost
badges nothing but SEE_DESK. The web compiles the same view for one person, with all the reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.admission import NOTHING, Personal
from core.calendars import Opening
from core.certificates import Courses, Event, standing
from core.company import NOBODY, Company
from core.timeline import Span
from core.vocabulary import GrantLevel, MachineStatus, Reason, ReservationKind, Risk, Role

NAME_MAX = 10  # letters of a display name that a node's line takes (node-texts.json)
AT_THE_DESK = frozenset({Reason.MEMBER_SUSPENDED, Reason.CREDIT, Reason.AGE, Reason.BADGE_LOST})
LEARNING = frozenset({Reason.CERT_MISSING, Reason.CERT_DORMANT, Reason.CERT_PROVISIONAL})  # R26, R28, R29
CERTIFICATES = LEARNING | {Reason.CERT_EXPIRED, Reason.CERT_SUSPENDED, Reason.CERT_REVOKED}
STAFF = frozenset({Role.STAFF, Role.MANAGER})
_EVER = datetime.min.replace(tzinfo=UTC)
AGE_LIMIT_H = {Risk.HIGH: 24, Risk.MEDIUM: 72, Risk.LOW: 168}  # R45

Params = Mapping[str, "str | int | list[str] | None"]
Checklists = Mapping[
    str, "tuple[Mapping[str, str], ...]"
]  # course -> what a sign-off confirms: {id, fr, nl, en}


@dataclass(frozen=True, slots=True)
class MachinePolicy:
    """Every figure that decides about one machine, resolved lab -> family -> machine.

    Units are in the names; `needs` are courses that must all be usable. `stop` finish|now, `at_cap`
    alarm|cut, `sensor` none|current|input; `cap_s` None: no cap.
    """

    id: str
    lab: str
    name: str
    family: str
    zone: str = "Europe/Brussels"
    risk: Risk = Risk.HIGH
    status: MachineStatus = MachineStatus.OK
    seats: int = 1
    needs: tuple[str, ...] = ()
    age_limit_h: int = 24
    stop: str = "finish"
    cap_s: int | None = 1200
    at_cap: str = "alarm"
    pre_run_s: int = 0
    run_on_s: int = 0
    needs_extraction: bool = False
    sensor: str = "current"
    busy_w: int = 10
    tolerance_s: int = 300
    grace_min: int = 15
    early_min: int = 15
    walkup: bool = True
    walkup_min: int = 30
    walkup_least_min: int = 10
    last_start_min: int = 30
    machines_off_min: int = 15
    step_min: int = 15
    min_duration_min: int = 30
    max_duration_min: int = 120
    max_session_min: int = 180
    horizon_d: int = 14
    horizon_opens_min: int = 720
    idle_max_min: int = 0  # R42; 0: never off for being idle
    idle_warn_s: int = 180  # R42: told three minutes before
    dead_man_min: int = 0  # the person taps again every so often; 0: need not
    badge_mode: str = "tap"  # R43: tap | slot
    rebadge_min: int = 20  # R13: the first layer is looked at by then
    unattended_idle_min: int = 15  # R13: so long idle, and the print is finished
    quiet_from_min: int | None = None  # R10: no noise, so no power, from this wall minute
    quiet_to_min: int | None = None
    needs_pin: bool = False  # R57: a badge that can be copied wants its PIN beside it
    takeover_min: int = 10  # so long idle, and another who may takes it over; 0: never (decision 0007)
    buddy: str = "no"  # R58: no | off-hours | always: a second person must be there
    overdue: bool = False  # R48: its upkeep is past 110 %
    lacks: tuple[str, ...] = ()  # R49: what it depends on and is down
    min_age: int = 0  # R23: not even beside a supervisor; a course's own age is what it takes to hold it


@dataclass(frozen=True, slots=True)
class Grant:
    """One badge (or person) that may use the machine until `until` (None: no end known).

    `level` supervised: not alone, but beside a supervisor (R29) or on his own lockout (R47); what he
    lacks stands in the view's `refusals` too.
    """

    key: str
    who: str
    name: str
    lang: str
    until: datetime | None
    roles: tuple[Role, ...] = (Role.MEMBER,)
    pin: bool = False
    level: str = GrantLevel.AUTONOMOUS


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that stands against a known badge."""

    code: Reason
    params: Params = field(default_factory=dict)


RESTING = Refusal(Reason.SEE_DESK, {"resting": 1})  # R57: not believed here; its session goes on


@dataclass(frozen=True, slots=True)
class Booking:
    """One taken slot: `id` of the reservation, `who` the person."""

    id: str
    who: str
    kind: ReservationKind
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """The time of the slot."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class MachineView:
    """What a node knows of its machine's people and slots; `refusals` only where no grant is."""

    epoch: int
    store: str
    rev: int
    issued: datetime
    machine: MachinePolicy
    grants: Mapping[str, Grant]
    refusals: Mapping[str, tuple[Refusal, ...]]
    bookings: tuple[Booking, ...]
    openings: tuple[Opening, ...]
    audit: Mapping[str, str | int] = field(default_factory=dict)
    checklists: Checklists = field(default_factory=dict)
    company: Company = NOBODY


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the hub knows of one person in one lab.

    `keys` are the active badges' keys, `resting_keys` those of them that rest, `sure_keys` those that cannot be copied
    (R57), `lost_keys` the lost ones'; `member_until` ends the right to be there, grace included (None: no end).
    """

    who: str
    name: str
    lang: str
    keys: tuple[str, ...] = ()
    lost_keys: tuple[str, ...] = ()
    resting_keys: frozenset[str] = frozenset()
    sure_keys: frozenset[str] = frozenset()
    member_until: datetime | None = None
    suspended: bool = False
    archived: bool = False
    charter: bool = True
    roles: tuple[Role, ...] = (Role.MEMBER,)
    events: tuple[Event, ...] = ()
    signs: frozenset[str] = frozenset()  # courses that this person may sign and supervise
    personal: Personal = NOTHING


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a view is made of; the stamps `epoch`, `store`, `rev` are the caller's."""

    people: Sequence[PersonFacts]
    courses: Courses
    bookings: Sequence[Booking]
    openings: Sequence[Opening]
    epoch: int = 0
    store: str = ""
    rev: int = 0
    audit: Mapping[str, str | int] = field(default_factory=dict)
    checklists: Checklists = field(default_factory=dict)
    company: Company = NOBODY


@dataclass(frozen=True, slots=True)
class Right:
    """What one person may at one machine: until when, or everything that is missing.

    `since`: from then on, and until `until`, the answer is this one; None: nobody knows how long it was the same.
    """

    until: datetime | None
    missing: tuple[Refusal, ...]
    since: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is surely the answer at another instant, too, as long as nothing happens."""
        return self.since is not None and self.since <= at and (self.until is None or at < self.until)


def right_of(person: PersonFacts, machine: MachinePolicy, courses: Courses, at: datetime) -> Right:
    """Everything that this person lacks for the machine at `at`, and until when a right holds."""
    alone_at = "" if machine.risk is Risk.HIGH else machine.id  # R28: never alone on high risk
    standings = [standing(course, person.events, courses, at, alone_at) for course in machine.needs]
    lacks = [lack for one in standings for lack in one.missing]
    lacking = distinct(Refusal(one.code, dict(one.params)) for one in lacks)
    missing = (*_membership(person, at), *lacking)
    ends = [one.until for one in standings if one.until is not None]
    ends += [] if person.member_until is None else [person.member_until]
    if missing:
        return Right(None, missing)
    return Right(min(ends, default=None), (), _settled(person.events, at))


def _settled(events: Iterable[Event], at: datetime) -> datetime | None:
    """When the last of them happened; None where one is still to come. A right only ends by the clock, it never begins."""
    last = max((event.at for event in events), default=_EVER)
    return last if last <= at else None


def _membership(person: PersonFacts, at: datetime) -> Iterable[Refusal]:
    if person.suspended:
        yield Refusal(Reason.MEMBER_SUSPENDED)
    if person.archived or (person.member_until is not None and person.member_until <= at):
        yield Refusal(Reason.MEMBER_EXPIRED)
    if not person.charter:
        yield Refusal(Reason.CHARTER)


def distinct(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Each once, in order (their parameters are no keys)."""
    found: list[Refusal] = []
    for refusal in refusals:
        if refusal not in found:
            found.append(refusal)
    return tuple(found)


def discreet(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """The refusals as a screen in the workshop may show them: SEE_DESK for what is private."""
    shown = (Refusal(Reason.SEE_DESK) if one.code in AT_THE_DESK else one for one in refusals)
    return distinct(shown)
