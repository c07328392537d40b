"""On what terms is somebody a member? Staff see and change it: until when, with whom quotas are shared, day pass, consent (R15, R22, R23).

Only what was changed in the form is written, so that two people at two desks do not undo one another.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.timeline import DAY_MIN, at_local
from core.vocabulary import Reason, Role
from hub.ports import Person, Tx
from hub.services import facts, membership, roles
from hub.services.refused import Refused, refused
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.whys import Why, whys
from hub.words import Voice
from hub.words.catalogs import mark
from hub.words.languages import OWN_NAMES

blueprint = Blueprint("members", __name__, url_prefix="/staff/members")
blueprint.before_request(staff_only)
YEARS = range(1890, 2200)  # of a birthday, and of the end of a membership
LONGEST_NAME = 200
STATES: Mapping[str, str] = {
    "active": mark("member"),
    "prospect": mark("not yet a member"),
    "suspended": mark("member, suspended"),
}
WORKS: Mapping[Role, str] = {
    Role.TRAINER: mark("trainer"),
    Role.STAFF: mark("staff"),
    Role.MANAGER: mark("manager"),
}


@blueprint.get("")
def members() -> str:
    """Who is to be looked at, and his page."""
    return page(request.args.get("member", ""))


@blueprint.post("/<key>")
def change(key: str) -> Response | tuple[str, int]:
    """Write down what was changed."""
    by, at = somebody(), now()
    member = house().store.read(lambda tx: tx.people.get(key))
    if member is None or member.lab != house().lab.id:
        abort(404)
    values = _changed()
    if isinstance(values, Refused):
        return page(key, whys(values.objections)), 422
    saved = house().store.write(lambda tx: membership.change(tx, by, member, values, at))
    if isinstance(saved, Refused):
        return page(key, whys(saved.objections)), 422
    flash(voice().text(mark("Saved.")), "free")
    return redirect(url_for("members.members", member=key), 303)


def shown(one: Person, speech: Voice) -> dict[str, str]:
    """What stands in the form's fields."""

    def day_before(at: datetime | None) -> str:
        return speech.local_date(at - timedelta(seconds=1)).isoformat() if at else ""

    return {
        "name": one.name,
        "lang": one.lang,
        "status": one.status.value,
        "member_until": day_before(one.member_until),
        "birth": one.birth.isoformat() if one.birth else "",
        "household": one.household or "",
        "organisation": one.organisation or "",
        "pass_day": one.pass_day.isoformat() if one.pass_day else "",
        "host": one.host or "",
        "consent_until": day_before(one.consent_until),
    }


def _changed() -> dict[str, Any] | Refused:
    """The fields that say something else than the form did when it was opened, as values."""
    found: dict[str, Any] = {}
    for name, read in READ.items():
        typed = request.form.get(name, "").strip()
        if name not in request.form or typed == request.form.get(f"was.{name}", ""):
            continue
        try:
            found[name] = read(typed)
        except ValueError:
            return refused(Reason.INVALID, {"field": name})
    return found


def _name(typed: str) -> str:
    if not 0 < len(typed) <= LONGEST_NAME or not typed.isprintable():
        raise ValueError(typed)
    return typed


def _one_of(known: Mapping[str, str]) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if typed not in known:
            raise ValueError(typed)
        return typed

    return read


def _day(typed: str) -> date | None:
    day = date.fromisoformat(typed) if typed else None
    if day is not None and day.year not in YEARS:
        raise ValueError(typed)
    return day


def _last_day(typed: str) -> datetime | None:
    """The end of that day, in the lab's time."""
    day = _day(typed)
    return at_local(day, DAY_MIN, house().lab.zone) if day else None


def _text(typed: str) -> str | None:
    if not typed.isprintable():
        raise ValueError(typed)
    return typed or None


READ: Mapping[str, Callable[[str], Any]] = {
    "name": _name, "lang": _one_of(OWN_NAMES), "status": _one_of(STATES), "member_until": _last_day, "birth": _day,
    "household": _text, "organisation": _text, "pass_day": _day, "host": _text, "consent_until": _last_day,
}  # fmt: skip


def page(key: str, against: list[Why] | None = None) -> str:
    """The page of the member `key`, what was typed kept; of nobody, the choice alone."""
    lab, by = house().lab.id, somebody()

    def read(tx: Tx) -> tuple[list[Person], list[str]]:
        everybody = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
        return everybody, [one.id for one in tx.certificates.courses(lab)]

    people, courses = house().store.read(read)
    chosen = next((one for one in people if one.id == key), None)
    was = shown(chosen, voice()) if chosen else {}
    typed = {name: request.form.get(name, text) for name, text in was.items()}
    return render_template(
        "members.html", people=people, chosen=chosen, was=was, typed=typed, against=against,
        states={one: voice().text(word) for one, word in STATES.items()}, tongues=OWN_NAMES, courses=courses,
        works={one: voice().text(word) for one, word in WORKS.items()}, work=roles.work_of(chosen, lab) if chosen else None,
        gives_roles=chosen is not None and chosen.id != by.id and by.has(Role.MANAGER, lab),
    )  # fmt: skip
