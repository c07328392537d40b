"""Which slot do I take? The list of a day, the one button, the answer, and what is near when somebody was faster.

Everything works without JavaScript: durations are links, starts are radio buttons.
"""

from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.access import objection
from core.timeline import Span
from core.vocabulary import Reason, ReservationKind
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, finding, granting
from hub.services.reserving import NotReserved, Slot, Wish
from hub.web.choosing import choice_card
from hub.web.days import ALONE, DayWish, day_page
from hub.web.house import house, me, now, voice
from hub.web.looks import piece_kind
from hub.web.rulers import Piece, ruler
from hub.web.signing import somebody, to_sign_in
from hub.web.slots import lengths
from hub.web.typed import day_in, instant_of, note
from hub.words.catalogs import mark

blueprint = Blueprint("booking", __name__)
MOST_MINUTES = 7 * 24 * 60  # a week: beyond, a number in the address is a slip


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("/machines/<name>/book")
def day(name: str) -> str:
    """The day list."""
    start = instant_of(request.args.get("start", ""))
    minutes = request.args.get("minutes", type=int)
    return day_page(DayWish(name, day_in(request.args.get("day", ""), start), minutes, _kind(), start))


@blueprint.get("/machines/<name>/choice")
def choice(name: str) -> str:
    """The card of a start chosen in the week."""
    start = instant_of(request.args.get("start", ""))
    minutes = request.args.get("minutes", type=int)
    return choice_card(DayWish(name, day_in("", start), minutes, ReservationKind.BOOKING, start))


@blueprint.post("/families/<family>/book")
def book_any(family: str) -> Response | tuple[str, int]:
    """Book the chosen start on any machine of a family that this person may use."""
    person, start = somebody(), instant_of(request.form.get("start", ""))
    minutes = request.form.get("minutes", type=int) or 0
    if start is None or not 0 < minutes <= MOST_MINUTES:
        return redirect(url_for("week.week", family=family), 303)
    end, at = start + timedelta(minutes=minutes), now()
    lab = house().lab.id
    machines = house().store.read(lambda tx: usable(tx, person, (lab, family), end))
    if not machines:
        abort(404)
    wishes = tuple(Wish(one.id, person.id, start, end, person.id, note=note()) for one in machines)
    answer = finding.book(house().store, wishes, at)
    return _refused(wishes[0], answer) if isinstance(answer, NotReserved) else _booked(answer)


def usable(tx: Tx, person: Person, where: tuple[str, str], end: datetime) -> list[Machine]:
    """The machines of (lab, family) that the person has the right to; all of them where he has it to none."""
    family = list(tx.machines.all(lab=where[0], family=where[1]))
    mine = [one for one in family if not granting.right_at(tx, person, one, end).missing]
    return mine or family


@blueprint.post("/machines/<name>/book")
def book(name: str) -> Response | tuple[str, int]:
    """Book the chosen start."""
    person, start = somebody(), instant_of(request.form.get("start", ""))
    minutes = request.form.get("minutes", type=int) or 0
    if start is None or not 0 < minutes <= MOST_MINUTES:
        against = objection(Reason.INVALID, {"field": "start" if start is None else "minutes"})
        return day_page(DayWish(name, day_in(""), None, _kind()), (against,)), 422
    end = start + timedelta(minutes=minutes)
    read = request.form.get("read") == "on"
    wish = Wish(name, person.id, start, end, person.id, _kind(), note(), read=read)
    answer = finding.book(house().store, (wish,), now())
    return _refused(wish, answer) if isinstance(answer, NotReserved) else _booked(answer)


def _booked(made: Reservation) -> Response:
    """To the booking's own page, where for some seconds a toast leads on or takes it back."""
    session["made"] = [made.id, now().isoformat()]
    flash(voice().text(mark("Booked: the machine is yours at that time.")), "free")
    return redirect(url_for("keeping.reservation", key=made.id), 303)


def _kind() -> ReservationKind:
    """With its holder, or without him; whoever wants another kind is no member's page."""
    return ALONE if request.values.get("kind") == ALONE else ReservationKind.BOOKING


def _refused(wish: Wish, answer: NotReserved) -> tuple[str, int]:
    """409 with three alternatives when somebody was faster; else everything against it, the input kept."""
    minutes = int((wish.end - wish.start).total_seconds()) // 60
    if not answer.only_late:
        kept = DayWish(wish.machine, day_in("", wish.start), minutes, wish.kind, wish.start)
        return day_page(kept, answer.objections), 422
    near = house().store.read(lambda tx: finding.nearest(tx, wish, now()))
    span, pieces = house().store.read(lambda tx: _around(tx, wish))
    machine = house().store.read(lambda tx: tx.machines.get(wish.machine))
    speech = voice()
    said = speech.text(mark("The day of %(machine)s"), machine=wish.machine)
    shown = render_template(
        "conflict.html",
        wish=wish,
        near=near,
        ruler=ruler(span, pieces, now(), said, speech),
        minutes=minutes,
        family=machine.family_names.get(speech.lang, machine.family) if machine else "",
        leasts=[one for one in lengths(facts.policy_of(machine)) if one < minutes] + [minutes]
        if machine
        else [],
        differs=lambda slot: differs(slot, wish),
    )
    return shown, 409


def differs(slot: Slot, wish: Wish) -> str:
    """How an alternative differs from the wish, in a few words."""
    speech, day = voice(), voice().day(slot.start, now())
    if slot.machine != wish.machine and slot.start == wish.start:
        return speech.text(mark("%(day)s, the machine beside it"), day=day)
    if speech.local_date(slot.start) != speech.local_date(wish.start):
        same = speech.time(slot.start) == speech.time(wish.start)
        return speech.text(mark("%(day)s, same time"), day=day) if same else day
    minutes = int((slot.start - wish.start).total_seconds()) // 60
    later = mark("%(day)s, %(time)s later") if minutes > 0 else mark("%(day)s, %(time)s earlier")
    return speech.text(later, day=day, time=speech.duration(abs(minutes)))


def _around(tx: Tx, wish: Wish) -> tuple[Span, list[Piece]]:
    """Four hours either side of the wish, and what is taken there."""
    span = Span(wish.start - timedelta(hours=3), wish.end + timedelta(hours=3))
    taken = tx.bookings.taken(wish.machine, span.start, span.end)
    return span, [Piece(piece_kind(one, wish.person), one.start, one.end) for one in taken]
