"""What is wrong with this machine? A member says so on its page, and reads what happens now (R46)."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.vocabulary import Reason
from hub.ports import Machine, Person, Severity
from hub.services import reports
from hub.services.refused import Refused
from hub.services.reports import Said
from hub.web.house import house, now, voice
from hub.web.signing import somebody
from hub.web.typed import LONGEST_REASON
from hub.web.whys import Why, whys
from hub.words.catalogs import mark

blueprint = Blueprint("reporting", __name__)
SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.DANGER: mark("It is dangerous: nobody can start it from now on"),
    Severity.OUT_OF_ORDER: mark("It does not work: with a second member who says so, nobody can start it"),
    Severity.NOTICE: mark("A small flaw: it can still be used"),
}
NOW: Final[Mapping[tuple[Severity, bool], tuple[str, str]]] = {
    (Severity.DANGER, True): ("ending", mark("Nobody can start %(machine)s from now on, and staff are told. Who is at it now hears of it.")),
    (Severity.OUT_OF_ORDER, True): ("ending", mark("A second member says so: nobody can start %(machine)s from now on, and staff are told.")),
    (Severity.OUT_OF_ORDER, False): ("booked", mark("Staff are told. %(machine)s can still be used, until a second member says so too.")),
    (Severity.NOTICE, False): ("booked", mark("Staff are told. %(machine)s can still be used.")),
}  # fmt: skip


@blueprint.get("/machines/<name>/report")
def ask(name: str) -> str:
    """The form by itself."""
    return _page(_machine(name, somebody()))


@blueprint.post("/machines/<name>/report")
def report(name: str) -> Response | tuple[str, int]:
    """Take it down, and say what it does at once."""
    by, at = somebody(), now()
    machine, said = _machine(name, by), _said(name)
    if said is None:
        return _page(machine, [Why(voice().text(mark("Say how bad it is.")), "")]), 422
    made = house().store.write(lambda tx: reports.report(tx, by, said, at))
    if isinstance(made, Refused):
        return _page(machine, _against(made, said)), 422
    kind, words = NOW[made.severity, made.lock is not None]
    flash(voice().text(words, machine=name), kind)
    return redirect(url_for("machines.machine", name=name), 303)


def may_report(person: Person | None, machine: Machine) -> bool:
    """Whether the form is there for this person: whoever belongs to the machine's lab."""
    return person is not None and bool(person.roles.get(machine.lab))


def severities() -> dict[str, str]:
    """What a member may choose between, the gravest first."""
    return {one.value: voice().text(words) for one, words in SEVERITIES.items()}


def _said(name: str) -> Said | None:
    how = request.form.get("severity", "")
    words = request.form.get("words", "").strip()[:LONGEST_REASON]
    return Said(name, Severity(how), words) if how in set(Severity) else None


def _against(answer: Refused, said: Said) -> list[Why]:
    speech = voice()
    if answer.code is Reason.INVALID:
        return [Why(speech.text(mark("Say in a few words what is wrong.")), "")]
    if answer.code is not Reason.RATE_LIMITED:
        return whys(answer.objections)
    most = reports.MOST_A_DAY[said.severity]
    enough = speech.text(
        mark("That is enough for today: you have reported like this %(most)s times."), most=most
    )
    return [Why(enough, speech.text(mark("Somebody of the staff is the right one to ask now.")))]


def _machine(name: str, by: Person) -> Machine:
    found = house().store.read(lambda tx: tx.machines.get(name))
    if found is None or found.lab != house().lab.id or not may_report(by, found):
        abort(404)
    return found


def _page(machine: Machine, against: list[Why] | None = None) -> str:
    typed = {name: request.form.get(name, "") for name in ("severity", "words")}
    return render_template(
        "report.html", machine=machine, severities=severities(), typed=typed, against=against or []
    )
