"""Which warnings does a member have, and is one of them wrong? The staff read the objections, take back or let stand."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.sanctions import STEPS_D, Standing
from hub.ports import Person, StrikeEvent, Tx
from hub.services import facts, sanctions
from hub.services.refused import Refused
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.typed import reason
from hub.web.warnings import warnings_of
from hub.web.whys import whys
from hub.words.catalogs import mark

blueprint = Blueprint("strikes", __name__, url_prefix="/staff/warnings")
blueprint.before_request(staff_only)


@blueprint.get("")
def strikes() -> str:
    """Whose?"""
    return _page(request.args.get("member", ""))


@blueprint.post("/<key>/<what>")
def decide(key: str, what: str) -> Response | tuple[str, int]:
    """Take it back, or let it stand against an objection; with a reason that the member reads."""
    does = {"withdraw": sanctions.withdraw, "uphold": sanctions.uphold}.get(what) or abort(404)
    by, at, why = somebody(), now(), reason()
    answer = house().store.write(lambda tx: does(tx, key, by, why, at))
    if isinstance(answer, Refused):
        told = house().store.read(lambda tx: tx.strikes.events(key))
        return _page(told[0].person if told else "", answer.objections), 404 if not told else 422
    said = (
        mark("Taken back: the member knows.") if what == "withdraw" else mark("It stays: the member knows.")
    )
    flash(voice().text(said), "free")
    return redirect(url_for("strikes.strikes", member=answer.person), 303)


@blueprint.post("/<member>/ban")
def lengthen(member: str) -> Response | tuple[str, int]:
    """A human makes the pause longer than the seven days that come by themselves; with a reason that the member reads."""
    by, at, lab = somebody(), now(), house().lab.id
    terms = (request.form.get("days", type=int) or 0, reason())
    answer = house().store.write(lambda tx: sanctions.lengthen(tx, lab, member, by, terms, at))
    if isinstance(answer, Refused):
        return _page(member, answer.objections), 422
    flash(voice().text(mark("The pause is longer now: the member knows why.")), "ending")
    return redirect(url_for("strikes.strikes", member=member), 303)


def _page(member: str, against: tuple[Objection, ...] = ()) -> str:
    lab, at = house().lab.id, now()

    def read(tx: Tx) -> tuple[list[Person], Standing, tuple[StrikeEvent, ...]]:
        people = sorted(facts.everybody(tx, lab), key=lambda one: one.name)
        known = any(one.id == member for one in people)
        told = tuple(tx.strikes.of(member, lab)) if known else ()
        return people, sanctions.standing_of(tx, member, lab, at) if known else Standing(), told

    people, stands, told = house().store.read(read)
    words = {one.strike: one.data.get("reason", "") for one in told if one.kind == "appealed"}
    return render_template(
        "strikes.html",
        people=people,
        chosen=next((one for one in people if one.id == member), None),
        warnings=warnings_of(stands, told, voice()),
        words=words,
        barred=stands.barred_until,
        longer=[days for days in STEPS_D[1:] if stands.ban and days <= stands.ban.asked_d],
        against=whys(against),
    )
