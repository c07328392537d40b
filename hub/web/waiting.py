"""What do I wait for, and what is offered to me? Joining from the conflict, taking or passing on; a mail's link leads here.

Opening a page changes nothing: only its buttons do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from hub.ports import Offer, Person, Reservation, Tx, WaitingEntry, WaitingStatus
from hub.services import fairness, offering, waiting_list
from hub.services.house import house_of
from hub.services.refused import Refused
from hub.services.reserving import NotReserved
from hub.services.waiting_list import Want
from hub.web.house import house, me, now, voice
from hub.web.reading import day_of
from hub.web.signing import somebody, to_sign_in
from hub.web.typed import instant_of
from hub.web.whys import whys
from hub.words.catalogs import mark

Leaves = Callable[[Tx, WaitingEntry, Person, datetime], WaitingEntry | Refused]
blueprint = Blueprint("waiting", __name__, url_prefix="/waiting")


@dataclass(frozen=True, slots=True)
class Waits:
    """An entry of mine with the offer that is open for it; `name`: the machine, or the family in the lab's words."""

    entry: WaitingEntry
    offer: Offer | None
    name: str


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.post("")
def join() -> Response | tuple[str, int]:
    """Wait for it: this machine or any of its family, this slot or any time of its day."""
    person, at, form = somebody(), now(), request.form
    start, end = instant_of(form.get("start", "")), instant_of(form.get("end", ""))
    least = form.get("least", type=int) or 0
    if start is None or end is None:
        abort(400)
    name, any_of = form.get("machine", ""), form.get("which") == "family"
    machine = house().store.read(lambda tx: tx.machines.get(name))
    if machine is None:
        abort(404)
    if form.get("window") == "day":
        day = day_of(start, house().lab.zone)
        start, end = max(day.start, at), day.end
    family = machine.family if any_of else None
    want = Want(machine.lab, person.id, None if any_of else name, family, start, end, least)
    answer = house().store.write(lambda tx: waiting_list.join(tx, want, at))
    if isinstance(answer, Refused):
        return _refused(answer, machine.id), 422
    flash(voice().text(mark("You wait: we write to you as soon as the time is free.")), "free")
    return redirect(url_for("mine.mine"), 303)


@blueprint.get("/<key>")
def entry(key: str) -> str:
    """What I wait for, or what is offered; the page of a mail's link."""
    return _page(key)


@blueprint.post("/<key>/accept")
def accept(key: str) -> Response | tuple[str, int]:
    """Take the offer."""
    person, at = somebody(), now()
    _mine(key)

    def take(tx: Tx) -> Reservation | NotReserved | None:
        one = tx.waiting.get(key)
        return offering.accept(tx, one, person, at) if one else None

    answer = house().store.write(take)
    if isinstance(answer, NotReserved):
        return _page(key, answer.objections), 409
    flash(voice().text(mark("Booked: the machine is yours at that time.")), "free")
    return redirect(url_for("mine.mine"), 303)


@blueprint.post("/<key>/pass")
def pass_on(key: str) -> Response | tuple[str, int]:
    """Let whoever is next have it, and wait on."""
    return _leave(key, offering.pass_on, mark("Passed on. You wait for the next time."))


@blueprint.post("/<key>/leave")
def leave(key: str) -> Response | tuple[str, int]:
    """Wait no longer."""
    return _leave(key, offering.leave, mark("You wait no longer."))


def waits_of(tx: Tx, person: Person, at: datetime) -> tuple[Waits, ...]:
    """What the person waits for still, the first window first."""
    entries = [
        one for one in tx.waiting.of(person.id) if one.status is WaitingStatus.WAITING and at < one.expires
    ]
    return tuple(_waits(tx, one, at) for one in sorted(entries, key=lambda one: one.start))


def _waits(tx: Tx, one: WaitingEntry, at: datetime) -> Waits:
    offer = tx.waiting.offer_of(one.id)
    family = tx.machines.all(lab=one.lab, family=one.family) if one.family else ()
    name = family[0].family_names.get(voice().lang, family[0].family) if family else one.machine or ""
    return Waits(one, offer if offer is not None and at < offer.expires else None, name)


def _leave(key: str, does: Leaves, sentence: str) -> Response | tuple[str, int]:
    person, at = somebody(), now()
    _mine(key)

    def act(tx: Tx) -> WaitingEntry | Refused | None:
        one = tx.waiting.get(key)
        return does(tx, one, person, at) if one else None

    answer = house().store.write(act)
    if isinstance(answer, Refused):
        return _page(key, answer.objections), 409
    flash(voice().text(sentence), "free")
    return redirect(url_for("mine.mine"), 303)


def _mine(key: str) -> Waits:
    """An entry of my own; anybody else's does not exist."""
    person, at = somebody(), now()

    def read(tx: Tx) -> Waits | None:
        one = tx.waiting.get(key)
        return _waits(tx, one, at) if one is not None and one.person == person.id else None

    return house().store.read(read) or abort(404)


def _page(key: str, against: tuple[Objection, ...] = ()) -> str:
    one = _mine(key)
    waits = one.entry.status is WaitingStatus.WAITING and now() < one.entry.expires
    fair = _fair(one.entry) if waits else ""
    return render_template("waiting.html", one=one, waits=waits, fair=fair, against=whys(against))


def _fair(entry: WaitingEntry) -> str:
    """What decides whose turn it is, never hidden (R20)."""
    at, speech = now(), voice()

    def read(tx: Tx) -> tuple[int, int]:
        lab = house_of(tx, entry.lab)
        return fairness.score(tx, entry.person, at, lab), fairness.usual(tx, at, lab)

    had, usual = (speech.duration(minutes) for minutes in house().store.read(read))
    said = mark("Who had less of the busy hours goes first: you had %(had)s in four weeks, half of the others %(usual)s or less.")  # fmt: skip
    return speech.text(said, had=had, usual=usual)


def _refused(answer: Refused, machine: str) -> str:
    return render_template("refused.html", against=whys(answer.objections, machine), machine=machine)
