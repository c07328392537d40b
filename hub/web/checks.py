"""What do trainer and trainee confirm at a sign-off? Staff see and set each course's list, as the machine's display will show it.

A list that somebody else changed meanwhile is not written over: both are shown.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import Reason
from hub.ports import Course, Person, Tx
from hub.services import checklists
from hub.services.checklists import LANGUAGES, MOST, Item
from hub.services.refused import Refused, refused
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.whys import whys
from hub.words.catalogs import mark

blueprint = Blueprint("checks", __name__, url_prefix="/staff/courses")
blueprint.before_request(staff_only)
LONGEST = 2 * checklists.WIDTH + 1  # letters: two lines and the space between them


@blueprint.get("")
def courses() -> str:
    """The courses of the lab, and how long the list of each is."""
    lab = house().lab.id
    return render_template(
        "courses.html", courses=house().store.read(lambda tx: tx.certificates.courses(lab))
    )


@blueprint.get("/<name>/checklist")
def checklist(name: str) -> str:
    """The list of one course."""
    return _page(_course(name))


@blueprint.post("/<name>/checklist")
def save(name: str) -> Response | tuple[str, int]:
    """Let it hold from the next sign-off on."""
    course, by, at = _course(name), somebody(), now()
    items, seen = _typed(course.checklist), request.form.get("seen", "")
    saved = house().store.write(lambda tx: _save(tx, by, (name, seen), items, at))
    if isinstance(saved, Refused):
        return _page(_course(name), items, saved.objections), 409 if saved.code is Reason.CHANGED else 422
    flash(voice().text(mark("Saved: it is asked from the next sign-off on.")), "free")
    return redirect(url_for("checks.courses"), 303)


def _save(
    tx: Tx, by: Person, known: tuple[str, str], items: Sequence[Item], at: datetime
) -> Course | Refused:
    name, seen = known
    present = tx.certificates.course(name)
    if present is not None and _seen(present.checklist) != seen:
        return refused(Reason.CHANGED)
    return checklists.save(tx, by, name, items, at)


def _course(name: str) -> Course:
    found = house().store.read(lambda tx: tx.certificates.course(name))
    return found if found is not None and found.lab == house().lab.id else abort(404)


def _typed(before: Sequence[Item]) -> list[dict[str, str]]:
    """The rows in which something is written; a row keeps its name, a new one gets a free one."""
    taken = {one["id"] for one in before}
    fresh = (f"item-{number}" for number in range(1, 100) if f"item-{number}" not in taken)
    found = []
    for at in range(MOST):
        words = {lang: request.form.get(f"{lang}.{at}", "").strip() for lang in LANGUAGES}
        known = request.form.get(f"id.{at}", "")
        if any(words.values()):
            found.append({"id": known if known in taken else next(fresh), **words})
    return found


def _seen(items: Iterable[Mapping[str, str]]) -> str:
    """Names the list that a form was made of."""
    return hashlib.sha256(json.dumps([dict(one) for one in items], sort_keys=True).encode()).hexdigest()[:16]


def _page(course: Course, typed: Sequence[Item] | None = None, against: tuple[Objection, ...] = ()) -> str:
    rows = list(course.checklist if typed is None else typed)
    return render_template(
        "checklist.html",
        course=course,
        rows=[*rows, *({} for _ in range(MOST - len(rows)))],
        seen=_seen(course.checklist),
        longest=LONGEST,
        against=whys(against),
    )
