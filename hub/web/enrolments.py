"""Whose badge is laid on a reader next? A person, a reader, four figures to compare, and 90 seconds (R57)."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from core.vocabulary import BadgeState
from hub.ports import Badge, Node, Person, Tx
from hub.services import enrolling, enrolling_at, facts, granting
from hub.services.refused import Refused
from hub.web import freshly
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.typed import instant_of
from hub.web.whys import Why, whys
from hub.words.catalogs import mark

blueprint = Blueprint("enrolments", __name__, url_prefix="/staff/badges")
blueprint.before_request(staff_only)


@dataclass(frozen=True, slots=True)
class Open:
    """An enrolment that was opened on this page: what the reader's display must show, and how long it lasts."""

    member: str
    node: str
    check: str
    since: datetime
    seconds: int


@blueprint.get("")
def badges() -> str:
    """The form, or the enrolment that is open, or what became of it."""
    return _page()


@blueprint.post("")
def start() -> Response | tuple[str, int]:
    """Open it at the reader."""
    if not freshly.retyped():
        flash(freshly.not_right(), "ending")
        return _page(), freshly.WRONG
    by, at = somebody(), now()
    member, node = request.form.get("member", ""), request.form.get("node", "")
    opened = house().store.write(lambda tx: enrolling_at.open_at(tx, by, member, node, at))
    if isinstance(opened, Refused):
        return _page(whys(opened.objections)), 422
    session["enrolling"] = [
        opened.member,
        opened.node,
        opened.check,
        opened.until.isoformat(),
        at.isoformat(),
    ]
    return redirect(url_for("enrolments.badges"), 303)


@blueprint.post("/<key>/lost")
def lost(key: str) -> Response:
    """A badge that was reported lost at the desk opens nothing any more."""
    by, at, lab = somebody(), now(), house().lab.id

    def rest(tx: Tx) -> Badge | None:
        known = tx.badges.get(key)
        if known is None or known.lab != lab:
            return None
        changed = enrolling.rest_badge(tx, key, BadgeState.LOST, by.id, at)
        granting.person_changed(tx, known.person, at)
        return changed

    done = house().store.write(rest) or abort(404)
    flash(voice().text(mark("Reported lost: it opens nothing any more.")), "ending")
    return redirect(url_for("enrolments.badges", member=done.person), 303)


def _page(against: list[Why] | None = None) -> str:
    lab, opened = house().lab.id, _opened()
    chosen = opened.member if opened else request.values.get("member", "")

    def read(tx: Tx) -> tuple[list[Person], list[Node], list[Badge]]:
        people = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
        nodes = [one for one in tx.nodes.all(lab) if one.retired is None]
        known = any(one.id == chosen for one in people)
        return people, nodes, list(tx.badges.of(chosen)) if known else []

    people, nodes, held = house().store.read(read)
    done = opened is not None and any(one.added >= opened.since for one in held)
    if done:
        session.pop("enrolling", None)
    return render_template(
        "enrolments.html",
        people=people,
        nodes=nodes,
        held=[one for one in held if one.state is BadgeState.ACTIVE],
        chosen=next((one for one in people if one.id == chosen), None),
        node=request.form.get("node", ""),
        opened=None if done else opened,
        done=done,
        against=against or [],
    )


def _opened() -> Open | None:
    """The enrolment that this session opened and whose time is not over."""
    said = session.get("enrolling")
    if not isinstance(said, list) or len(said) != 5:
        return None
    until, since = instant_of(said[3]), instant_of(said[4])
    if until is None or since is None or until <= now():
        return None
    return Open(said[0], said[1], said[2], since, max(1, int((until - now()).total_seconds())))
