"""What is wrong with this machine? A member says so on its page, and reads what happens now (R46)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.vocabulary import Reason, Trouble
from hub.ports import Machine, Person, Report, Severity
from hub.services import pictures, reports
from hub.services.refused import Refused, wait_s
from hub.services.reports import Said
from hub.web.house import house, me, now, voice
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
TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.MACHINE: mark("the machine"),
    Trouble.TOOL: mark("tool or lens"),
    Trouble.EXTRACTION: mark("extraction"),
    Trouble.COMPUTER: mark("the computer"),
    Trouble.FIRE: mark("fire, smoke or injury"),
    Trouble.OTHER: mark("something else"),
}  # as the tablet at the machine calls them
NO_PICTURE: Final[Mapping[pictures.Wrong, str]] = {
    pictures.Wrong.NO_PICTURE: mark("This is no picture that we can read: send a JPEG, PNG or WebP."),
    pictures.Wrong.TOO_LARGE: mark("This picture is too large: %(most)s MB at most."),
    pictures.Wrong.TOO_MANY_PIXELS: mark("This picture has too many pixels: take a smaller one."),
}
MEGABYTE: Final = 1024 * 1024
READ_BYTES: Final = (
    12 * MEGABYTE
)  # so that who sends too large a picture reads that in words, with what he typed kept
NOW: Final[Mapping[tuple[Severity, bool], tuple[str, str]]] = {
    (Severity.DANGER, True): ("ending", mark("Nobody can start %(machine)s from now on, and staff are told. Who is at it now hears of it.")),
    (Severity.OUT_OF_ORDER, True): ("ending", mark("A second member says so: nobody can start %(machine)s from now on, and staff are told.")),
    (Severity.OUT_OF_ORDER, False): ("booked", mark("Staff are told. %(machine)s can still be used, until a second member says so too.")),
    (Severity.NOTICE, False): ("booked", mark("Staff are told. %(machine)s can still be used.")),
}  # fmt: skip


@blueprint.url_value_preprocessor
def with_room(endpoint: str | None, _values: Mapping[str, str] | None) -> None:
    """A member's report may bring a picture: the form's guard reads the whole body before the view does."""
    if endpoint == "reporting.report" and me() is not None:
        request.max_content_length = READ_BYTES


@blueprint.get("/machines/<name>/report")
def ask(name: str) -> str:
    """The form by itself."""
    return _page(_machine(name, somebody()))


@blueprint.post("/machines/<name>/report")
def report(name: str) -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Take it down, and say what it does at once."""
    by, at = somebody(), now()
    machine, said = _machine(name, by), _said(name)
    if said is None:
        return _page(machine, [Why(voice().text(mark("Say how bad it is.")), "")]), 422
    picture = _picture()
    if isinstance(picture, pictures.Wrong):
        most = pictures.MOST_BYTES // MEGABYTE
        return _page(machine, [Why(voice().text(NO_PICTURE[picture], most=most), "")]), 422
    said = replace(said, picture=picture)
    made = house().store.write(lambda tx: reports.report(tx, by, said, at))
    if isinstance(made, Refused):
        return _no(machine, made, said, at)
    kind, words = NOW[made.severity, made.lock is not None]
    flash(voice().text(words, machine=name), kind)
    return redirect(url_for("machines.machine", name=name), 303)


@blueprint.get("/reports/<report>/photo")
def photo(report: str) -> Response:
    """The picture that came with a report, for the staff of its lab and for who reported."""
    by = somebody()
    seen = house().store.read(lambda tx: reports.picture_for(tx, by, report))
    return Response(seen, mimetype=pictures.MEDIA_TYPE) if seen is not None else abort(404)


def may_report(person: Person | None, machine: Machine) -> bool:
    """Whether the form is there for this person: whoever belongs to the machine's lab."""
    return person is not None and bool(person.roles.get(machine.lab))


def severities() -> dict[str, str]:
    """What a member may choose between, the gravest first."""
    return {one.value: voice().text(words) for one, words in SEVERITIES.items()}


def troubles() -> dict[str, str]:
    """What may be wrong."""
    return {one.value: voice().text(words) for one, words in TROUBLES.items()}


def trouble_of(one: Report) -> str:
    """What a report says is wrong, in words."""
    return voice().text(TROUBLES[one.category])


def _said(name: str) -> Said | None:
    how, what = request.form.get("severity", ""), request.form.get("category", "")
    words = request.form.get("words", "").strip()[:LONGEST_REASON]
    category = Trouble(what) if what in set(Trouble) else Trouble.OTHER
    return Said(name, Severity(how), words, category) if how in set(Severity) else None


def _picture() -> bytes | pictures.Wrong | None:
    """The picture that came with the form, made anew; None where none was chosen."""
    sent = request.files.get("photo")
    content = sent.read(pictures.MOST_BYTES + 1) if sent is not None else b""
    if not content and not (sent is not None and sent.filename):
        return None
    return pictures.clean(content)


def _no(machine: Machine, made: Refused, said: Said, at: datetime) -> tuple[str, int, dict[str, str]]:
    """What stands against it; where it was enough for today, also when to come again."""
    enough = made.code is Reason.RATE_LIMITED
    again = {"Retry-After": str(wait_s(made, at))} if enough else {}
    return _page(machine, _against(made, said)), 429 if enough else 422, again


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
    typed = {name: request.form.get(name, "") for name in ("severity", "category", "words")}
    return render_template(
        "report.html",
        machine=machine,
        severities=severities(),
        troubles=troubles(),
        typed=typed,
        against=against or [],
    )
