"""What happens in the workshop now, who may do what, and what is locked? The staff's pages, for staff and trainers.

Whatever ends something has a page of its own before it; a lock is shown as in force only when the machine has said so.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from core.vocabulary import LockKind
from hub.ports import Course, Lock, Machine, Person, Tx
from hub.services import certifying, facts, locking_out
from hub.services.certifying import CertificateShown
from hub.services.refused import Refused
from hub.web.frame import live
from hub.web.house import house, me, now, voice
from hub.web.looks import Look
from hub.web.reading import Place, workshop
from hub.web.rows import row_of
from hub.web.signing import crew_only
from hub.web.whys import Why, whys
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.before_request(crew_only)
LONGEST_REASON = 500  # characters
T = TypeVar("T")


@blueprint.get("")
def now_page() -> str:
    """The table of now."""
    return render_template("staff_now.html", **_now())


@blueprint.get("/live")
def now_live() -> Response:
    """The table alone, for htmx."""
    return live(render_template("_staff_now.html", **_now()))


def _now() -> dict[str, object]:
    speech, person = voice(), _person()

    def read(tx: Tx) -> tuple[list[Place], dict[str, str], int]:
        places = list(workshop(tx, house().lab.id, now()).places.values())
        people = {place.running.person for place in places if place.running}
        people |= {slot.person for place in places for slot in place.taken if slot.start <= now() < slot.end}
        people |= {lock.by for place in places for lock in place.locks if lock.by}
        return places, dict(tx.people.names(sorted(people))), tx.reports.waiting(house().lab.id)

    places, names, waiting = house().store.read(read)
    rows = [row_of(place, names, person, speech) for place in places]
    nodes = [place.node for place in places if place.node is not None]
    moment = f"{speech.long_day(now())}, {speech.time(now())}"
    return {
        "rows": rows,
        "moment": moment[:1].upper() + moment[1:],
        "pending": [(row.id, lock) for row in rows for lock in row.locks if not lock.in_force],
        "offline": [node.machine for node in nodes if not node.online],
        "nodes": len(nodes),
        "waiting": waiting,
        "due": [row.id for row in rows if row.upkeep],
        "may_lock": person.is_staff(house().lab.id),
    }


@blueprint.get("/machines/<name>/lock")
def ask_lock(name: str) -> str:
    """Why is it taken out? Consequences first."""
    return _lock_page(_machine(name))


@blueprint.post("/machines/<name>/lock")
def lock(name: str) -> Answer | tuple[str, int]:
    """Take it out."""
    kind = LockKind.OUT if request.form.get("kind") == LockKind.OUT else LockKind.LOCKOUT
    machine = _machine(name)
    by, reason, at = _person().id, _reason(), now()
    answer = _write(lambda tx: locking_out.lock(tx, by, name, kind, reason, at))
    if isinstance(answer, Refused):
        return _lock_page(machine, whys(answer.objections)), _status(answer)
    flash(voice().text(mark("%(machine)s: locked out in your name."), machine=name), "ending")
    return redirect(url_for("staff.now_page"), 303)


@blueprint.get("/locks/<key>/lift")
def ask_lift(key: str) -> str:
    """Is the machine ready again?"""
    return _lift_page(key)


@blueprint.post("/locks/<key>/lift")
def lift(key: str) -> Answer | tuple[str, int]:
    """Give the machine back; this starts nothing."""
    by, reason, at = _person().id, _reason(), now()
    answer = _write(lambda tx: locking_out.lift(tx, by, key, reason, at))
    if isinstance(answer, Refused):
        return _lift_page(key, whys(answer.objections)), _status(answer)
    flash(
        voice().text(mark("%(machine)s: back in service as soon as it confirms."), machine=answer.machine),
        "free",
    )
    return redirect(url_for("staff.now_page"), 303)


@blueprint.get("/certify")
def certify() -> str:
    """Who learnt what?"""
    return _certify_page()


@blueprint.post("/certify")
def grant() -> Answer | tuple[str, int]:
    """Sign a certificate."""
    member, course = request.form.get("member", ""), request.form.get("course", "")
    by, reason, at = _person().id, _reason(), now()
    answer = _write(lambda tx: certifying.grant(tx, by, member, course, at, reason))
    if isinstance(answer, Refused):
        return _certify_page(whys(answer.objections)), _status(answer)
    flash(voice().text(mark("Certified: %(course)s."), course=course), "free")
    return redirect(url_for("staff.certify", member=member), 303)


@blueprint.get("/certificates/<key>/revoke")
def ask_revoke(key: str) -> str:
    """Why is it taken away?"""
    return _revoke_page(key)


@blueprint.post("/certificates/<key>/revoke")
def revoke(key: str) -> Answer | tuple[str, int]:
    """Take the right away."""
    by, reason, at = _person().id, _reason(), now()
    answer = _write(lambda tx: certifying.revoke(tx, by, key, reason, at))
    if isinstance(answer, Refused):
        return _revoke_page(key, whys(answer.objections)), _status(answer)
    flash(
        voice().text(
            mark("Revoked: %(course)s. The machines obey as soon as they hear it."), course=answer.course
        ),
        "ending",
    )
    return redirect(url_for("staff.certify", member=answer.member), 303)


def _lock_page(machine: Machine, against: list[Why] | None = None) -> str:
    return render_template("lock.html", machine=machine, against=against or [], reason=_reason())


def _lift_page(key: str, against: list[Why] | None = None) -> str:
    def read(tx: Tx) -> tuple[Lock, str]:
        found = tx.locks.get(key)
        if found is None or found.lab != house().lab.id:
            abort(404)
        owner = found.owner or ""
        return found, dict(tx.people.names([owner])).get(owner, "")

    found, owner = house().store.read(read)
    mine = found.owner == _person().id
    return render_template(
        "lift.html", lock=found, owner=owner, mine=mine, against=against or [], reason=_reason()
    )


def _certify_page(against: list[Why] | None = None) -> str:
    chosen = request.values.get("member", "")

    def read(tx: Tx) -> tuple[list[Person], list[Course], list[CertificateShown]]:
        people = sorted(facts.everybody(tx, house().lab.id), key=lambda one: one.name.casefold())
        known = any(one.id == chosen for one in people)
        held = certifying.certificates_of(tx, chosen, now()) if known else []
        return people, list(tx.certificates.courses(house().lab.id)), held

    people, courses, held = house().store.read(read)
    return render_template(
        "certify.html",
        people=people,
        courses=courses,
        held=held,
        chosen=next((one for one in people if one.id == chosen), None),
        course=request.form.get("course", ""),
        against=against or [],
        stands=lambda one: _stands(one, voice()),
    )


def _stands(one: CertificateShown, speech: Voice) -> Look:
    """How a certificate stands, as a word."""
    if not one.missing:
        until = speech.text(mark("until %(time)s"), time=speech.date(one.until)) if one.until else ""
        return Look("free", speech.text(mark("Valid")), until)
    return Look("out", speech.text(mark("Not valid")), speech.say(one.missing[0].code, one.missing[0].params))


def _revoke_page(key: str, against: list[Why] | None = None) -> str:
    def read(tx: Tx) -> tuple[CertificateShown, str]:
        found = tx.certificates.get(key)
        if found is None or found.lab != house().lab.id:
            abort(404)
        return certifying.show(tx, found, now()), dict(tx.people.names([found.person])).get(found.person, "")

    shown, name = house().store.read(read)
    return render_template("revoke.html", one=shown, name=name, against=against or [], reason=_reason())


def _machine(name: str) -> Machine:
    found = house().store.read(lambda tx: tx.machines.get(name))
    if found is None or found.lab != house().lab.id:
        abort(404)
    return found


def _write(task: Callable[[Tx], T]) -> T:
    """Run in the writer's thread: `task` holds all it needs, nothing there knows of this request."""
    return house().store.write(task)


def _status(answer: Refused) -> int:
    """The status of a refusal: not yours, not there, changed meanwhile, or not acceptable as sent."""
    return {"FORBIDDEN": 403, "NOT_FOUND": 404, "CHANGED": 409}.get(answer.code, 422)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]


def _person() -> Person:
    person = me()
    if person is None:
        abort(403)
    return person
