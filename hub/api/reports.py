"""The reports of members: say that a machine is not well, and for staff: take it out, or answer what it was (R46)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from core.vocabulary import Reason
from hub.api import forms, shapes, upkeep_forms
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import Problem, granted, invalid
from hub.api.routes import Routes
from hub.ports import Report
from hub.services import pictures, reports
from hub.services.letting_in import Scope
from hub.services.refused import Refused, wait_s
from hub.services.reports import Said

routes = Routes()
MOST_BYTES = pictures.MOST_BYTES * 4 // 3 + 16 * 1024  # a picture in base64, and the words


def made_ready(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with its photo made anew: that takes a while, so it is done before anybody waits for the database."""
    sent = body.get("photo")
    if not isinstance(sent, str):
        return body
    try:
        picture = pictures.clean(base64.b64decode(sent, validate=True))
    except (binascii.Error, ValueError):
        raise invalid("photo") from None
    if isinstance(picture, pictures.Wrong):
        raise invalid("photo", why=picture.value)
    return {**body, "photo": base64.b64encode(picture).decode()}


@routes.add(
    "POST",
    "/machines/{machine}/reports",
    scope=Scope.BOOK,
    form=upkeep_forms.NewReport,
    success=201,
    answer="Report",
    most_bytes=MOST_BYTES,
    prepare=made_ready,
)
def report(ask: Ask, machine: str) -> Answer:
    """Report a machine: a danger stops new starts at once, out of order when two members say so; nothing that runs is cut."""
    form = read_form(upkeep_forms.NewReport, ask.body)
    picture = None if form.photo is None else base64.b64decode(form.photo)
    said = Said(machine, form.severity, form.words, form.category, picture)
    made = ask.write(lambda tx: reports.report(tx, ask.person, said, ask.now))
    if isinstance(made, Refused) and made.code is Reason.RATE_LIMITED:
        raise Problem(made.objections, headers={"Retry-After": str(wait_s(made, ask.now))})
    body = granted(made)
    return Answer(_shape(body), 201, {"Location": f"{PREFIX}/reports/{body.id}"})


@routes.add("GET", "/reports", scope=Scope.STAFF, query=("limit", "cursor"), answer="ReportPage")
def all_reports(ask: Ask) -> Answer:
    """What members reported in the lab, newest first."""
    lab, limit = ask.staff_lab, ask.limit()
    rows = ask.read(lambda tx: tx.reports.page(lab, limit + 1, ask.before()))
    shown, cursor = cut(rows, limit, lambda one: (one.at, one.id))
    return Answer(shapes.page([_shape(one) for one in shown], cursor))


@routes.add("GET", "/reports/{report}", scope=Scope.READ, answer="Report")
def one_report(ask: Ask, report: str) -> Answer:
    """One report: one's own, or for staff."""
    return Answer(_shape(_seen(ask, report)))


@routes.add("GET", "/reports/{report}/photo", scope=Scope.READ, answer=pictures.MEDIA_TYPE)
def photo(ask: Ask, report: str) -> Answer:
    """The picture that came with a report: one's own, or for staff."""
    _seen(ask, report)
    return Answer(found(ask.read(lambda tx: tx.reports.picture(report))), mimetype=pictures.MEDIA_TYPE)


@routes.add("POST", "/reports/{report}/confirm", scope=Scope.STAFF, form=forms.Nothing, answer="Report")
def confirm(ask: Ask, report: str) -> Answer:
    """Let it take effect: nobody starts the machine until the report is answered."""
    ask.must_match(_shape(_seen(ask, report)))
    read_form(forms.Nothing, ask.body)
    return Answer(_shape(granted(ask.write(lambda tx: reports.confirm(tx, ask.person, report, ask.now)))))


@routes.add(
    "POST", "/reports/{report}/answer", scope=Scope.STAFF, form=upkeep_forms.ReportAnswer, answer="Report"
)
def answer(ask: Ask, report: str) -> Answer:
    """Say what it was: the machine can be used again; a false alarm is a strike for who reported."""
    ask.must_match(_shape(_seen(ask, report)))
    form = read_form(upkeep_forms.ReportAnswer, ask.body)
    said = (form.answer, form.reason)
    return Answer(
        _shape(granted(ask.write(lambda tx: reports.answer(tx, ask.person, report, said, ask.now))))
    )


def _seen(ask: Ask, identity: str) -> Report:
    one = found(ask.read(lambda tx: tx.reports.get(identity)))
    return found(one if one.person == ask.person.id or ask.is_staff(one.lab) else None)


def _shape(one: Report) -> dict[str, Any]:
    return {
        "id": one.id,
        "machine": one.machine,
        "member": one.person,
        "severity": one.severity.value,
        "category": one.category.value,
        "words": one.words,
        "photo": f"{PREFIX}/reports/{one.id}/photo" if one.photo else None,
        "at": shapes.when(one.at),
        "lockout": one.lock,
        "answer": one.answer and one.answer.value,
        "answered": shapes.when(one.answered),
        "reason": one.reason,
    }
