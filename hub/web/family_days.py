"""Which starts has any machine of a family on a day, for me? The phone's list: a duration first, then a tap on a start.

From the facts of the week, in memory; what a booking is held against once more is `hub.services.finding`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.access import Objection, objection
from core.booking import BookingRules, Wanted
from core.grants import right_of
from core.terms import Subject
from core.timeline import Span, at_local
from core.vocabulary import Role
from hub.ports import Machine, Person, Tx
from hub.services import facts, ground, holding
from hub.services.house import house_of
from hub.web.lanes import Lane
from hub.web.reading import Place
from hub.web.slots import Hour, Offered, Slot, hours_of, lengths, listed, why_nothing
from hub.words import Voice


@dataclass(frozen=True, slots=True)
class Looker:
    """Whoever looks at the week, and when."""

    person: Person
    roles: tuple[Role, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class FamilyDay:
    """One day of a family: the hours with their starts; `lacks` is what the person needs for every machine of it."""

    day: date
    noon: datetime
    length: int
    lengths: tuple[int, ...]
    found: tuple[Offered, ...]
    lanes: tuple[Lane, ...]
    lacks: tuple[Objection, ...]

    @property
    def before(self) -> date:
        """The day before."""
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        """The day after."""
        return self.day + timedelta(days=1)

    def nothing(self, speech: Voice) -> str:
        """The one reason why nothing can be had on this day; "" where something can, or the reasons differ."""
        return why_nothing(self.found, speech)

    def hours(self, mine: str, speech: Voice) -> list[Hour]:
        """The hours as listed; a class of any machine stands where nothing else can be had."""
        first = min((one.hour for one in self.found), default=None)
        if first is None:
            return []
        day = Span(first, first + timedelta(days=1))
        taken = [one for lane in self.lanes for one in lane.place.taken if day.holds(one.start)]
        return listed(self.found, taken, mine, speech)


def lanes_of(tx: Tx, places: Sequence[Place], looker: Looker, start: datetime) -> tuple[Lane, ...]:
    """Each machine with the rules as they hold for this person from `start` on; certificates are in `missing`."""
    if not places:
        return ()
    person, lab = looker.person, places[0].machine.lab
    at = max(start, looker.now)
    home, rights = house_of(tx, lab), facts.person_facts(tx, person, lab)
    machines = [one.machine for one in places]
    shared = next((one for one in machines if _is_shared(one)), machines[0])
    holder = holding.holder_of(tx, person, shared, start, looker.now)
    return tuple(
        Lane(
            place,
            BookingRules(
                policy=place.policy,
                openings=place.openings,
                missing=right_of(rights, place.policy, home.courses, at).missing,
                seats=home.seats.get(place.machine.id, (1,)),
                terms=holding.terms_for(tx, person, place.machine, at),
                holder=holder,
                note=holding.note_of(place.machine),
            ),
            tuple(ground.seat_taken(one) for one in place.taken),
        )
        for place in places
    )


def _is_shared(machine: Machine) -> bool:
    """Whether a quota of it counts what a household or organisation holds together."""
    return any(one.subject is not Subject.PERSON for one in holding.machine_terms(machine).quotas)


def family_day(lanes: Sequence[Lane], looker: Looker, day: date, minutes: int) -> FamilyDay:
    """The starts of the day at which any of the machines that this person may use is free for so long."""
    zone = lanes[0].place.machine.zone
    span = Span(at_local(day, 0, zone), at_local(day + timedelta(days=1), 0, zone))
    mine = [one for one in lanes if not one.rules.missing]
    wanted = Wanted(
        span.start,
        span.start + timedelta(minutes=minutes),
        roles=looker.roles or (Role.MEMBER,),
        who=looker.person.id,
        read=True,
    )
    lists = [hours_of(span, wanted, one.rules, one.seats, looker.now) for one in mine]
    lacks = () if mine else tuple(objection(one.code, one.params) for one in lanes[0].rules.missing)
    offered = tuple(lengths(lanes[0].rules.policy))
    noon = at_local(day, 12 * 60, zone)
    return FamilyDay(day, noon, minutes, offered, tuple(together(lists)), tuple(mine), lacks)


def together(lists: Iterable[list[Offered]]) -> list[Offered]:
    """The hours of several machines as one: every start that any of them has."""
    slots: dict[datetime, set[Slot]] = {}
    whys: dict[datetime, Objection | None] = {}
    for one in (offer for offers in lists for offer in offers):
        slots.setdefault(one.hour, set()).update(one.slots)
        whys.setdefault(one.hour, one.why)
    return [
        Offered(hour, tuple(sorted(found, key=lambda slot: slot.start)), whys[hour])
        for hour, found in sorted(slots.items())
    ]
