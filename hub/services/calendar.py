"""What does a machine's calendar say to this reader? Holders see their own, staff everything, others busy blocks from now on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.calendars import Opening
from core.timeline import Span
from core.vocabulary import ReservationKind
from hub.ports import Closure, Tx
from hub.ports.bookings import HeldSpan
from hub.ports.revisions import NAMES
from hub.services.finding import horizon_end
from hub.services.house import House, house_and_calendar
from hub.services.letting_in import Caller, Scope
from hub.services.searching import instant, ms_of

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


class Block(NamedTuple):
    """A taken time in milliseconds since 1970; with id, member and name only for the holder and staff."""

    start_ms: int
    end_ms: int
    kind: str
    mine: bool = False
    id: str | None = None
    member: str | None = None
    name: str | None = None

    @property
    def start(self) -> datetime:
        """When it begins."""
        return instant(self.start_ms)

    @property
    def end(self) -> datetime:
        """When it ends."""
        return instant(self.end_ms)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A machine's time within a span. It says the same till `good_until`, unless something is changed before."""

    reservations: Sequence[Block]
    closures: Sequence[Closure]
    openings: Sequence[Opening]
    good_until: datetime


def calendar_of(
    tx: Tx, name: str, span: tuple[datetime | None, datetime | None], caller: Caller | None, now: datetime
) -> Calendar | None:
    """The calendar from `span` (now and the horizon where it is open); None when there is no such machine."""
    found = house_and_calendar(tx, name)
    if found is None:
        return None
    house = found[0]
    horizon = horizon_end(house.machines[name], now)
    start = span[0] or now
    within = Span(start, max(span[1] or max(horizon, start + WEEK), start))
    look = Look(house, name, within, Span(now, max(now, horizon)))
    blocks = look.blocks(tx, caller)
    openings = house.openings(name, within)
    return Calendar(
        reservations=blocks,
        closures=house.closures(name, within),
        openings=openings,
        good_until=_good_until(blocks, openings, look, moves=span[0] is None),
    )


def revision(tx: Tx, name: str) -> tuple[int, int, int] | None:
    """Two answers from one revision, both before `good_until`, are the same; None when there is no such machine."""
    found = house_and_calendar(tx, name)
    return (found[0].rev, found[1], tx.revisions.of([NAMES])[NAMES]) if found else None


@dataclass(frozen=True, slots=True)
class Look:
    """At which machine, in which span, and which part of it is for everybody's eyes (from now to the horizon)."""

    house: House
    machine: str
    within: Span
    public: Span

    def blocks(self, tx: Tx, caller: Caller | None) -> list[Block]:
        """What this reader sees, by start."""
        held = tx.bookings.held_spans(self.machine, self.within.start, self.within.end)
        if caller is not None and caller.scope >= Scope.STAFF and caller.person.is_staff(self.house.lab):
            names = tx.people.names(sorted({one.person for one in held}))
            return [_seen(one, caller, names.get(one.person)) for one in held]
        me = caller.person.id if caller else None
        own = [_seen(one, caller, caller.person.name) for one in held if caller and one.person == me]
        seats = len(self.house.seats.get(self.machine, ()))
        return sorted(own + self._busy([one for one in held if seats > 1 or one.person != me], seats))

    def _busy(self, others: Iterable[HeldSpan], seats: int) -> list[Block]:
        """When nobody else can have a seat, from now to the horizon, without seams."""
        first = ms_of(max(self.within.start, self.public.start))
        last = ms_of(min(self.within.end, self.public.end))
        return [
            Block(max(start, first), min(end, last), ReservationKind.BOOKING.value)
            for start, end in full_times(others, seats)
            if end > first and start < last
        ]


def full_times(held: Iterable[HeldSpan], seats: int) -> list[tuple[int, int]]:
    """When every seat is taken, in order, neighbours merged."""
    edges = sorted(edge for one in held for edge in ((one.start_ms, 1), (one.end_ms, -1)))
    found: list[tuple[int, int]] = []
    taken, since = 0, 0
    for at_ms, change in edges:
        before, taken = taken, taken + change
        if before < seats <= taken:
            since = at_ms
        elif taken < seats <= before and at_ms > since:
            if found and found[-1][1] == since:
                since = found.pop()[0]
            found.append((since, at_ms))
    return found


def _seen(one: HeldSpan, caller: Caller | None, name: str | None) -> Block:
    mine = caller is not None and one.person == caller.person.id
    return Block(one.start_ms, one.end_ms, one.kind, mine, one.id, one.person, name)


def _good_until(blocks: Sequence[Block], openings: Sequence[Opening], look: Look, *, moves: bool) -> datetime:
    """Until when the passing of time alone changes nothing: blocks are cut at now, the horizon opens at noon or midnight."""
    now, now_ms = look.public.start, ms_of(look.public.start)
    if any(one.id is None and one.start_ms <= now_ms < one.end_ms for one in blocks):
        return now + SECOND  # a block cut at now: its start is a moment, and a second old at most
    coming = min((one.start_ms for one in blocks if one.start_ms > now_ms), default=None)
    starts = [] if coming is None else [instant(coming)]
    ends = [one.end for one in openings if moves and one.end > now]
    quarter = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    return min([quarter + timedelta(minutes=15), *starts, *ends])
