"""What nearly went wrong, or did? Staff write it down, and close it with what was done (R50). Nobody else sees the page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import Reason
from hub.ports import Incident, IncidentKind, Machine, Person, Tx
from hub.services import facts, incidents
from hub.services.incidents import Happened
from hub.services.refused import Refused, refused
from hub.web.house import house, now, voice
from hub.web.looks import Look
from hub.web.signing import somebody, staff_only
from hub.web.typed import LONGEST_REASON, instant_of
from hub.web.whys import Why, whys
from hub.words.catalogs import mark

blueprint = Blueprint("incidents", __name__, url_prefix="/staff/incidents")
blueprint.before_request(staff_only)
SHOWN: Final = 50  # the latest; older ones by the API
KINDS: Final[Mapping[IncidentKind, tuple[str, str]]] = {
    IncidentKind.NEAR_MISS: ("ending", mark("near miss")),
    IncidentKind.INCIDENT: ("out", mark("incident")),
}
LACKS: Final[Mapping[str, str]] = {
    "at": mark("Say when it was: not in the future."),
    "words": mark("Say in a few words what happened."),
    "done": mark("Say what was done, so that it does not happen again."),
}


class Shown(NamedTuple):
    """One entry, and the names of whom it concerned; `by`: who wrote it down."""

    one: Incident
    look: Look
    concerned: str
    by: str


class Page(NamedTuple):
    """All that the page shows."""

    open: tuple[Shown, ...]
    closed: tuple[Shown, ...]
    machines: tuple[Machine, ...]
    people: tuple[Person, ...]


@blueprint.get("")
def overview() -> str:
    """The log, what is open first, and the form for one more."""
    return _page()


@blueprint.post("")
def write_down() -> Response | tuple[str, int]:
    """Write it down."""
    by, lab, moment = somebody(), house().lab.id, now()
    happened = _happened()
    if isinstance(happened, Refused):
        return _page(happened.objections), 422
    made = house().store.write(lambda tx: incidents.log(tx, by, lab, happened, moment))
    if isinstance(made, Refused):
        return _page(made.objections), 422
    flash(voice().text(mark("Written down. Only staff read it.")), "free")
    return _back()


@blueprint.post("/<incident>/close")
def close(incident: str) -> Response | tuple[str, int]:
    """Close it with what was done."""
    done = request.form.get("done", "").strip()[:LONGEST_REASON]
    return _changed(incident, {"done": done, "closed": True})


@blueprint.post("/<incident>/reopen")
def reopen(incident: str) -> Response | tuple[str, int]:
    """That was not all."""
    return _changed(incident, {"closed": False})


def _changed(key: str, values: Mapping[str, Any]) -> Response | tuple[str, int]:
    by, lab, moment = somebody(), house().lab.id, now()

    def change(tx: Tx) -> Incident | Refused | None:
        seen = tx.incidents.get(key)
        if seen is None or seen.lab != lab:
            return None
        if values["closed"] == (seen.closed is not None):
            return refused(Reason.CHANGED)
        return incidents.change(tx, by, seen, values, moment)

    made = house().store.write(change)
    if made is None:
        abort(404)
    if isinstance(made, Refused):
        return _page(made.objections), 409 if made.code is Reason.CHANGED else 422
    said = mark("Closed.") if made.closed else mark("Open again.")
    flash(voice().text(said), "free" if made.closed else "booked")
    return _back()


def _happened() -> Happened | Refused:
    kind, at = request.form.get("kind", ""), instant_of(request.form.get("at", ""))
    if at is None or kind not in set(IncidentKind):
        return refused(Reason.INVALID, {"field": "at" if at is None else "kind"})
    words = request.form.get("words", "").strip()[:LONGEST_REASON]
    who = tuple(request.form.getlist("concerned"))
    return Happened(IncidentKind(kind), request.form.get("machine") or None, at, words, who)


def _back() -> Response:
    return redirect(url_for("incidents.overview"), 303)


def _page(against: tuple[Objection, ...] = ()) -> str:
    lab, speech = house().lab.id, voice()
    shown = house().store.read(lambda tx: _shown(tx, lab))
    kinds = {kind.value: speech.text(words) for kind, (_, words) in KINDS.items()}
    typed = {name: request.form.get(name, "") for name in ("kind", "machine", "words", "at", "done")}
    typed["at"] = typed["at"] or _wall(now())
    return render_template(
        "incidents.html", shown=shown, kinds=kinds, typed=typed, chosen=request.form.getlist("concerned"),
        moment=now(), against=_lacks(against),
    )  # fmt: skip


def _wall(at: datetime) -> str:
    """As a field for local time writes it."""
    return at.astimezone(house().zone).strftime("%Y-%m-%dT%H:%M")


def _lacks(against: tuple[Objection, ...]) -> list[Why]:
    """The same as whys, but for what a form of this page can lack: that in its own words."""
    known = LACKS.get(str(against[0].params.get("field", ""))) if against else None
    return [Why(voice().text(known), "")] if known else whys(against)


def _shown(tx: Tx, lab: str) -> Page:
    found = tx.incidents.page(lab, SHOWN)
    names = tx.people.names(sorted({who for one in found for who in (one.by, *one.concerned)}))
    shown = [
        Shown(one, _look(one), ", ".join(names.get(who, "") for who in one.concerned), names.get(one.by, ""))
        for one in found
    ]
    people = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
    return Page(
        tuple(one for one in shown if one.one.closed is None),
        tuple(one for one in shown if one.one.closed is not None),
        tuple(tx.machines.all(lab=lab)),
        tuple(people),
    )


def _look(one: Incident) -> Look:
    kind, words = KINDS[one.kind]
    return Look("free" if one.closed else kind, voice().text(words))
