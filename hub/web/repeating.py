"""How does the house book what comes back every week? From simple fields to a rule; each occurrence has its own answer (R52).

First it is tried and taken back, so that one sees what can be had; then it is booked. Later one occurrence, those that
follow, or all of them are moved or given back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import OCCUPYING, Reason, ReservationKind
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, reserving, series
from hub.services.refused import Refused, refused
from hub.services.reserving import NotReserved
from hub.services.series import Occurrence, Scope, SeriesAnswer, SeriesWish
from hub.web.house import house, me, now, voice
from hub.web.signing import crew_only, somebody, to_sign_in
from hub.web.typed import date_in, note, span_in
from hub.web.whys import whys
from hub.words import Voice
from hub.words.catalogs import mark, mark_many

blueprint = Blueprint("repeating", __name__)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY = (1, 2, 3, 4)  # weeks
KINDS = {
    ReservationKind.CLASS: mark("Class"),
    ReservationKind.TRAINING: mark("Training"),
    ReservationKind.MAINTENANCE: mark("Maintenance"),
    ReservationKind.BOOKING: mark("Booking"),
}
SCOPES = {
    Scope.THIS: mark("Only this one"),
    Scope.FOLLOWING: mark("This one and those after it"),
    Scope.ALL: mark("All that are still to come"),
}


@dataclass(frozen=True, slots=True)
class Fall:
    """One occurrence as listed: when, its booking, or why it cannot be had."""

    day: str
    span: str
    key: str
    why: tuple[str, ...]


class _OnlyTried(Exception):  # noqa: N818 -- takes everything back; becomes a value in `_try`
    """The answer of a series that is not to be booked yet."""

    def __init__(self, answer: SeriesAnswer | Refused) -> None:
        super().__init__()
        self.answer = answer


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first; making a series is for staff and trainers, changing one's own for everybody."""
    if request.endpoint in ("repeating.form", "repeating.make"):
        return crew_only()
    return None if me() else to_sign_in()


@blueprint.get("/staff/series")
def form() -> str:
    """The fields."""
    return _page()


@blueprint.post("/staff/series")
def make() -> Response | str | tuple[str, int]:
    """Try it, or book what can be had."""
    by, at = somebody(), now()
    wish = _wish(by)
    if isinstance(wish, Refused):
        return _page(wish.objections), 422
    sure = request.form.get("do") == "book"
    answer = house().store.write(lambda tx: series.book(tx, wish, at)) if sure else _try(wish, at)
    if isinstance(answer, Refused):
        return _page(answer.objections), 422
    if not sure or answer.series is None:
        return _page((), answer)
    held = [one.reservation for one in answer.occurrences if one.reservation is not None]
    said = mark_many("%(count)s date is booked.", "%(count)s dates are booked.")
    flash(voice().count(*said, len(held)), "free")
    return redirect(url_for("repeating.ask", key=held[0].id), 303)


@blueprint.get("/reservations/<key>/series")
def ask(key: str) -> str:
    """The occurrences, and what may be done with them."""
    return _series_page(key)


@blueprint.post("/reservations/<key>/series")
def change(key: str) -> str | tuple[str, int] | Response:
    """Move or give back this one, those after it, or all."""
    by, at = somebody(), now()
    wanted = request.form.get("scope", "")
    scope = Scope(wanted) if wanted in set(Scope) else Scope.THIS
    old = _found(key)
    if request.form.get("do") == "cancel":
        gone = house().store.write(lambda tx: series.cancel(tx, old, scope, by, at))
        return _series_page(key, gone)
    span = span_in(*(request.form.get(name, "") for name in ("day", "since", "until")))
    if span is None:
        return _series_page(key, None, refused(Reason.INVALID, {"field": "start"}).objections), 422
    moved = house().store.write(lambda tx: series.move(tx, old, scope, by, span, at))
    if isinstance(moved, NotReserved):
        return _series_page(key, None, moved.objections), 422
    return _series_page(key, moved)


def rule_of(weekdays: Iterable[str], every: int, until: str) -> str:
    """The recurrence rule: weekly on these days, until the end of that day of wall time."""
    days = ",".join(one for one in WEEKDAYS if one in set(weekdays))
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={days};UNTIL={until.replace('-', '')}"


def falls_of(answer: SeriesAnswer, speech: Voice) -> list[Fall]:
    """Each occurrence in words."""
    return [_fall(one, speech) for one in answer.occurrences]


def _fall(one: Occurrence, speech: Voice) -> Fall:
    whole = one.start is not None and one.end is not None
    day = speech.long_day(one.start) if one.start else ""
    span = speech.span(one.start, one.end) if whole and one.start and one.end else ""
    why = tuple(speech.say(each.code, each.params) for each in one.objections)
    return Fall(day, span, one.reservation.id if one.reservation else "", why)


def _wish(by: Person) -> SeriesWish | Refused:
    """What the form asks for; INVALID {field} where a field makes no sense."""
    span = span_in(*(request.form.get(name, "") for name in ("day", "since", "until")))
    last, days = date_in(request.form.get("last", "")), request.form.getlist("weekday")
    every = request.form.get("every", type=int) or 1
    if span is None:
        return refused(Reason.INVALID, {"field": "start"})
    if last is None or every not in EVERY or not set(days) & set(WEEKDAYS):
        return refused(Reason.INVALID, {"field": "rrule"})
    staff = by.is_staff(house().lab.id)
    kind = request.form.get("kind", "")
    return SeriesWish(
        machine=request.form.get("machine", ""),
        person=(staff and request.form.get("member")) or by.id,
        rrule=rule_of(days, every, last.isoformat()),
        start=span[0],
        end=span[1],
        by=by.id,
        kind=ReservationKind(kind) if kind in _kinds(by) else ReservationKind.CLASS,
        note=note(),
        displace=staff and request.form.get("displace") == "on",
    )


def _kinds(by: Person) -> set[ReservationKind]:
    """What this person may repeat: staff everything, a trainer what he teaches, in his own name."""
    return set(KINDS) - (set() if by.is_staff(house().lab.id) else {ReservationKind.MAINTENANCE})


def _try(wish: SeriesWish, at: datetime) -> SeriesAnswer | Refused:
    """The answer of a series that is taken back at once."""

    def run(tx: Tx) -> None:
        raise _OnlyTried(series.book(tx, wish, at))

    try:
        house().store.write(run)
    except _OnlyTried as tried:
        return tried.answer
    return abort(500)


def _page(against: tuple[Objection, ...] = (), tried: SeriesAnswer | None = None) -> str:
    lab, speech = house().lab.id, voice()

    def read(tx: Tx) -> tuple[list[Machine], list[Person]]:
        people = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
        return list(tx.machines.all(lab=lab)), people

    machines, people = house().store.read(read)
    return render_template(
        "series.html",
        machines=machines,
        people=people,
        kinds={kind.value: speech.text(word) for kind, word in KINDS.items() if kind in _kinds(somebody())},
        staff=somebody().is_staff(lab),
        weekdays=list(zip(WEEKDAYS, speech.weekdays(), strict=True)),
        every=EVERY,
        field=lambda name, usual="": request.form.get(name, request.args.get(name, usual)),
        chosen_days=request.form.getlist("weekday"),
        me_id=somebody().id,
        against=whys(against),
        falls=falls_of(tried, speech) if tried else [],
        can=sum(1 for one in tried.occurrences if not one.objections) if tried else 0,
    )


def _found(key: str) -> Reservation:
    """An occurrence that I may see; anything else does not exist."""
    person = somebody()
    one = house().store.read(lambda tx: reserving.visible(tx, key, person))
    return one if one is not None and one.series is not None else abort(404)


def _series_page(key: str, answer: SeriesAnswer | None = None, against: tuple[Objection, ...] = ()) -> str:
    one, at, speech = _found(key), now(), voice()
    all_of_them = house().store.read(lambda tx: list(tx.bookings.together(series=one.series)))
    coming = [each for each in all_of_them if each.status in OCCUPYING and each.end > at]
    return render_template(
        "series_one.html",
        one=one,
        coming=sorted(coming, key=lambda each: each.start),
        scopes={scope.value: speech.text(word) for scope, word in SCOPES.items()},
        waits=any(each.id == one.id for each in coming) and one.start > at,
        falls=falls_of(answer, speech) if answer else [],
        against=whys(against),
    )
