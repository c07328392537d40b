"""What is asked, and what bears on it? One tap (or one "why not?") with all that the rules look at.

A Case works each thing out once: whose slot this is, who has the machine next, when the house closes.
It judges nothing; core.access does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from core.calendars import Opening, open_for, present_for, span_around
from core.company import alone_from, unhosted_from
from core.grants import LEARNING, STAFF, Booking, Grant, MachinePolicy, MachineView, Params
from core.once import once
from core.terms import Daily
from core.timeline import Span
from core.vocabulary import (
    Audience,
    GrantLevel,
    Inhibit,
    LockKind,
    Reason,
    ReservationKind,
    Role,
    SessionKind,
)

_SOON = timedelta(days=2)  # past any session
MAINTENANCE_MIN = 30  # wire.md: the owner of a lockout, 30 min at a time


class Kind(StrEnum):
    """What an allowed tap does."""

    USE = "use"
    WALK_UP = "walk-up"
    END = "end"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason against, with what to know about it and the shortest next step (a code)."""

    code: Reason
    params: Params = field(default_factory=dict)
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that holds on the machine."""

    id: str
    kind: LockKind
    owner: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """The session that runs; `key` is the badge that began it, where known."""

    id: str
    who: str
    kind: SessionKind = SessionKind.USE
    until: datetime | None = None
    key: str | None = None
    responsible: str | None = None  # the supervisor of a supervised session


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true at the machine itself, beside the view.

    `view_age_s` is the age by wire.md's count (None: no age known, as good as too old); `fresh` says
    that the hub itself decides, whatever the view's age. `arrived` are reservations whose holder came.
    `supervised`: somebody who may supervise stands beside (R29).
    """

    inhibits: frozenset[Inhibit] = frozenset()
    locks: tuple[Lock, ...] = ()
    session: OpenSession | None = None
    drawing: bool = False
    view_age_s: int | None = 0
    fresh: bool = False
    arrived: frozenset[str] = frozenset()
    supervised: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. Allowed exactly when `objections` is empty; `until` bounds it (END: where the running session's own end is known)."""

    allowed: bool
    until: datetime | None
    objections: tuple[Objection, ...]
    kind: Kind
    booking: Booking | None = None
    grant: Grant | None = None


_HOURS_KEPT = 64  # the hours of a machine change a few times a day; every tap asks
_Hours = tuple[tuple[Opening, ...], tuple[Span, ...]]
_hours: dict[tuple[int, tuple[Role, ...], int], _Hours] = {}


def _open_time(openings: tuple[Opening, ...], roles: tuple[Role, ...], off_min: int) -> tuple[Span, ...]:
    """Known by the object itself while it is held here: a view's openings are many, and each would have to be hashed."""
    key = (id(openings), roles, off_min)
    kept = _hours.get(key)
    if kept is not None:
        return kept[1]
    if len(_hours) >= _HOURS_KEPT:
        _hours.clear()
    spans = _open_time_of(openings, roles, off_min)
    _hours[key] = (openings, spans)
    return spans


@lru_cache(maxsize=_HOURS_KEPT)  # another view, the same hours
def _open_time_of(openings: tuple[Opening, ...], roles: tuple[Role, ...], off_min: int) -> tuple[Span, ...]:
    off = timedelta(minutes=off_min)
    spans = open_for(openings, present_for(roles))
    return tuple(Span(span.start, span.end - off) for span in spans if span.end - off > span.start)


class Case:
    """One question with all that the refusals look at, worked out once: at the beginning what every tap needs."""

    def __init__(self, key: str, view: MachineView, now: datetime, situation: Situation) -> None:
        self.key, self.view, self.now, self.situation = key, view, now, situation
        self.policy: MachinePolicy = view.machine
        self.person: Grant | None = view.grants.get(key)
        """Who asks, as far as the view knows, grant over or not."""
        self.who: str | None = self.person.who if self.person else None
        session = situation.session
        self.mine = session is not None and (session.key == key or session.who == self.who)
        """Whether the session that runs is the asking person's."""
        self.maintaining = bool(situation.locks) and _owns_every_lockout(self.who, situation.locks)
        """Whether there are lockouts and all are the asking person's (R47); what else is locked is the work."""
        self.grant: Grant | None = None if self.person is None else self._holding(self.person)
        """The grant that holds now: a learner's beside a supervisor, or on his own lockout, alone."""
        self.his = [one for one in view.bookings if one.who == self.who] if view.bookings else []
        """The person's slots."""
        # what no rule of this machine asks needs no working out: a tap waits for each
        if self.policy.quiet_from_min is None:
            self.quiet_at = None
        if self.policy.buddy == "no":
            self.lonely_at = None
        if not view.company.hosts:
            self.unhosted_at = None

    def _holding(self, grant: Grant) -> Grant | None:
        if grant.until is not None and self.now >= grant.until:
            return None
        return grant if grant.level != GrantLevel.SUPERVISED or self.maintaining or self.learning else None

    @property
    def learning(self) -> bool:
        """Whether a supervisor makes up for all that the person lacks."""
        lacks = self.view.refusals.get(self.key, ())
        return self.situation.supervised and all(one.code in LEARNING for one in lacks)

    @once
    def staff(self) -> bool:
        """Whether staff ask."""
        return self.person is not None and not STAFF.isdisjoint(self.person.roles)

    @once
    def open_time(self) -> tuple[Span, ...]:
        """When this person may be at the machine: to the closing margin, machines off (R04)."""
        roles = self.person.roles if self.person else (Role.MEMBER,)
        return _open_time(self.view.openings, roles, self.policy.machines_off_min)

    @once
    def opening(self) -> Span | None:
        """The open time of now, if any; its end is when machines go off."""
        return span_around(self.open_time, self.now)

    @once
    def quiet_at(self) -> datetime | None:
        """Since when, or from when on, the machine may make no noise (R10); None within the next two days."""
        start, end = self.policy.quiet_from_min, self.policy.quiet_to_min
        if start is None or end is None:
            return None
        soon = Span(self.now, self.now + _SOON)
        return min((one.start for one in Daily(start, end).spans(soon, self.policy.zone)), default=None)

    @once
    def own(self) -> Booking | None:
        """The person's slot: running, or near enough to check in early (R32)."""
        if not self.his:
            return None
        early = timedelta(minutes=self.policy.early_min)
        near = [one for one in self.his if one.start - early <= self.now < one.end]
        return min(near, key=lambda one: one.start, default=None)

    @once
    def others(self) -> Sequence[Booking]:
        """Slots of others that still hold: a no-show's does not (R34)."""
        return [one for one in self.view.bookings if one.who != self.who and not self._no_show(one)]

    def _no_show(self, one: Booking) -> bool:
        grace_over = self.now >= one.start + timedelta(minutes=self.policy.grace_min)
        return grace_over and one.id not in self.situation.arrived

    @once
    def taken_by(self) -> Booking | None:
        """The slot of another that takes the last seat now."""
        if not self.view.bookings:
            return None
        now = [one for one in self.others if one.span.holds(self.now)]
        return min(now, key=lambda one: one.end) if len(now) >= self.policy.seats else None

    @once
    def full_at(self) -> datetime | None:
        """When others next have all seats."""
        if not self.view.bookings:
            return None
        starts = sorted(one.start for one in self.others if one.start > self.now)
        return next((at for at in starts if self._seats_taken(at) >= self.policy.seats), None)

    def _seats_taken(self, at: datetime) -> int:
        return sum(one.span.holds(at) for one in self.others)

    @once
    def kind(self) -> Kind:
        """What the tap would do."""
        if self.mine:
            return Kind.END
        if self.maintaining:
            return Kind.MAINTENANCE
        return Kind.USE if self.own else Kind.WALK_UP

    @once
    def until(self) -> datetime | None:
        """The earliest of slot end, next booking, walk-up limit, closing margin and grant's end."""
        if self.kind is Kind.MAINTENANCE:
            return self.now + timedelta(minutes=MAINTENANCE_MIN)
        until = self._slot_end()
        grant_until = self.grant.until if self.grant else None
        closing = self.opening.end if self.opening and not self.alone else None
        for end in (self.full_at, self.quiet_at, closing, grant_until, self.lonely_at, self.unhosted_at):
            if end is not None and end < until:
                until = end
        return until

    @once
    def lonely_at(self) -> datetime | None:
        """When nobody else will be there any more (R58); None where that does not matter, or a supervisor stands beside."""
        if self.policy.buddy == "no" or self.situation.supervised:
            return None
        me = self.grant.who if self.grant else None
        return alone_from(self.policy.buddy, self.view.company, self.now, me)

    @property
    def too_alone(self) -> tuple[Params, ...]:
        """Whose company lacks for a use: the guest's host's, or anybody's; a maintainer answers for himself."""
        if self.kind is Kind.MAINTENANCE:
            return ()
        if self.unhosted_at == self.now:
            return ({"host": 1},)
        return ({},) if self.lonely_at == self.now else ()

    @once
    def unhosted_at(self) -> datetime | None:
        """When a guest's host would have to be there and is not (R22); None for everybody else."""
        hosts = self.view.company.hosts
        if not hosts or self.who is None:
            return None
        openlab = (one.span for one in self.view.openings if one.audience is Audience.PUBLIC)
        return unhosted_from(hosts, openlab, self.now, self.who)

    @property
    def alone(self) -> bool:
        """Whether the person's slot is one that runs on without him, past closing too (R13)."""
        return self.own is not None and self.own.kind is ReservationKind.UNATTENDED

    def _slot_end(self) -> datetime:
        if self.own:
            return self.own.end
        limit = self.now + timedelta(minutes=self.policy.walkup_min)
        if not self.his:
            return limit
        ahead = (one for one in self.his if one.start > self.now)
        coming = min(ahead, key=lambda one: one.start, default=None)
        return coming.end if coming and coming.start <= limit else limit  # E21: it becomes that slot


def _owns_every_lockout(who: str | None, locks: Sequence[Lock]) -> bool:
    return who is not None and {lock.owner for lock in locks if lock.kind is LockKind.LOCKOUT} == {who}
