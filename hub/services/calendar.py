"""What does a machine's calendar say to this reader? Holders see their own, staff everything, others busy blocks from now on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.calendars import Opening
from core.timeline import Span
from core.vocabulary import ReservationKind
from hub.ports import Closure, Machine, Reservation, Tx
from hub.services import facts
from hub.services.finding import horizon_end
from hub.services.letting_in import Caller, Scope
from hub.services.showing import full_spans

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Block:
    """A taken time; with id, member and name only for the holder and staff."""

    start: datetime
    end: datetime
    kind: ReservationKind
    mine: bool
    id: str | None = None
    member: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A machine's time within a span."""

    reservations: Sequence[Block]
    closures: Sequence[Closure]
    openings: Sequence[Opening]


def calendar_of(
    tx: Tx, name: str, span: tuple[datetime | None, datetime | None], caller: Caller | None, now: datetime
) -> Calendar | None:
    """The calendar from `span` (now and the horizon where it is open); None when there is no such machine."""
    machine = tx.machines.get(name)
    if machine is None:
        return None
    horizon = horizon_end(machine, now)
    start = span[0] or now
    within = Span(start, max(span[1] or max(horizon, start + WEEK), start))
    return Calendar(
        reservations=_blocks(tx, machine, within, caller, now),
        closures=tx.machines.closures(machine, within.start, within.end),
        openings=facts.openings_of(tx, machine, within),
    )


def _blocks(tx: Tx, machine: Machine, within: Span, caller: Caller | None, now: datetime) -> list[Block]:
    taken = tx.bookings.taken(machine.id, within.start, within.end)
    if caller is not None and caller.scope >= Scope.STAFF and caller.person.is_staff(machine.lab):
        names = tx.people.names([one.person for one in taken])
        return [_open(one, caller, names.get(one.person)) for one in taken]
    own = [one for one in taken if caller is not None and one.person == caller.person.id]
    mine = [_open(one, caller, one_name(caller)) for one in own if caller is not None]
    return sorted(
        mine + _busy(tx, machine, taken, own, within, now), key=lambda block: (block.start, block.end)
    )


def one_name(caller: Caller | None) -> str | None:
    """The caller's own name."""
    return caller.person.name if caller else None


def _open(one: Reservation, caller: Caller | None, name: str | None) -> Block:
    mine = caller is not None and one.person == caller.person.id
    return Block(one.start, one.end, one.kind, mine, one.id, one.person, name)


def _busy(
    tx: Tx,
    machine: Machine,
    taken: Sequence[Reservation],
    own: Sequence[Reservation],
    within: Span,
    now: datetime,
) -> list[Block]:
    """When nobody else can have a seat, from now to the horizon, without seams."""
    seats = len(tx.machines.seats(machine.id))
    others = taken if seats > 1 else [one for one in taken if one not in own]
    first, last = max(within.start, now), min(within.end, horizon_end(machine, now))
    return [
        Block(max(span.start, first), min(span.end, last), ReservationKind.BOOKING, mine=False)
        for span in full_spans(others, seats)
        if span.end > first and span.start < last
    ]
