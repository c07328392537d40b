"""May a group have several machines at once? All of them or none, under one responsible person (R21, S45)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.access import Objection, objection
from core.booking import Part, group_objections, together
from core.holder import Held
from core.timeline import stamp
from core.vocabulary import OCCUPYING, Reason, ReservationKind
from hub.ports import NewReservation, Reservation, Store, Tx
from hub.services import finding, ground, telling
from hub.services.ground import Ground, NotReserved, Slot, Wish, no
from hub.services.refused import refused

MOST_MACHINES = 20
OWN = "group:"  # what the machines of the group that is asked for are called among what its person has


@dataclass(frozen=True, slots=True)
class GroupWish:
    """`heads` trainees of one responsible person want these machines at the same time; `by` asks for it."""

    machines: tuple[str, ...]
    person: str
    start: datetime
    end: datetime
    heads: int
    by: str
    note: str = ""


class _TakenMeanwhile(Exception):  # noqa: N818 -- takes everything back; becomes a value in `book`
    """The database found a seat taken after all: nothing of the group may be written."""


def book(store: Store, wish: GroupWish, now: datetime) -> tuple[Reservation, ...] | NotReserved:
    """All the machines or none; where only others are in the way, up to three times at which all are free."""
    try:
        answer = store.write(lambda tx: reserve(tx, wish, now))
    except _TakenMeanwhile:
        return NotReserved(no(Reason.OVERLAP))
    if isinstance(answer, NotReserved) and answer.only_late:
        return NotReserved(answer.objections, store.read(lambda tx: _instead(tx, wish, now)))
    return answer


def reserve(tx: Tx, wish: GroupWish, now: datetime) -> tuple[Reservation, ...] | NotReserved:
    """The same within a transaction; raises (and so takes all back) where the database refuses one of them."""
    if not 0 < len(set(wish.machines)) <= MOST_MACHINES or wish.heads < 1:
        field = "headcount" if wish.machines else "machines"
        return NotReserved(refused(Reason.INVALID, {"field": field}).objections)
    grounds = _grounds(tx, wish, now, lock=True)
    if isinstance(grounds, NotReserved):
        return grounds
    against = _against(grounds, wish, now)
    if against is not None:
        return against
    party = tx.fresh_id()
    return tuple(_take(tx, wish, one, party, now) for one in grounds.values())


def _grounds(tx: Tx, wish: GroupWish, now: datetime, *, lock: bool) -> Mapping[str, Ground] | NotReserved:
    """What each machine is held against, in the order of their names (so that two groups never wait for each other)."""
    found: dict[str, Ground] = {}
    for machine in sorted(set(wish.machines)):
        one = ground.ground_of(tx, _single(wish, machine), now, lock=lock)
        if isinstance(one, NotReserved):
            return one
        found[machine] = _beside(one, found.values()) if lock else one
    return found


def _beside(one: Ground, others: Iterable[Ground]) -> Ground:
    """The same, where the group's machines before it count as had: a share is no larger for a group (R15)."""
    had = (
        Held(
            id=f"{OWN}{other.machine.id}",
            who=one.person.id,
            machine=other.machine.id,
            family=other.machine.family,
            kind=ReservationKind.GROUP,
            status=other.status(),
            start=other.wanted.start,
            end=other.wanted.end,
            exempt=other.exempt(),
            household=one.person.household,
            organisation=one.person.organisation,
        )
        for other in others
    )
    holder = one.rules.holder._replace(held=(*one.rules.holder.held, *had))
    return one.held_against(one.rules._replace(holder=holder))


def _single(wish: GroupWish, machine: str) -> Wish:
    return Wish(machine, wish.person, wish.start, wish.end, wish.by, ReservationKind.GROUP, wish.note)


def _parts(grounds: Mapping[str, Ground]) -> dict[str, Part]:
    return {name: Part(one.taken, one.rules) for name, one in grounds.items()}


def _against(grounds: Mapping[str, Ground], wish: GroupWish, now: datetime) -> NotReserved | None:
    """Every objection with the machine it is about; who is responsible for a group is at all its machines at once."""
    wanted = next(iter(grounds.values())).wanted
    found = group_objections(wanted, _parts(grounds), _heads_each(grounds, wish), now)
    said = [
        objection(one.code, {"machine": name, **one.params})
        for name, against in found.items()
        for one in against
    ]
    said += _another(next(iter(grounds.values())))
    return NotReserved(tuple(said)) if said else None


def _another(one: Ground) -> Iterator[Objection]:
    """The same person answers for another group at the very same time: nobody is in two places at once (R16, R21).

    core.booking takes every group of that time for this one, so that its own machines do not stand in each other's way.
    """
    own = (held for held in one.rules.holder.own() if not held.id.startswith(OWN))
    for held in own:
        group = held.kind is ReservationKind.GROUP and held.status in OCCUPYING
        if group and (held.start, held.end) == (one.wanted.start, one.wanted.end):
            said = {"machine": held.machine, "start": stamp(held.start), "end": stamp(held.end)}
            yield objection(Reason.CONCURRENT, said | {"most": one.rules.terms.most_attended})
            return


def _heads_each(grounds: Mapping[str, Ground], wish: GroupWish) -> int:
    """How many are at one machine: they share them (S45: twelve at two lasers)."""
    return -(-wish.heads // len(grounds))


def _take(tx: Tx, wish: GroupWish, one: Ground, party: str, now: datetime) -> Reservation:
    seat = one.seat()
    made = None
    if seat is not None:
        new = NewReservation(
            lab=one.machine.lab,
            machine=one.machine.id,
            seat=seat,
            person=wish.person,
            start=wish.start,
            end=wish.end,
            kind=ReservationKind.GROUP,
            status=one.status(),
            note=wish.note,
            by=wish.by,
            held_until=one.held_until(),
            party=party,
            exempt=one.exempt(),
        )
        made = tx.bookings.add(new, now)
    if made is None:
        raise _TakenMeanwhile
    telling.tell(tx, made, wish.by, "reservation.made", now, {"party": party, "heads": wish.heads})
    return made


def _instead(tx: Tx, wish: GroupWish, now: datetime) -> tuple[Slot, ...]:
    """Times at which every machine is free, each named by all of them."""
    until = max((_horizon(tx, machine, now) for machine in wish.machines), default=now)
    grounds = _grounds(tx, replace(wish, end=max(until, wish.end)), now, lock=False)
    if isinstance(grounds, NotReserved):
        return ()
    parts = _parts(grounds)
    wanted = next(iter(grounds.values())).wanted._replace(end=wish.end)
    spans = together(wanted, parts, now)
    return tuple(Slot(machine, span.start, span.end) for span in spans for machine in parts)


def _horizon(tx: Tx, name: str, now: datetime) -> datetime:
    machine = tx.machines.get(name)
    return finding.horizon_end(machine, now) if machine else now
