"""What is wrong in the workshop, and what is due? Staff answer reports, note upkeep, and say what is down (R46, R48, R49)."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import Reason
from hub.ports import Severity, Verdict
from hub.services import reports, resources, upkeep
from hub.services.refused import Refused
from hub.services.resources import Failure
from hub.web.house import house, now, voice
from hub.web.outages import people_of, until_typed, whom
from hub.web.signing import somebody, staff_only
from hub.web.troubles import machine_of, opened, report_of, resource_of, severity
from hub.web.typed import LONGEST_REASON, reason
from hub.web.whys import whys
from hub.words.catalogs import mark, mark_many

blueprint = Blueprint("upkeep", __name__, url_prefix="/staff/upkeep")
blueprint.before_request(staff_only)
ANSWERED: Final[Mapping[Verdict, str]] = {
    Verdict.FALSE_ALARM: mark("Answered: a false alarm."),
    Verdict.MENDED: mark("Answered: mended."),
}


@blueprint.get("")
def overview() -> str:
    """All three lists."""
    return _page()


@blueprint.post("/reports/<report>/confirm")
def confirm(report: str) -> Response | tuple[str, int]:
    """It is so: nobody starts the machine until the report is answered."""
    by, at, _ = somebody(), now(), report_of(report)
    made = house().store.write(lambda tx: reports.confirm(tx, by, report, at))
    if isinstance(made, Refused):
        return _page(made.objections), _status(made)
    flash(voice().text(mark("Nobody can start %(machine)s until you answer the report."), machine=made.machine), "ending")  # fmt: skip
    return _back()


@blueprint.get("/reports/<report>/<verdict>")
def ask_answer(report: str, verdict: str) -> str:
    """What does that answer do? Before it is given."""
    return _answer_page(report, _verdict(verdict))


@blueprint.post("/reports/<report>/<verdict>")
def answer(report: str, verdict: str) -> Response | tuple[str, int]:
    """Say what it was."""
    by, at, said, _ = somebody(), now(), (_verdict(verdict), reason()), report_of(report)
    made = house().store.write(lambda tx: reports.answer(tx, by, report, said, at))
    if isinstance(made, Refused):
        return _answer_page(report, said[0], made.objections), _status(made)
    flash(voice().text(ANSWERED[said[0]]), "free")
    return _back()


@blueprint.post("/machines/<name>/done")
def done(name: str) -> Response | tuple[str, int]:
    """It was looked after: it counts anew."""
    by, at, _ = somebody(), now(), machine_of(name)
    text = request.form.get("note", "").strip()[:LONGEST_REASON]
    made = house().store.write(lambda tx: upkeep.done(tx, by, name, text, at))
    if isinstance(made, Refused):
        return _page(made.objections), _status(made)
    flash(voice().text(mark("Noted: %(machine)s counts anew from now on."), machine=name), "free")
    return _back()


@blueprint.get("/resources/<resource>/down")
def ask_down(resource: str) -> str:
    """Why, and until when?"""
    return _down_page(resource)


@blueprint.post("/resources/<resource>/down")
def down(resource: str) -> Response | str | tuple[str, int]:
    """First whom it hits; with `sure` it is down, and they are told."""
    by, at, until = somebody(), now(), until_typed()
    shared = resource_of(resource)
    if isinstance(until, Refused):
        return _down_page(resource, until.objections), 422
    failure = Failure(shared.id, until, reason())
    if request.form.get("sure") != "yes":
        seen = house().store.read(lambda tx: resources.preview(tx, by, failure, at))
        if isinstance(seen, Refused):
            return _down_page(resource, seen.objections), 422
        return _down_page(resource, (), whom(seen))
    hit = house().store.write(lambda tx: resources.take_down(tx, by, failure, at))
    if isinstance(hit, Refused):
        return _down_page(resource, hit.objections), 422
    told = mark_many("%(name)s is down; %(count)s person was told.", "%(name)s is down; %(count)s people were told.")  # fmt: skip
    people = people_of((*hit.cancelled, *hit.warned))
    flash(voice().count(*told, len(people), name=shared.name), "ending")
    return _back()


@blueprint.post("/resources/<resource>/up")
def up(resource: str) -> Response | tuple[str, int]:
    """It works again."""
    by, at, _ = somebody(), now(), resource_of(resource)
    made = house().store.write(lambda tx: resources.bring_up(tx, by, resource, at))
    if isinstance(made, Refused):
        return _page(made.objections), _status(made)
    flash(voice().text(mark("%(name)s works again."), name=made.name), "free")
    return _back()


def _verdict(said: str) -> Verdict:
    return Verdict(said) if said in set(Verdict) else abort(404)


def _status(against: Refused) -> int:
    return {Reason.CHANGED: 409, Reason.FORBIDDEN: 403}.get(against.code, 422)


def _back() -> Response:
    return redirect(url_for("upkeep.overview"), 303)


def _page(against: tuple[Objection, ...] = ()) -> str:
    lab, by, at, speech = house().lab.id, somebody(), now(), voice()
    shown = house().store.read(lambda tx: opened(tx, lab, by, at, speech))
    return render_template("upkeep.html", shown=shown, moment=at, against=whys(against))


def _answer_page(key: str, verdict: Verdict, against: tuple[Objection, ...] = ()) -> str:
    one = report_of(key)
    alarm = verdict is Verdict.FALSE_ALARM
    return render_template(
        "report_answer.html", one=one, look=severity(one, voice()), alarm=alarm,
        strikes=alarm and one.severity is not Severity.NOTICE, against=whys(against),
    )  # fmt: skip


def _down_page(key: str, against: tuple[Objection, ...] = (), seen: Mapping[str, Any] | None = None) -> str:
    form = {name: request.form.get(name, "") for name in ("until", "reason")}
    return render_template(
        "resource_down.html", one=resource_of(key), form=form, against=whys(against), **(seen or {})
    )
