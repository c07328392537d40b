"""What is a wish held against? Everything that core.booking wants to know, read once, under the locks it needs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from core.access import Objection, objection
from core.booking import (
    BookingRules,
    Request,
    Taken,
    Wanted,
    best_seat,
    displaced,
    is_exempt,
    objections_to,
    status_of,
)
from core.grants import MachinePolicy, Right
from core.holder import Holder
from core.terms import Terms
from core.timeline import Span
from core.vocabulary import Reason, ReservationKind, ReservationStatus, Role
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, granting, holding
from hub.services.holding import Asked
from hub.services.house import House
from hub.services.known import Known, known_at
from hub.services.refused import Refused, refused
from hub.services.searching import span_taken

AROUND = timedelta(days=2)  # how far openings are read around a slot: past the longest booking of one day
FAR = timedelta(days=3660)  # ten years either way: beyond, it is a slip of the keyboard, not a plan
TOKEN_HELPS = frozenset({Reason.QUOTA, Reason.HORIZON})  # R19


@dataclass(frozen=True, slots=True)
class Wish:
    """A slot that somebody wants on a machine; `person` will hold it, `by` asks for it.

    Only staff may `override` the house's comfort (E06; `note` says why) or let a class `displace` others (R18);
    `read`: the note on a degraded machine was read (E32).
    """

    machine: str
    person: str
    start: datetime
    end: datetime
    by: str
    kind: ReservationKind = ReservationKind.BOOKING
    note: str = ""
    override: bool = False
    displace: bool = False
    read: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time on a machine."""

    machine: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class NotReserved(Refused):
    """Nothing was written; `alternatives` are bookable, and sought only where the overlap is all there is against it."""

    alternatives: tuple[Slot, ...] = field(default=())

    @property
    def only_late(self) -> bool:
        """Whether somebody else's slot is the only objection (409, else 422)."""
        return all(one.code is Reason.OVERLAP for one in self.objections)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that a wish is held against, read once in one transaction."""

    machine: Machine
    person: Person
    right: Right
    request: Request

    @property
    def wanted(self) -> Wanted:
        """The slot."""
        return self.request.wanted

    @property
    def rules(self) -> BookingRules:
        """What it is held against."""
        return self.request.rules

    @property
    def taken(self) -> tuple[Taken, ...]:
        """The seats that are taken around it."""
        return tuple(self.request.taken)

    @property
    def now(self) -> datetime:
        """When it is judged."""
        return self.request.now

    def against(self, now: datetime | None = None) -> tuple[Objection, ...]:
        """Everything against it, in order of rank; `now` where it is judged for another instant."""
        return objections_to(self._at(now))

    def seat(self, now: datetime | None = None) -> int | None:
        """The seat to give; `now` where it is judged for another instant."""
        return best_seat(self._at(now))

    def gives_way(self) -> tuple[str, ...]:
        """The reservations that a class takes the place of (R18)."""
        if not self.wanted.displace:
            return ()
        return tuple(one.id for one in displaced(self.request))

    def status(self) -> ReservationStatus:
        """How it will stand: conditional, where a training has yet to grant the right (R14)."""
        return status_of(self.request)

    def held_until(self) -> datetime | None:
        """When a conditional slot lapses; None for any other."""
        if self.status() is not ReservationStatus.CONDITIONAL:
            return None
        return self.wanted.start - timedelta(hours=self.rules.terms.conditional_h)

    def exempt(self) -> bool:
        """Whether no quota will count it."""
        return is_exempt(self.request)

    def with_token(self) -> "Ground":
        """The same by a rebooking token (R19)."""
        return replace(self, request=replace(self.request, wanted=self.wanted._replace(token=True)))

    def held_against(self, rules: BookingRules) -> "Ground":
        """The same by other rules."""
        return replace(self, request=replace(self.request, rules=rules))

    def _at(self, now: datetime | None) -> Request:
        return self.request if now is None else replace(self.request, now=now)


def ground_of(
    tx: Tx, wish: Wish, now: datetime, *, lock: bool = False, but: str = ""
) -> Ground | NotReserved:
    """The facts around a wish, all but the reservation `but`; NOT_FOUND or INVALID where there is nothing to judge.

    `lock` holds the person's row (with whom he shares a quota), then the seats', in id order.
    """
    found = known_at(tx, wish.machine, wish.person)
    if lock and found is not None and _locked(tx, wish, found[0]):
        found = known_at(tx, wish.machine, wish.person)
    if found is None:
        return NotReserved(no(Reason.NOT_FOUND))
    house, known = found
    against = _out_of_place(wish, known.person.roles.get(house.lab), now)
    return NotReserved(against) if against else _ground(tx, wish, house, known, Moment(now, but))


class Moment(NamedTuple):
    """When it is judged, and which reservation is not to count."""

    now: datetime
    but: str


def _locked(tx: Tx, wish: Wish, house: House) -> bool:
    """Hold the person and the seats; whether what was read before is to be read again."""
    waited = holding.lock(tx, wish.person, house.terms[wish.machine])
    tx.machines.lock_seats(wish.machine)
    return waited


def _out_of_place(wish: Wish, roles: Collection[Role] | None, now: datetime) -> tuple[Objection, ...]:
    if not roles:
        return no(Reason.FORBIDDEN)
    if not (now - FAR < wish.start < wish.end < now + FAR):
        wrong = "end" if wish.end <= wish.start else "start"
        return refused(Reason.INVALID, {"field": wrong}).objections
    return ()


def _ground(tx: Tx, wish: Wish, house: House, known: Known, at: Moment) -> Ground:
    machine, person = house.machines[wish.machine], known.person
    terms = holding.aged(tx, person, machine, house.terms[machine.id], wish.start)
    right = granting.right_in(house, known, _asking(machine, wish.kind, terms), wish.end)
    rules = BookingRules(
        policy=house.policies[machine.id],
        openings=house.days(machine.id, _around(wish)),
        missing=right.missing,
        seats=house.seats.get(machine.id, ()),
        terms=terms,
        holder=holding.holder_for(tx, known, Asked(machine, terms, wish.start, at.now, at.but)),
        promised=holding.promised(tx, person.id, right.missing, wish.start),
        spare=holding.spare(tx, machine, terms, wish.start, wish.end),
        note=holding.note_of(machine),
    )
    wanted = wanted_of(wish, known.roles)
    taken = tuple(taken_of(tx, machine.id, near(rules, Span(wish.start, wish.end)), at.but))
    return Ground(machine, person, right, Request(wanted, taken, rules, at.now))


def wanted_of(wish: Wish, roles: tuple[Role, ...]) -> Wanted:
    """The wish as the rules see it."""
    return Wanted(
        wish.start,
        wish.end,
        wish.kind,
        roles,
        wish.person,
        override=wish.override,
        displace=wish.displace,
        read=wish.read,
    )


def _asking(machine: Machine, kind: ReservationKind, terms: Terms) -> Machine:
    """The machine with all that such a slot needs: a run without its holder has a course of its own (R13)."""
    if kind is not ReservationKind.UNATTENDED or terms.unattended is None:
        return machine
    return replace(machine, needs=(*machine.needs, terms.unattended))


def _around(wish: Wish) -> Span:
    if wish.end - wish.start < AROUND:
        return Span(wish.start - AROUND, wish.end + AROUND)
    return Span(wish.start, wish.end)


def near(rules: BookingRules, span: Span) -> Span:
    """How far neighbours bear on a slot: clean-up, and the least that somebody could book beside it."""
    terms, policy = rules.terms, rules.policy
    reach = terms.buffer_after_min + (policy.min_duration_min + policy.step_min if terms.orphan_gap else 0)
    return Span(span.start - timedelta(minutes=reach), span.end + timedelta(minutes=reach))


def taken_of(tx: Tx, machine: str, within: Span, but: str = "") -> Iterable[Taken]:
    """The seats that are taken in a span, all but the reservation `but`."""
    found = tx.bookings.held_spans(machine, within.start, within.end)
    return [span_taken(one) for one in found if one.id != but]


def seat_taken(one: Reservation) -> Taken:
    """A reservation as a taken seat."""
    return Taken(one.seat, one.start, one.end, one.person, one.kind, one.id)


def rules_for(
    tx: Tx, machine: Machine, within: Span, policy: MachinePolicy, holder: Holder | None = None
) -> BookingRules:
    """The rules for looking around: what a slot is held against, whoever asks; certificates apart."""
    return BookingRules(
        policy=policy,
        openings=facts.openings_of(tx, machine, within),
        seats=tuple(seat.id for seat in tx.machines.seats(machine.id)),
        terms=holding.machine_terms(machine),
        holder=holder or Holder(),
    )


def no(code: Reason) -> tuple[Objection, ...]:
    """One objection without more to say."""
    return (objection(code, None),)
