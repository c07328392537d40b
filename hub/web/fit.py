"""Are the boxes beside the machines fit? Their nightly tests for staff, and a button that asks for one now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from core.vocabulary import Phase, Reason
from hub.services import fitness, ordering
from hub.services.fitness import Fitness, Reported
from hub.services.ordering import Wanted
from hub.services.refused import Refused, refused
from hub.web.house import house, now, voice
from hub.web.looks import Look
from hub.web.reporting import TROUBLES
from hub.web.signing import somebody, staff_only
from hub.web.whys import whys
from hub.words import Voice
from hub.words.catalogs import mark

blueprint = Blueprint("fit", __name__, url_prefix="/staff/readers")
blueprint.before_request(staff_only)
STANDS: Final[Mapping[str, tuple[str, str]]] = {
    fitness.GOOD: ("free", mark("Fit")),
    fitness.WARN: ("ending", mark("Look at it")),
    fitness.BAD: ("out", mark("Not fit")),
    fitness.STALE: ("offline", mark("No test for two nights")),
    fitness.NEVER: ("closed", mark("Never tested")),
}
PARTS: Final[Mapping[str, str]] = {
    "keeper": mark("safety program"),
    "extraction": mark("extraction"),
    "feedback": mark("relay contact"),
    "estop": mark("emergency stop"),
    "bypass": mark("bypass key"),
    "busy": mark("work sensor"),
    "journal": mark("journal"),
    "closing": mark("closing of the relay"),
    "reader": mark("badge reader"),
    "display": mark("display"),
    "link": mark("network"),
    "clock": mark("clock"),
    "voltage": mark("supply voltage"),
    "temperature": mark("temperature"),
    "card": mark("wear of the card"),
    "disk": mark("room on the card"),
}
CATEGORIES: Final[Mapping[str, str]] = {
    **{one.value: words for one, words in TROUBLES.items()},
    "danger": mark("danger, by the button"),
    "first-layer": mark("nobody looked at the first layer"),
    "shelf-damaged": mark("the memory was damaged"),
}
SEVERITIES: Final[Mapping[str, str]] = {
    "danger": mark("danger"),
    "fault": mark("does not work well"),
    "notice": mark("small flaw"),
}


@dataclass(frozen=True, slots=True)
class Amiss:
    """A part that is not good, in words; `said` is the box's own sentence."""

    part: str
    bad: bool
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One box."""

    id: str
    machine: str
    look: Look
    when: str
    amiss: tuple[Amiss, ...]
    closing: str
    reports: tuple[str, ...]


@blueprint.get("")
def readers() -> str:
    """All of them."""
    return _page()


@blueprint.post("/<node>/test")
def test(node: str) -> Response | tuple[str, int]:
    """Ask for a selftest now: it powers nothing."""
    by, at = somebody(), now()
    box = house().store.read(lambda tx: tx.nodes.get(node))
    if box is None or box.lab != house().lab.id:
        abort(404)
    if box.live.get("phase", Phase.IDLE) != Phase.IDLE:
        return _page(refused(Reason.OCCUPIED)), 422
    machine = box.machine
    answer = house().store.write(lambda tx: ordering.order(tx, by, machine, (Wanted.SELFTEST, None), at))
    if isinstance(answer, Refused):
        return _page(answer), 422
    flash(
        voice().text(
            mark("%(machine)s tests itself. The result is here in a quarter of a minute."), machine=machine
        ),
        "booked",
    )
    return redirect(url_for("fit.readers"), 303)


def _page(against: Refused | None = None) -> str:
    speech, at = voice(), now()
    boxes = house().store.read(lambda tx: fitness.of_lab(tx, house().lab.id))
    rows = [_row(box, box.stands(at), speech) for box in boxes]
    return render_template("readers.html", rows=rows, against=whys(against.objections) if against else [])


def _row(box: Fitness, stands: str, speech: Voice) -> Row:
    kind, word = STANDS[stands]
    parts = box.last.parts if box.last else {}
    said = box.last.words if box.last else {}
    amiss = tuple(
        Amiss(_named(PARTS, part, speech), result == fitness.BAD, str(said.get(part) or ""))
        for part, result in parts.items()
        if result in (fitness.WARN, fitness.BAD)
    )
    return Row(
        box.node.id,
        box.node.machine,
        Look(kind, speech.text(word)),
        speech.moment(box.last.at, now()) if box.last else "",
        amiss,
        _closing(box, speech),
        tuple(_report(one, speech) for one in box.reports),
    )


def _closing(box: Fitness, speech: Voice) -> str:
    if box.closing is None:
        return speech.text(mark("not seen yet"))
    good = box.closing.result == fitness.GOOD
    said = mark("closed, %(when)s") if good else mark("did not close, %(when)s")
    return speech.text(said, when=speech.moment(box.closing.at, now()))


def _report(one: Reported, speech: Voice) -> str:
    what = _named(CATEGORIES, one.category, speech)
    return f"{speech.moment(one.at, now())}: {what}, {_named(SEVERITIES, one.severity, speech)}"


def _named(words: Mapping[str, str], key: str, speech: Voice) -> str:
    return speech.text(words[key]) if key in words else key
