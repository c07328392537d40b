"""What is wanted, by whom, and against what is it held? The material of the rules; it judges nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.calendars import Opening, bookable_by, open_for
from core.grants import STAFF, MachinePolicy, Params, Refusal
from core.holder import ADULT, PROGRAMME, Held, Holder, Plan
from core.once import once
from core.terms import Terms
from core.timeline import Span, local_day
from core.vocabulary import OCCUPYING, Audience, ReservationKind, Role


class Wanted(NamedTuple):  # a tuple: made several times as fast as a dataclass that cannot be changed
    """The slot that somebody wants; `who` and `roles` are those of the person whose slot it will be.

    `token`: by a rebooking token (R19). `override`: staff waive the house's comfort, with a reason (E06).
    `displace`: a class takes booked time (R18). `read`: the note on a degraded machine was read (E32).
    """

    start: datetime
    end: datetime
    kind: ReservationKind = ReservationKind.BOOKING
    roles: tuple[Role, ...] = (Role.MEMBER,)
    who: str = ""
    token: bool = False
    override: bool = False
    displace: bool = False
    read: bool = False

    @property
    def span(self) -> Span:
        """The time of the slot; raises BadInstant where it ends before it starts."""
        return Span(self.start, self.end)

    @property
    def programme(self) -> bool:
        """Whether it is the lab's own: class, training, maintenance."""
        return self.kind in PROGRAMME

    @property
    def runs_alone(self) -> bool:
        """Whether the machine runs without its holder (R13)."""
        return self.kind is ReservationKind.UNATTENDED


@dataclass(frozen=True, slots=True)
class Taken:
    """A seat that is taken for [start, end), by whom and for what."""

    seat: int
    start: datetime
    end: datetime
    who: str = ""
    kind: ReservationKind = ReservationKind.BOOKING
    id: str = ""

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it shares an instant with [start, end)."""
        return self.start < end and start < self.end


class BookingRules(NamedTuple):
    """What the slot is held against: the machine's figures and terms, opening times, what the person lacks.

    `openings` reach at least over the wanted slot's days; for alternatives to the horizon, and two days
    past a run without its holder. `promised`: courses of trainings booked that end before the slot (R14).
    `spare`: how many machines of the family are free then, this one included (None: not asked). `note`:
    what to read of a degraded machine.
    """

    policy: MachinePolicy
    openings: tuple[Opening, ...]
    missing: tuple[Refusal, ...] = ()
    seats: tuple[int, ...] = (1,)
    terms: Terms = Terms()
    holder: Holder = Holder()
    promised: frozenset[str] = frozenset()
    spare: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Request:
    """One wanted slot with all that the rules look at; what several rules ask is worked out once."""

    wanted: Wanted
    taken: Sequence[Taken]
    rules: BookingRules
    now: datetime

    @once
    def policy(self) -> MachinePolicy:
        """The machine's figures."""
        return self.rules.policy

    @once
    def terms(self) -> Terms:
        """The machine's booking figures."""
        return self.rules.terms

    @once
    def holder(self) -> Holder:
        """Whose slot it will be."""
        return self.rules.holder

    @once
    def own(self) -> list[Held]:
        """What the holder has in person."""
        return self.rules.holder.own()

    @once
    def age(self) -> int | None:
        """The holder's whole years at the slot's start; None where nobody knows."""
        return self.rules.holder.age(self.wanted.start, self.rules.policy.zone)

    @once
    def minor(self) -> bool:
        """Whether the holder is under eighteen at the slot's start."""
        return self.age is not None and self.age < ADULT

    @once
    def zone(self) -> str:
        """The lab's zone."""
        return self.rules.policy.zone

    @once
    def staff(self) -> bool:
        """Whether it is for staff."""
        return self.holder.plan is Plan.STAFF or not STAFF.isdisjoint(self.wanted.roles)

    @once
    def backwards(self) -> bool:
        """Whether it ends before it begins: DURATION says so, the others keep silent."""
        return self.wanted.end <= self.wanted.start

    @once
    def audiences(self) -> frozenset[Audience]:
        """For whom a window must be open (R03): the programme has its own, the young too."""
        found = bookable_by(self.wanted.roles)
        if self.wanted.programme:
            found |= {Audience.CLASS}
        return found | {Audience.YOUTH} if self.minor else found

    @once
    def same_day(self) -> bool:
        """Whether it is booked on its own local day, the only one of the family not yet begun (E10)."""
        today = local_day(self.now, self.zone)
        if not self.terms.same_day_exempt or local_day(self.wanted.start, self.zone) != today:
            return False
        return not [one for one in self.own if one.exempt and self._waits(one)]

    def _waits(self, one: Held) -> bool:
        """Whether the day's own slot of this family has not begun yet."""
        ours = one.family == self.policy.family and one.status in OCCUPYING
        if not ours or one.lab not in ("", self.policy.lab) or one.start <= self.now:
            return False
        return local_day(one.start, self.zone) == local_day(self.now, self.zone)

    @once
    def house_time(self) -> tuple[Span, ...]:
        """When the house is open for this slot, up to closing."""
        return open_for(self.rules.openings, self.audiences)

    @once
    def open_time(self) -> tuple[Span, ...]:
        """When this person may hold a slot: to the closing margin."""
        return _less_margin(self.house_time, self.policy.machines_off_min)


Found = Sequence[Params]
NO: Found = ()


def bookable_time(rules: BookingRules, roles: Iterable[Role]) -> tuple[Span, ...]:
    """The open time of these roles less the closing margin; empty rests are left out."""
    return _less_margin(open_for(rules.openings, bookable_by(roles)), rules.policy.machines_off_min)


def _less_margin(spans: Iterable[Span], off_min: int) -> tuple[Span, ...]:
    off = timedelta(minutes=off_min)
    return tuple(Span(span.start, span.end - off) for span in spans if span.end - off > span.start)
