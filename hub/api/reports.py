"""The reports of members: say that a machine is not well, and for staff: take it out, or answer what it was (R46)."""

from datetime import datetime
from typing import Any

from core.timeline import instant
from core.vocabulary import Reason
from hub.api import forms, shapes, upkeep_forms
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import Problem, granted
from hub.api.routes import Routes
from hub.ports import Report
from hub.services import reports
from hub.services.letting_in import Scope
from hub.services.refused import Refused
from hub.services.reports import Said

routes = Routes()


@routes.add(
    "POST",
    "/machines/{machine}/reports",
    scope=Scope.BOOK,
    form=upkeep_forms.NewReport,
    success=201,
    answer="Report",
)
def report(ask: Ask, machine: str) -> Answer:
    """Report a machine: a danger stops new starts at once, out of order when two members say so; nothing that runs is cut."""
    form = read_form(upkeep_forms.NewReport, ask.body)
    said = Said(machine, form.severity, form.words)
    made = ask.write(lambda tx: reports.report(tx, ask.person, said, ask.now))
    if isinstance(made, Refused) and made.code is Reason.RATE_LIMITED:
        raise Problem(made.objections, headers={"Retry-After": _seconds_to(made, ask.now)})
    body = granted(made)
    return Answer(_shape(body), 201, {"Location": f"{PREFIX}/reports/{body.id}"})


def _seconds_to(said: Refused, now: datetime) -> str:
    again = instant(str(said.objections[0].params["from"]))
    return str(max(1, round((again - now).total_seconds())))


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
        "words": one.words,
        "at": shapes.when(one.at),
        "lockout": one.lock,
        "answer": one.answer and one.answer.value,
        "answered": shapes.when(one.answered),
        "reason": one.reason,
    }
