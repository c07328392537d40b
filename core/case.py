"""What is asked, and what bears on it? One tap (or one "why not?") with all that the rules look at.

A Case works each thing out once: whose slot this is, who has the machine next, when the house closes.
It judges nothing; core.access does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from core.calendars import Opening, open_for, present_for, span_around
from core.company import alone_from
from core.grants import LEARNING, STAFF, Booking, Grant, MachinePolicy, MachineView, Params
from core.terms import Daily
from core.timeline import Span
from core.vocabulary import GrantLevel, Inhibit, LockKind, Reason, ReservationKind, Role, SessionKind

T = TypeVar("T")
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


@lru_cache(maxsize=64)  # the hours of a machine change a few times a day; every tap asks
def _open_time(openings: tuple[Opening, ...], roles: tuple[Role, ...], off_min: int) -> tuple[Span, ...]:
    off = timedelta(minutes=off_min)
    spans = open_for(openings, present_for(roles))
    return tuple(Span(span.start, span.end - off) for span in spans if span.end - off > span.start)


class _once(Generic[T]):  # noqa: N801 -- it is said as a decorator
    """functools.cached_property without its lock: a Case belongs to one thread, and a tap waits for it."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, case: object, owner: type) -> T:
        found = case.__dict__[self._name] = self._make(case)
        return found


@dataclass(frozen=True)
class Case:
    """One question with all that the refusals look at, worked out once."""

    key: str
    view: MachineView
    now: datetime
    situation: Situation

    @_once
    def policy(self) -> MachinePolicy:
        """The machine's figures."""
        return self.view.machine

    @_once
    def grant(self) -> Grant | None:
        """The grant that holds now: a learner's beside a supervisor, or on his own lockout, alone."""
        grant = self.view.grants.get(self.key)
        if grant is None or (grant.until is not None and self.now >= grant.until):
            return None
        return grant if grant.level != GrantLevel.SUPERVISED or self.maintaining or self.learning else None

    @property
    def learning(self) -> bool:
        """Whether a supervisor makes up for all that the person lacks."""
        lacks = self.view.refusals.get(self.key, ())
        return self.situation.supervised and all(one.code in LEARNING for one in lacks)

    @_once
    def person(self) -> Grant | None:
        """Who asks, as far as the view knows, grant over or not."""
        return self.view.grants.get(self.key)

    @_once
    def who(self) -> str | None:
        """The person's id, where the view knows it."""
        return self.person.who if self.person else None

    @_once
    def staff(self) -> bool:
        """Whether staff ask."""
        return self.person is not None and not STAFF.isdisjoint(self.person.roles)

    @_once
    def mine(self) -> bool:
        """Whether the session that runs is the asking person's."""
        session = self.situation.session
        return session is not None and (session.key == self.key or session.who == self.who)

    @_once
    def maintaining(self) -> bool:
        """Whether there are lockouts and all are the asking person's (R47); what else is locked is the work."""
        owners = {lock.owner for lock in self.situation.locks if lock.kind is LockKind.LOCKOUT}
        return self.who is not None and owners == {self.who}

    @_once
    def open_time(self) -> tuple[Span, ...]:
        """When this person may be at the machine: to the closing margin, machines off (R04)."""
        roles = self.person.roles if self.person else (Role.MEMBER,)
        return _open_time(self.view.openings, roles, self.policy.machines_off_min)

    @_once
    def opening(self) -> Span | None:
        """The open time of now, if any; its end is when machines go off."""
        return span_around(self.open_time, self.now)

    @_once
    def quiet_at(self) -> datetime | None:
        """Since when, or from when on, the machine may make no noise (R10); None within the next two days."""
        start, end = self.policy.quiet_from_min, self.policy.quiet_to_min
        if start is None or end is None:
            return None
        soon = Span(self.now, self.now + _SOON)
        return min((one.start for one in Daily(start, end).spans(soon, self.policy.zone)), default=None)

    @_once
    def own(self) -> Booking | None:
        """The person's slot: running, or near enough to check in early (R32)."""
        early = timedelta(minutes=self.policy.early_min)
        near = [one for one in self._of_person(mine=True) if one.start - early <= self.now < one.end]
        return min(near, key=lambda one: one.start, default=None)

    @_once
    def others(self) -> tuple[Booking, ...]:
        """Slots of others that still hold: a no-show's does not (R34)."""
        return tuple(one for one in self._of_person(mine=False) if not self._no_show(one))

    def _of_person(self, *, mine: bool) -> Iterable[Booking]:
        return (one for one in self.view.bookings if (one.who == self.who) is mine)

    def _no_show(self, one: Booking) -> bool:
        grace_over = self.now >= one.start + timedelta(minutes=self.policy.grace_min)
        return grace_over and one.id not in self.situation.arrived

    @_once
    def taken_by(self) -> Booking | None:
        """The slot of another that takes the last seat now."""
        now = [one for one in self.others if one.span.holds(self.now)]
        return min(now, key=lambda one: one.end) if len(now) >= self.policy.seats else None

    @_once
    def full_at(self) -> datetime | None:
        """When others next have all seats."""
        starts = sorted(one.start for one in self.others if one.start > self.now)
        return next((at for at in starts if self._seats_taken(at) >= self.policy.seats), None)

    def _seats_taken(self, at: datetime) -> int:
        return sum(one.span.holds(at) for one in self.others)

    @_once
    def kind(self) -> Kind:
        """What the tap would do."""
        if self.mine:
            return Kind.END
        if self.maintaining:
            return Kind.MAINTENANCE
        return Kind.USE if self.own else Kind.WALK_UP

    @_once
    def until(self) -> datetime | None:
        """The earliest of slot end, next booking, walk-up limit, closing margin and grant's end."""
        if self.kind is Kind.MAINTENANCE:
            return self.now + timedelta(minutes=MAINTENANCE_MIN)
        grant_until = self.grant.until if self.grant else None
        closing = self.opening.end if self.opening else None
        ends = (self._slot_end(), self.full_at, self.quiet_at, None if self.alone else closing, grant_until)
        return min(end for end in (*ends, self.lonely_at) if end is not None)

    @_once
    def lonely_at(self) -> datetime | None:
        """When nobody else will be there any more (R58); None where that does not matter, or a supervisor stands beside."""
        if self.situation.supervised:
            return None
        me = self.grant.who if self.grant else None
        return alone_from(self.policy.buddy, self.view.company, self.now, me)

    @property
    def lonely(self) -> bool:
        """Whether the person would be too alone for a use; a maintainer answers for himself."""
        return self.lonely_at == self.now and self.kind is not Kind.MAINTENANCE

    @property
    def alone(self) -> bool:
        """Whether the person's slot is one that runs on without him, past closing too (R13)."""
        return self.own is not None and self.own.kind is ReservationKind.UNATTENDED

    def _slot_end(self) -> datetime:
        if self.own:
            return self.own.end
        ahead = (one for one in self._of_person(mine=True) if one.start > self.now)
        coming = min(ahead, key=lambda one: one.start, default=None)
        limit = self.now + timedelta(minutes=self.policy.walkup_min)
        return coming.end if coming and coming.start <= limit else limit  # E21: it becomes that slot
