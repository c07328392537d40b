"""When is the machine free on this day, for me? The day list: for a new booking, and for one that is to be moved."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import abort, render_template, request

from core.access import Objection, objection
from core.booking import BookingRules, Request, Taken, Wanted
from core.booking.standing import lacking
from core.calendars import WALK_IN, open_for
from core.timeline import Span, at_local, local_day
from core.vocabulary import ReservationKind, Role
from hub.ports import Machine, Reservation, Tx
from hub.services import ground
from hub.services.reserving import NotReserved, Wish
from hub.web.house import house, now, voice
from hub.web.shares import share_of
from hub.web.signing import somebody
from hub.web.slots import Hour, hours_of, lengths, listed, usual_length, why_nothing
from hub.web.whys import whys

ALONE = ReservationKind.UNATTENDED


@dataclass(frozen=True, slots=True)
class DayWish:
    """Which list: of a machine on a day, for slots of a length and kind; `moved` is the booking that gives way to it."""

    machine: str
    day: date
    minutes: int | None = None
    kind: ReservationKind = ReservationKind.BOOKING
    start: datetime | None = None
    moved: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One machine on one day for one person: what the list is made of; `until` is when his right to it ends."""

    machine: Machine
    span: Span
    rules: BookingRules
    roles: tuple[Role, ...]
    seats: tuple[Taken, ...]
    taken: tuple[Reservation, ...]
    machines: tuple[Machine, ...]
    until: datetime | None = None


def day_page(wish: DayWish, against: tuple[Objection, ...] = ()) -> str:
    """The page; `against` is what stood against a choice just tried."""
    person, speech = somebody(), voice()
    day = house().store.read(lambda tx: read_day(tx, wish, person.id))
    if isinstance(day, NotReserved):
        abort(403)  # no member of this lab
    length = length_of(wish, day)
    wanted = wanted_of(wish, day, length, person.id)
    found = hours_of(day.span, wanted, day.rules, day.seats, now())
    lacks = lacking(Request(wanted, (), day.rules, now()))
    missing = tuple(objection(one.code, one.params) for one in lacks)
    hours = listed(found, day.taken, person.id, speech)
    chosen = wish.start if _offers(hours, wish.start) else None
    return render_template(
        "day.html",
        shown=day,
        wish=wish,
        hours=hours,
        nothing=why_nothing(found, speech),
        length=length,
        chosen=chosen,
        lengths=lengths_of(wish, day),
        against=whys(against or missing, wish.machine),
        may=not missing,
        head=_head(day),
        share=share_of(day.machine, wanted, day.rules, speech),
        note=day.rules.note,
        link=lambda **change: _link(wish, length, change),
    )


def read_day(tx: Tx, wish: DayWish, person: str) -> Day | NotReserved:
    """The machine's day as this person may have it; 404 where there is no such machine here."""
    machine = tx.machines.get(wish.machine)
    if machine is None or machine.lab != house().lab.id:
        abort(404)
    zone = machine.zone
    span = Span(at_local(wish.day, 0, zone), at_local(wish.day + timedelta(days=1), 0, zone))
    until = max(span.end, now() + timedelta(minutes=1))  # a day that is over: what counts now
    asked = Wish(
        wish.machine, wish.moved.person if wish.moved else person, span.start, until, person, wish.kind
    )
    found = ground.ground_of(tx, asked, now(), but=wish.moved.id if wish.moved else "")
    if isinstance(found, NotReserved):
        return found
    return Day(
        machine=machine,
        span=span,
        rules=found.rules._replace(spare=None),  # which is a matter of each slot, not of the day
        roles=found.wanted.roles,
        seats=found.taken,
        taken=tuple(tx.bookings.taken(wish.machine, span.start, span.end)),
        machines=tuple(tx.machines.all(lab=machine.lab)),
        until=found.right.until,
    )


def wanted_of(wish: DayWish, day: Day, length: int, person: str) -> Wanted:
    """A slot of this length, at the chosen start or the day's beginning; what a form will ask to be read counts as read."""
    start = wish.start or day.span.start
    who = wish.moved.person if wish.moved else person
    roles = day.roles or (Role.MEMBER,)
    return Wanted(start, start + timedelta(minutes=length), wish.kind, roles, who, read=True)


def lengths_of(wish: DayWish, day: Day) -> list[int]:
    """The durations offered; a booking that is moved keeps its own."""
    if wish.moved is not None and wish.minutes is not None:
        return [wish.minutes]
    return lengths(day.rules.policy, day.rules.terms.unattended_max_min if wish.kind is ALONE else None)


def length_of(wish: DayWish, day: Day) -> int:
    """The wanted duration where it is one of those offered, else the usual one."""
    fitting = lengths_of(wish, day)
    if wish.minutes in fitting:
        return wish.minutes or 0
    return fitting[-1] if wish.kind is ALONE else usual_length(day.rules.policy)


def _offers(hours: list[Hour], start: datetime | None) -> bool:
    return any(
        slot.start == start for hour in hours for slot in ((hour.first, *hour.others) if hour.first else ())
    )


def _head(day: Day) -> dict[str, str]:
    """The day's name, its opening hours, and the days beside it."""
    speech, zone = voice(), day.rules.policy.zone
    local = local_day(day.span.start, zone)
    spans = [one for one in open_for(day.rules.openings, WALK_IN) if one.overlaps(day.span)]
    hours = ", ".join(f"{speech.time(one.start)}\u2013{speech.time(one.end)}" for one in spans)
    return {
        "name": speech.long_day(day.span.start),
        "hours": hours,
        "before": str(local - timedelta(days=1)),
        "after": str(local + timedelta(days=1)),
        "iso": str(local),
    }


def _link(wish: DayWish, length: int, change: dict[str, object]) -> str:
    """This page with another day, duration or kind."""
    kept: dict[str, object] = {"day": wish.day, "minutes": length}
    if wish.kind is ALONE:
        kept["kind"] = ALONE.value
    return f"{request.path}?{urlencode(kept | change)}"
