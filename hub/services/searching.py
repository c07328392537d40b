"""Which slots can be had on these machines, the soonest first? Rooms from memory, rules from core.

The rooms propose starts (a seat is free, the house is open, the grid fits); `core.booking` alone says whether a slot may be
booked. No more starts are looked at than are asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from heapq import heappop, heappush

from core.booking import standing, timing
from core.booking.policy import bookable
from core.booking.request import BookingRules, Request, Taken, Wanted
from core.timeline import Span, at_local, local_day, local_minute
from core.vocabulary import Audience, ReservationKind
from hub.ports import Tx
from hub.ports.bookings import HeldSpan
from hub.ports.revisions import calendar_name
from hub.services.gaps import Grid, Room, room_of
from hub.services.house import House
from hub.services.kept import Kept

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)
AROUND = timedelta(days=2)  # past the longest slot, and a run that goes on after closing (R13)
TRIES = 500  # starts refused in a row before a search gives up: five days of quarters
ROOMS = 4096  # machines in memory, each as the open time that somebody has

_ROOMS: Kept[tuple[str, frozenset[Audience], datetime], Room] = Kept(ROOMS)


@dataclass(frozen=True)
class Place:
    """One machine in which is searched: `wanted` says how long, by whom, for what."""

    house: House
    machine: str
    rules: BookingRules
    wanted: Wanted
    now: datetime

    @cached_property
    def asked(self) -> Request:
        """The wish as the rules look at it."""
        return Request(self.wanted, (), self.rules, self.now)

    @property
    def hopeless(self) -> bool:
        """Whether no time at all will do."""
        asked = self.asked
        if timing.wrong_length(asked) or standing.down(asked) or standing.for_staff(asked):
            return True
        return timing.off_step(self.wanted, self.rules.policy.step_min)

    @cached_property
    def horizon(self) -> datetime:
        """The first instant that may not be booked yet (R08)."""
        policy = self.rules.policy
        return _horizon(policy.zone, policy.horizon_opens_min, timing.horizon_d(self.asked), self.now)

    @property
    def length_ms(self) -> int:
        """How long a slot is wanted."""
        return (self.wanted.end - self.wanted.start) // MS

    def request(self, start_ms: int, held: Sequence[HeldSpan]) -> Request:
        """The wish at another time, as the rules look at it."""
        span = Span(instant(start_ms), instant(start_ms + self.length_ms))
        around = Span(span.start - AROUND, span.end + AROUND)
        rules = self.rules._replace(openings=self.house.openings(self.machine, around))
        taken = [span_taken(one) for one in held]
        return Request(self.wanted._replace(start=span.start, end=span.end), taken, rules, self.now)

    def room(self, tx: Tx, calendar_rev: int) -> Room:
        """The machine's room up to the horizon, as its calendar is now."""
        key = (self.machine, self.asked.audiences, self.horizon)
        rev = (calendar_rev, self.house.rev, _today(self.rules.policy.zone, self.now))
        return _ROOMS.get(key, rev) or _ROOMS.keep(key, rev, self._make(tx))

    def _make(self, tx: Tx) -> Room:
        policy = self.rules.policy
        first = at_local(local_day(self.now, policy.zone) - DAY, 0, policy.zone)
        within = Span(first, self.horizon + DAY)
        rules = self.rules._replace(openings=self.house.openings(self.machine, within))
        open_time = replace(self.asked, rules=rules).open_time
        days = range((within.end - within.start).days + 2)
        midnights = [at_local(local_day(first, policy.zone) + n * DAY, 0, policy.zone) for n in days]
        grid = Grid([ms_of(each) for each in midnights], policy.step_min * 60_000)
        held = tx.bookings.held_spans(self.machine, within.start, within.end)
        seats = self.house.seats.get(self.machine, ())
        return room_of(held, seats, [(ms_of(one.start), ms_of(one.end)) for one in open_time], grid)


@lru_cache(maxsize=64)
def _horizon(zone: str, opens_min: int, days: int, now: datetime) -> datetime:
    opened = local_minute(now, zone) >= opens_min
    return at_local(local_day(now, zone) + (days + opened) * DAY, 0, zone)


@lru_cache(maxsize=64)
def _today(zone: str, now: datetime) -> date:
    return local_day(now, zone)


def starts(tx: Tx, places: Sequence[Place], not_before: datetime) -> Iterator[tuple[datetime, str]]:
    """(start, machine) of every slot that can be had on these machines, in order, side by side on each seat."""
    revs = tx.revisions.of([calendar_name(place.machine) for place in places])
    rooms = [
        None if place.hopeless else place.room(tx, revs[calendar_name(place.machine)]) for place in places
    ]
    waiting: list[tuple[int, str, int, int]] = []  # (start, machine, place, seat)
    at_ms = ms_of(not_before)
    for number, (place, room) in enumerate(zip(places, rooms, strict=True)):
        for seat in range(len(room.gaps) if room else 0):
            _wait(waiting, (place, room, number, seat), at_ms)
    told: tuple[int, str] | None = None
    refused = 0
    while waiting and refused < TRIES:
        start, machine, number, seat = heappop(waiting)
        place, room = places[number], rooms[number]
        fits = room is not None and bookable(place.request(start, room.near(start, start + place.length_ms)))
        if fits and told != (start, machine):
            told = (start, machine)
            yield instant(start), machine
        refused = 0 if fits else refused + 1
        step = place.length_ms if fits else place.rules.policy.step_min * 60_000
        _wait(waiting, (place, room, number, seat), start + step)


def _wait(
    waiting: list[tuple[int, str, int, int]], where: tuple[Place, Room | None, int, int], at_ms: int
) -> None:
    place, room, number, seat = where
    start = room.first(seat, at_ms, place.length_ms) if room else None
    if start is not None and start < ms_of(place.horizon):
        heappush(waiting, (start, place.machine, number, seat))


def span_taken(one: HeldSpan) -> Taken:
    """A bare span as a taken seat."""
    start, end = instant(one.start_ms), instant(one.end_ms)
    return Taken(one.seat, start, end, one.person, ReservationKind(one.kind), one.id)


def ms_of(at: datetime) -> int:
    """Milliseconds since 1970, rounded up: nothing begins before it is asked for."""
    return -((EPOCH - at) // MS)


def instant(at_ms: int) -> datetime:
    """The aware UTC datetime."""
    return EPOCH + at_ms * MS
