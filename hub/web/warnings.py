"""Which warnings do I have, till when, and how do I say that one is wrong? A member's own (R53); the staff's page is strikes.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.sanctions import Act, Standing
from hub.ports import StrikeEvent
from hub.services import sanctions
from hub.services.refused import Refused
from hub.web.house import house, me, now, voice
from hub.web.signing import somebody, to_sign_in
from hub.web.typed import reason
from hub.web.whys import Why, whys
from hub.words import Voice
from hub.words.catalogs import mark
from hub.words.letters import cause_of

blueprint = Blueprint("warnings", __name__, url_prefix="/warnings")


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning that counts: what for, how much, about which machine, till when, and what became of an objection."""

    id: str
    cause: str
    weight: str
    about: str
    until: str
    answer: str
    appealable: bool


@blueprint.before_request
def members_only() -> Response | None:
    """A stranger signs in first and comes back."""
    return None if me() else to_sign_in()


@blueprint.get("/<key>/appeal")
def ask_appeal(key: str) -> str:
    """Why is it wrong?"""
    return _page(key)


@blueprint.post("/<key>/appeal")
def appeal(key: str) -> Response | tuple[str, int]:
    """Tell the staff."""
    person, at, words = somebody(), now(), reason()
    answer = house().store.write(lambda tx: sanctions.appeal(tx, key, person, words, at))
    if isinstance(answer, Refused):
        return _page(key, whys(answer.objections)), 422
    flash(voice().text(mark("Sent: somebody of the staff reads it and answers.")), "free")
    return redirect(url_for("mine.mine"), 303)


def warnings_of(stands: Standing, events: Iterable[StrikeEvent], speech: Voice) -> list[Warned]:
    """The warnings that count now, newest first."""
    told: dict[str, list[StrikeEvent]] = {}
    for event in events:
        told.setdefault(event.strike, []).append(event)
    counting = {one.id: one.until for one in stands.strikes}
    shown = [
        _warned(told[name], speech.date(until), speech) for name, until in counting.items() if name in told
    ]
    return shown[::-1]


def _warned(told: list[StrikeEvent], until: str, speech: Voice) -> Warned:
    first = min(told, key=lambda event: event.at)
    acts = {event.kind: event for event in told}
    cause = cause_of(str(first.data.get("cause", "")), speech)
    half = int(first.data.get("halves", 2)) == 1
    return Warned(
        id=first.strike,
        cause=cause[:1].upper() + cause[1:],
        weight=speech.text(mark("half a warning")) if half else speech.text(mark("one warning")),
        about=f"{first.data.get('machine', '')}, {speech.date(first.at)}, ",
        until=until,
        answer=_answer(acts, speech),
        appealable=Act.APPEALED not in acts,
    )


def _answer(acts: dict[str, StrikeEvent], speech: Voice) -> str:
    if Act.UPHELD in acts:
        said = acts[Act.UPHELD].data.get("reason", "")
        return speech.text(mark("The staff looked at it, and it stays: %(reason)s"), reason=said)
    return speech.text(mark("You objected; the staff will answer.")) if Act.APPEALED in acts else ""


def _page(key: str, against: list[Why] | None = None) -> str:
    person = somebody()
    told = house().store.read(lambda tx: tx.strikes.events(key))
    if not told or told[0].person != person.id:
        abort(404)
    one = _warned(list(told), "", voice())
    return render_template("appeal.html", one=one, against=against or [], reason=reason())
