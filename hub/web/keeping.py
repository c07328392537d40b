"""What can I do with a booking of mine? Move it, shorten it, come later, have it longer, give it back.

Each has a page that says first what follows, and one button; all of it works without JavaScript.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.timeline import Span
from core.vocabulary import Reason, ReservationStatus
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import coming_late, extending, facts, finding, giving_back, reserving
from hub.services.feeding import entry_of
from hub.services.refused import refused
from hub.services.reserving import NotReserved, Wish
from hub.services.travelling import Journey, journeys
from hub.web.acts import ask_of, choices_of, ends_of, facts_of, state_of
from hub.web.days import DayWish, day_page
from hub.web.house import house, now, voice
from hub.web.reading import day_of
from hub.web.rulers import Piece, Ruler, ruler
from hub.web.signing import somebody
from hub.web.typed import day_in, instant_of
from hub.web.whys import whys
from hub.words.catalogs import mark
from hub.words.ics import MIME, entries_text
from hub.words.journeys import said

blueprint = Blueprint("keeping", __name__, url_prefix="/reservations")
UNDO = timedelta(seconds=10)  # visual.md §5, undo toast
UNDO_SLACK = timedelta(seconds=50)  # the toast waits while somebody's pointer rests on it
Does = Callable[[Tx, Reservation, Person, datetime], Reservation | NotReserved]
ACTS: dict[str, Does] = {
    "late": coming_late.hold,
    "extend": extending.extend,
    "release": giving_back.release,
}
KINDS = {Reason.CHANGED: 409, Reason.OVERLAP: 409, Reason.RESERVED_OTHER: 409}


@blueprint.get("/<key>")
def reservation(key: str) -> str:
    """One booking of mine."""
    one, machine = _found(key)
    return render_template(
        "reservation.html",
        one=one,
        machine=machine,
        can=choices_of(one, somebody(), now()),
        wide=day_ruler_of(one),
        facts=[*facts_of(one, now(), voice()), *_ways(one)],
        state=state_of(one, now(), voice()),
        undo=undo_of(key),
        made=_made(key),
    )


def _ways(one: Reservation) -> list[str]:
    """What lies too near in another lab of the network (R16)."""

    def read(tx: Tx) -> tuple[Journey, ...]:
        holder = tx.people.get(one.person)
        return journeys(tx, one, holder) if holder else ()

    return [said(each, voice()) for each in house().store.read(read)]


@blueprint.get("/<key>.ics")
def calendar(key: str) -> Response:
    """The booking for one's own calendar program."""
    one, _ = _found(key)
    host = urlsplit(house().public_url).hostname or "loquet.invalid"
    text = entries_text([entry_of(one)], voice().lang, house().lab.name, host, now())
    answer = Response(text, mimetype=MIME)
    answer.headers["Content-Disposition"] = f'attachment; filename="{one.machine}.ics"'
    return answer


def _made(key: str) -> bool:
    """Whether this session booked it a moment ago, and has not been told yet."""
    said = session.get("made")
    if not isinstance(said, list) or said[0] != key:
        return False
    session.pop("made")
    at = instant_of(said[1])
    return at is not None and now() - at < UNDO


@blueprint.get("/<key>/cancel")
def ask_cancel(key: str) -> str:
    """Sure? The page before it is given back."""
    return _asked(key, "cancel")


@blueprint.post("/<key>/cancel")
def cancel(key: str) -> Response | tuple[str, int]:
    """Give it back; for ten seconds it can be had again."""
    one = _do(key, giving_back.cancel)
    if isinstance(one, NotReserved):
        return _asked(key, "cancel", one.objections), _status(one)
    if one.status is ReservationStatus.CANCELLED:
        session["undo"] = [one.id, now().isoformat()]
    return _said(mark("Cancelled: the slot is free again."))


@blueprint.post("/<key>/undo")
def undo(key: str) -> Response:
    """Book the slot once more that was given back a moment ago, if it is free still."""
    old, _ = _found(key)
    if undo_of(key, UNDO_SLACK) is None or old.status is not ReservationStatus.CANCELLED:
        flash(voice().text(mark("That was longer than ten seconds ago: book it again.")), "booked")
        return redirect(url_for("mine.mine"), 303)
    session.pop("undo")
    wish = Wish(old.machine, old.person, old.start, old.end, somebody().id, old.kind, old.note)
    answer = finding.book(house().store, (wish,), now())
    if isinstance(answer, NotReserved):
        flash(voice().text(mark("Somebody else has the slot already.")), "booked")
        return redirect(url_for("booking.day", name=old.machine, start=old.start.isoformat()), 303)
    flash(voice().text(mark("Restored: the machine is yours at that time.")), "free")
    return redirect(url_for("mine.mine"), 303)


@blueprint.get("/<key>/<act>")
def ask(key: str, act: str) -> str:
    """What will it change? Before it is done."""
    return _asked(key, act) if act in ACTS else abort(404)


@blueprint.post("/<key>/<act>")
def keep(key: str, act: str) -> Response | tuple[str, int]:
    """Come later, have it longer, or give up the rest."""
    one = _do(key, ACTS[act]) if act in ACTS else abort(404)
    if isinstance(one, NotReserved):
        return _asked(key, act, one.objections), _status(one)
    speech = voice()
    if act == "late" and one.held_until is not None:
        return _said(mark("Good: %(machine)s is kept for you until %(time)s."), machine=one.machine, time=speech.time(one.held_until))  # fmt: skip
    if act == "extend":
        return _said(mark("Longer: %(machine)s is yours until %(time)s."), machine=one.machine, time=speech.time(one.end))  # fmt: skip
    return _said(mark("Given back: the rest of your time is free for others. Thank you."))


@blueprint.get("/<key>/shorten")
def ask_shorten(key: str) -> Response | str:
    """Until when is it enough?"""
    one, _ = _found(key)
    if one.status in facts.ARRIVED:
        return redirect(url_for("keeping.ask", key=key, act="release"), 303)
    return _shorten_page(key)


@blueprint.post("/<key>/shorten")
def shorten(key: str) -> Response | tuple[str, int]:
    """Keep the start, and give back the end."""
    end = instant_of(request.form.get("end", ""))
    one, _ = _found(key)
    if end is None or not one.start < end < one.end:
        return _shorten_page(key, refused(Reason.INVALID, {"field": "end"}).objections), 422
    answer = finding.move(house().store, one, somebody(), (one.start, end), now())
    if isinstance(answer, NotReserved):
        return _shorten_page(key, answer.objections), _status(answer)
    return _said(mark("Shortened: %(machine)s is yours until %(time)s."), machine=one.machine, time=voice().time(end))  # fmt: skip


@blueprint.get("/<key>/move")
def ask_move(key: str) -> str:
    """Another time: the day list, the booking's own time counted as free."""
    return _move_page(key)


@blueprint.post("/<key>/move")
def move(key: str) -> Response | tuple[str, int]:
    """Take the new time and leave the old one, both or neither."""
    start = instant_of(request.form.get("start", ""))
    one, _ = _found(key)
    if start is None:
        return _move_page(key, refused(Reason.INVALID, {"field": "start"}).objections), 422
    answer = finding.move(house().store, one, somebody(), (start, start + (one.end - one.start)), now())
    if isinstance(answer, NotReserved):
        return _move_page(key, answer.objections), _status(answer)
    flash(voice().text(mark("Moved: the machine is yours at the new time.")), "free")
    return redirect(url_for("keeping.reservation", key=key), 303)


def undo_of(key: str | None, slack: timedelta = timedelta()) -> dict[str, str | int] | None:
    """The cancellation that can be undone now: its booking's id and the seconds left; None when there is none."""
    said = session.get("undo")
    if not isinstance(said, list) or key not in (None, said[0]):
        return None
    at = instant_of(said[1])
    left = at + UNDO - now() if at else timedelta(days=-1)
    return {"key": said[0], "seconds": max(1, left.seconds)} if timedelta() < left + slack else None


def day_ruler_of(one: Reservation) -> Ruler:
    """The booking on its day."""
    speech = voice()
    day = day_of(one.start, house().lab.zone)
    around = Span(max(day.start, one.start - timedelta(hours=4)), min(day.end, one.end + timedelta(hours=4)))
    return ruler(around, [Piece("yours", one.start, one.end)], now(), speech.span(one.start, one.end), speech)


def _do(key: str, does: Does) -> Reservation | NotReserved:
    """The act, in one transaction, on the booking as it stands then."""
    person, at = somebody(), now()

    def act(tx: Tx) -> Reservation | NotReserved | None:
        one = reserving.visible(tx, key, person)
        return None if one is None else does(tx, one, person, at)

    answer = house().store.write(act)  # in the writer's thread: nothing there knows of this request
    return abort(404) if answer is None else answer


def _status(answer: NotReserved) -> int:
    return KINDS.get(answer.code, 422)


def _found(key: str) -> tuple[Reservation, Machine]:
    """A booking that I may see, with its machine; anything else does not exist."""
    person = somebody()

    def read(tx: Tx) -> tuple[Reservation | None, Machine | None]:
        one = reserving.visible(tx, key, person)
        return one, tx.machines.get(one.machine) if one else None

    one, machine = house().store.read(read)
    if one is None or machine is None:
        abort(404)
    return one, machine


def _asked(key: str, act: str, against: tuple[Objection, ...] = ()) -> str:
    """The page before an act; or after it, with all that stood against it."""
    one, machine = _found(key)
    can = choices_of(one, somebody(), now())
    return render_template(
        "keep.html",
        one=one,
        machine=machine,
        ask=ask_of(act, one, machine, can, (now(), voice())),
        may=getattr(can, act),
        against=whys(against, machine.id),
        state=state_of(one, now(), voice()),
    )


def _shorten_page(key: str, against: tuple[Objection, ...] = ()) -> str:
    one, machine = _found(key)
    ends = ends_of(one, machine) if choices_of(one, somebody(), now()).shorten else []
    return render_template(
        "shorten.html", one=one, machine=machine, ends=ends, against=whys(against), minutes=_minutes
    )


def _move_page(key: str, against: tuple[Objection, ...] = ()) -> str:
    one, machine = _found(key)
    if not choices_of(one, somebody(), now()).move:
        return _asked(key, "move", against)
    wanted = DayWish(
        machine.id,
        day_in(request.args.get("day", ""), one.start),
        minutes=_minutes(one.start, one.end),
        kind=one.kind,
        moved=one,
    )
    return day_page(wanted, against)


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds()) // 60


def _said(sentence: str, **places: str) -> Response:
    flash(voice().text(sentence, **places), "free")
    return redirect(url_for("mine.mine"), 303)
