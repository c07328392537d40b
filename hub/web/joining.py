"""Who is new here, and who works here? Staff add a member, send the link to a password; the manager says who works as what.

The link goes to the member's own address and is shown to nobody; a role asks for the manager's password once more.
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from core.vocabulary import Reason, Role
from hub.ports import Person
from hub.services import inviting, membership, roles
from hub.services.membership import NewMember
from hub.services.refused import Refused, refused
from hub.services.roles import Work
from hub.web import freshly
from hub.web.house import house, now, voice
from hub.web.members import READ, page
from hub.web.signing import somebody, staff_only
from hub.web.whys import whys
from hub.words.catalogs import mark
from hub.words.languages import OWN_NAMES

ASKED = ("name", "lang", "birth", "household", "organisation", "member_until")  # read as on a member's page
Done = Response | tuple[str, int]


def pages(limiter: Limiter) -> Blueprint:
    """The blueprint, beside a member's own page."""
    blueprint = Blueprint("joining", __name__, url_prefix="/staff/members")
    blueprint.before_request(staff_only)
    blueprint.get("/new")(form)
    blueprint.post("/new")(add)
    blueprint.post("/<key>/invite")(invite)
    blueprint.post("/<key>/roles")(freshly.limited(limiter, give_roles))
    return blueprint


def form(against: Refused | None = None) -> str:
    """Who is it?"""
    typed = {name: request.form.get(name, "") for name in (*ASKED, "email")}
    wrong = against.objections[0].params.get("field") if against else None
    return render_template(
        "joining.html", typed=typed, tongues=OWN_NAMES, against=whys(against.objections) if against else [], wrong=wrong,
    )  # fmt: skip


def add() -> Done:
    """Let somebody in."""
    by, at, new = somebody(), now(), _typed()
    if isinstance(new, Refused):
        return form(new), 422
    made = house().store.write(lambda tx: membership.add(tx, by, by.lab, new, at))
    if isinstance(made, Refused):
        return form(made), 422
    said = mark("%(name)s is a member now. A mail brings the link to a password to %(email)s.")
    flash(voice().text(said, name=made.name, email=made.email), "free")
    return redirect(url_for("members.members", member=made.id), 303)


def invite(key: str) -> Done:
    """Send the link once more."""
    by, at, member = somebody(), now(), _ours(key)
    sent = house().store.write(lambda tx: inviting.invite(tx, by, member, at))
    if isinstance(sent, Refused):
        return page(key, whys(sent.objections)), 422
    said = mark("A mail brings the link to a password to %(email)s.")
    flash(voice().text(said, email=member.email), "free")
    return redirect(url_for("members.members", member=key), 303)


def give_roles(key: str) -> Done:
    """Say as what somebody works here."""
    by, at, member = somebody(), now(), _ours(key)
    if not freshly.retyped():
        flash(freshly.not_right(), "out")
        return page(key), freshly.WRONG
    wanted = [one for one in request.form.getlist("role") if one in set(Role)]
    work = Work(frozenset(Role(one) for one in wanted), frozenset(request.form.getlist("teaches")))
    given = house().store.write(lambda tx: roles.give(tx, by, member, work, at))
    if isinstance(given, Refused):
        return page(key, whys(given.objections)), 403 if given.code is Reason.FORBIDDEN else 422
    flash(voice().text(mark("Saved.")), "free")
    return redirect(url_for("members.members", member=key), 303)


def _typed() -> NewMember | Refused:
    """What was typed of the new member; INVALID {field} for the first that makes no sense."""
    found: dict[str, Any] = {}
    for name in ASKED:
        try:
            found[name] = READ[name](request.form.get(name, "").strip())
        except ValueError:
            return refused(Reason.INVALID, {"field": name})
    return NewMember(email=request.form.get("email", "").strip(), **found)


def _ours(key: str) -> Person:
    found = house().store.read(lambda tx: tx.people.get(key))
    return found if found is not None and found.lab == house().lab.id else abort(404)
