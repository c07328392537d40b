"""When do you want the machine? The day list, the one button, the answer, and the way to give it back.

Everything works without JavaScript: durations are links, starts are radio buttons, cancelling has a page of its own.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection, objection
from core.booking import BookingRules
from core.calendars import WALK_IN, open_for
from core.timeline import Span, at_local, local_day
from core.vocabulary import Reason, Role
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, finding, giving_back, granting, reserving
from hub.services.reserving import NotReserved, Slot, Wish
from hub.web.house import house, me, now, voice
from hub.web.looks import piece_kind
from hub.web.reading import day_of
from hub.web.rulers import Piece, Ruler, ruler
from hub.web.signing import to_sign_in
from hub.web.slots import Hour, hours_of, is_bookable_day, lengths, listed, usual_length
from hub.web.whys import whys
from hub.words.catalogs import mark

blueprint = Blueprint("booking", __name__)
LONGEST_NOTE = 200  # characters; a note is a label, not a letter
FARTHEST_YEARS = 10  # beyond, an instant is a slip of the keyboard, and near the calendar's ends a trap
MOST_MINUTES = 7 * 24 * 60  # a week: beyond, a number in the address is a slip


@dataclass(frozen=True, slots=True)
class Day:
    """One machine on one day for one person: what the list is made of."""

    machine: Machine
    rules: BookingRules
    span: Span
    taken: tuple[Reservation, ...]
    machines: tuple[Machine, ...]


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("/machines/<name>/book")
def day(name: str) -> str:
    """The day list."""
    start = instant_of(request.args.get("start", ""))
    return _list(name, start, request.args.get("day", ""), request.args.get("minutes", type=int))


@blueprint.post("/machines/<name>/book")
def book(name: str) -> Response | tuple[str, int]:
    """Book the chosen start."""
    person, start = _person(), instant_of(request.form.get("start", ""))
    minutes = request.form.get("minutes", type=int) or 0
    if start is None or not 0 < minutes <= MOST_MINUTES:
        against = objection(Reason.INVALID, {"field": "start" if start is None else "minutes"})
        return _list(name, None, "", None, (against,)), 422
    wish = Wish(name, person.id, start, start + timedelta(minutes=minutes), person.id, note=_note())
    answer = finding.book(house().store, (wish,), now())
    if isinstance(answer, NotReserved):
        return _refused(wish, answer)
    flash(voice().text(mark("Booked: the machine is yours at that time.")), "free")
    return redirect(url_for("booking.reservation", key=answer.id), 303)


@blueprint.get("/reservations/<key>")
def reservation(key: str) -> str:
    """One booking of mine."""
    found, machine = house().store.read(lambda tx: _mine(tx, key))
    return render_template(
        "reservation.html", one=found, machine=machine, ends=_changeable(found), wide=day_ruler_of(found)
    )


@blueprint.get("/reservations/<key>/cancel")
def ask_cancel(key: str) -> str:
    """Sure? The page before it is given back."""
    found, machine = house().store.read(lambda tx: _mine(tx, key))
    return render_template("cancel.html", one=found, machine=machine, ends=_changeable(found))


@blueprint.post("/reservations/<key>/cancel")
def cancel(key: str) -> Response | tuple[str, int]:
    """Give it back."""
    person, at = _person(), now()

    def give_back(tx: Tx) -> Reservation | NotReserved | None:
        found = reserving.visible(tx, key, person)
        return None if found is None else giving_back.cancel(tx, found, person, at)

    answer = house().store.write(give_back)  # in the writer's thread: nothing there knows of this request
    if answer is None:
        abort(404)
    if isinstance(answer, NotReserved):
        found, machine = house().store.read(lambda tx: _mine(tx, key))
        shown = render_template(
            "cancel.html", one=found, machine=machine, ends=False, against=whys(answer.objections)
        )
        return shown, 422
    flash(voice().text(mark("Cancelled: the slot is free again.")), "free")
    return redirect(url_for("mine.mine"), 303)


def _refused(wish: Wish, answer: NotReserved) -> tuple[str, int]:
    """409 with three alternatives when somebody was faster; else everything against it, the input kept."""
    if not answer.only_late:
        return _list(wish.machine, wish.start, "", _minutes(wish.start, wish.end), answer.objections), 422
    near = house().store.read(lambda tx: nearest(tx, wish, now()))
    around = house().store.read(lambda tx: _around(tx, wish))
    speech = voice()
    rule = ruler(
        around[0], around[1], now(), speech.text(mark("The day of %(machine)s"), machine=wish.machine), speech
    )
    return render_template(
        "conflict.html", wish=wish, near=near, ruler=rule, minutes=_minutes(wish.start, wish.end)
    ), 409


def nearest(tx: Tx, wish: Wish, at: datetime) -> tuple[Slot, ...]:
    """Three slots close to the wish: on the machine itself and on those of its family that the person may use."""
    wanted, person = tx.machines.get(wish.machine), tx.people.get(wish.person)
    if wanted is None or person is None:
        return ()
    family = [
        one for one in tx.machines.all(lab=wanted.lab, family=wanted.family)
        if not granting.right_at(tx, person, one, wish.end).missing
    ]  # fmt: skip
    found = [slot for one in family for slot in finding.instead(tx, replace(wish, machine=one.id), at)]
    return tuple(sorted(found, key=lambda slot: (abs(slot.start - wish.start), slot.machine))[: finding.MOST])


def _around(tx: Tx, wish: Wish) -> tuple[Span, list[Piece]]:
    """Four hours either side of the wish, and what is taken there."""
    span = Span(wish.start - timedelta(hours=3), wish.end + timedelta(hours=3))
    taken = tx.bookings.taken(wish.machine, span.start, span.end)
    return span, [Piece(piece_kind(one, wish.person), one.start, one.end) for one in taken]


def _list(
    name: str,
    start: datetime | None,
    wanted_day: str,
    minutes: int | None,
    against: tuple[Objection, ...] = (),
) -> str:
    """The page of one day; `against` is what stood against a booking just tried."""
    person = _person()
    shown = house().store.read(lambda tx: _read_day(tx, name, _day(wanted_day, start), person))
    policy, speech, at = shown.rules.policy, voice(), now()
    length = minutes if minutes in lengths(policy) else usual_length(policy)
    roles = facts.roles_of(person, shown.machine.lab) or (Role.MEMBER,)
    found = hours_of(shown.span, length, shown.rules, shown.taken, at, roles)
    hours = listed(found, shown.taken, person.id, speech)
    refusals = against or tuple(objection(one.code, one.params) for one in shown.rules.missing)
    return render_template(
        "day.html",
        shown=shown,
        hours=hours,
        length=length,
        chosen=start if _offered(hours, start) else None,
        lengths=lengths(policy),
        against=whys(refusals, name),
        may=not shown.rules.missing,
        head=_head(shown),
        bookable=is_bookable_day(shown.span, policy, at),
        link=lambda **change: _link(name, shown, length, change),
    )


def _offered(hours: list[Hour], start: datetime | None) -> bool:
    return any(
        slot.start == start for hour in hours for slot in ((hour.first, *hour.others) if hour.first else ())
    )


def _head(shown: Day) -> dict[str, str]:
    """The day's name, its opening hours, and the days beside it."""
    speech, zone = voice(), shown.rules.policy.zone
    local = local_day(shown.span.start, zone)
    spans = [one for one in open_for(shown.rules.openings, WALK_IN) if one.overlaps(shown.span)]
    hours = ", ".join(f"{speech.time(one.start)}\u2013{speech.time(one.end)}" for one in spans)
    return {
        "name": speech.long_day(shown.span.start),
        "hours": hours,
        "before": str(local - timedelta(days=1)),
        "after": str(local + timedelta(days=1)),
        "iso": str(local),
    }


def _link(name: str, shown: Day, length: int, change: dict[str, object]) -> str:
    """This page with another day or duration."""
    kept = {"day": local_day(shown.span.start, shown.rules.policy.zone), "minutes": length} | change
    return f"{url_for('booking.day', name=name)}?{urlencode(kept)}"


def _read_day(tx: Tx, name: str, wanted: date, person: Person) -> Day:
    machine = tx.machines.get(name)
    if machine is None or machine.lab != house().lab.id:
        abort(404)
    span = Span(at_local(wanted, 0, machine.zone), at_local(wanted + timedelta(days=1), 0, machine.zone))
    seats = tuple(seat.id for seat in tx.machines.seats(name))
    missing = granting.right_at(tx, person, machine, max(span.end, now())).missing
    rules = BookingRules(
        facts.policy_of(machine, len(seats)), facts.openings_of(tx, machine, span), missing, seats
    )
    machines = tx.machines.all(lab=machine.lab)
    return Day(machine, rules, span, tuple(tx.bookings.taken(name, span.start, span.end)), tuple(machines))


def _day(text: str, start: datetime | None) -> date:
    """The wanted local day: of `start`, as written, else today."""
    zone = house().lab.zone
    if start is not None:
        return local_day(start, zone)
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        return local_day(now(), zone)
    today = local_day(now(), zone)
    far = timedelta(days=366)  # nobody books further; an absurd year must not reach the calendar's end
    return wanted if today - far < wanted < today + far else today


def instant_of(text: str) -> datetime | None:
    """The instant written in a form; a time without offset is the lab's, one that does not exist is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if abs(at.year - now().year) > FARTHEST_YEARS:
        return None
    if at.tzinfo is None:
        local = at.replace(tzinfo=house().zone)
        at = at_local(at.date(), at.hour * 60 + at.minute, house().lab.zone)
        return at if at.astimezone(house().zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None
    return at


def day_ruler_of(one: Reservation) -> Ruler:
    """The booking on its day."""
    speech = voice()
    day = day_of(one.start, house().lab.zone)
    around = Span(max(day.start, one.start - timedelta(hours=4)), min(day.end, one.end + timedelta(hours=4)))
    return ruler(around, [Piece("yours", one.start, one.end)], now(), speech.span(one.start, one.end), speech)


def _mine(tx: Tx, key: str) -> tuple[Reservation, Machine]:
    """A booking that I may see, with its machine; anything else does not exist."""
    found = reserving.visible(tx, key, _person())
    machine = tx.machines.get(found.machine) if found else None
    if found is None or machine is None:
        abort(404)
    return found, machine


def _changeable(one: Reservation) -> bool:
    return one.status in ("confirmed", "conditional") and one.end > now()


def _person() -> Person:
    person = me()
    if person is None:
        abort(make_response(to_sign_in()))
    return person


def _note() -> str:
    return request.form.get("note", "").strip()[:LONGEST_NOTE]


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60
