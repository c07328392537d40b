"""Several machines at once for a group: all of them or none, and where one is taken, times at which all are free (R21, S45)."""

from datetime import datetime
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.vocabulary import Reason
from hub.ports import Machine, Person, Tx
from hub.services import facts, grouping
from hub.services.grouping import GroupWish
from hub.services.refused import refused
from hub.services.reserving import NotReserved, Slot
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.typed import instant_of, note, span_in
from hub.web.whys import Why
from hub.words.catalogs import mark

blueprint = Blueprint("groups", __name__, url_prefix="/staff/groups")
blueprint.before_request(staff_only)


@blueprint.get("")
def form() -> str:
    """The fields."""
    return _page()


@blueprint.post("")
def book() -> Response | tuple[str, int]:
    """All or none."""
    by, span = somebody(), _span()
    machines = tuple(request.form.getlist("machine"))
    if span is None or not machines:
        field = "start" if span is None else "machines"
        return _page(NotReserved(refused(Reason.INVALID, {"field": field}).objections)), 422
    heads = request.form.get("heads", type=int) or 0
    wish = GroupWish(machines, request.form.get("member") or by.id, *span, heads, by.id, note())
    answer = grouping.book(house().store, wish, now())
    if isinstance(answer, NotReserved):
        return _page(answer), 409 if answer.only_late else 422
    said = mark("Booked for the group: %(machines)s.")
    names = ", ".join(one.machine for one in answer)
    flash(voice().text(said, machines=names), "free")
    return redirect(url_for("keeping.reservation", key=answer[0].id), 303)


def _span() -> tuple[datetime, datetime] | None:
    """The time: that of an alternative that was chosen, else the fields."""
    start, _, end = request.form.get("instead", "").partition("/")
    chosen = instant_of(start), instant_of(end)
    if chosen[0] is not None and chosen[1] is not None:
        return chosen[0], chosen[1]
    return span_in(*(request.form.get(name, "") for name in ("day", "since", "until")))


def _page(answer: NotReserved | None = None) -> str:
    lab, speech = house().lab.id, voice()

    def read(tx: Tx) -> tuple[list[Machine], list[Person]]:
        people = sorted(facts.everybody(tx, lab), key=lambda one: one.name.casefold())
        return list(tx.machines.all(lab=lab)), people

    machines, people = house().store.read(read)
    return render_template(
        "groups.html",
        machines=machines,
        people=people,
        chosen=request.form.getlist("machine"),
        field=lambda name, usual="": request.form.get(name, usual),
        me_id=somebody().id,
        against=_whys(answer) if answer else [],
        near=_times(answer.alternatives) if answer else [],
        say=speech.span,
    )


def _whys(answer: NotReserved) -> list[Why]:
    """Every objection with the machine that it is about."""
    speech = voice()
    found = []
    for one in answer.objections:
        machine = str(one.params.get("machine", ""))
        text = speech.say(one.code, one.params)
        found.append(Why(f"{machine}: {text}" if machine else text, "", None))
    return found


def _times(slots: tuple[Slot, ...]) -> list[Slot]:
    """One slot for each time: all the machines are free then."""
    ordered = sorted(slots, key=lambda slot: (slot.start, slot.end))
    return [next(same) for _, same in groupby(ordered, key=lambda slot: (slot.start, slot.end))]
