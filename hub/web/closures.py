"""When are we closed, and what does it cost whom? The staff see the bookings that fall before they close, and may open again."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from hub.ports import Closure, Machine, Tx
from hub.services import closing
from hub.services.closing import Consequences, Plan
from hub.services.refused import Refused
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.typed import instant_of, reason
from hub.web.whys import whys
from hub.words.catalogs import mark, mark_many

blueprint = Blueprint("closures", __name__, url_prefix="/staff/closures")
blueprint.before_request(staff_only)
AHEAD = timedelta(days=400)  # what is listed
Listed = tuple[tuple[Closure, ...], tuple[Machine, ...]]


@blueprint.get("")
def closures() -> str:
    """What is closed from now on, and the form for one more."""
    return _page()


@blueprint.post("")
def close() -> Response | str | tuple[str, int]:
    """First what falls; with `sure` close, and tell everybody whom it hits."""
    by, at = somebody(), now()
    plan = _plan()
    if plan is None:
        flash(voice().text(mark("Say from when till when.")), "ending")
        return _page(), 422
    if request.form.get("sure") != "yes":
        seen = house().store.read(lambda tx: closing.preview(tx, by, plan, at))
        return (_page(seen.objections), 422) if isinstance(seen, Refused) else _preview(plan, seen)
    done = house().store.write(lambda tx: closing.close(tx, by, plan, at))
    if isinstance(done, Refused):
        return _page(done.objections), 422
    fell = mark_many("Closed. %(count)s booking was cancelled, its holder knows.", "Closed. %(count)s bookings were cancelled, their holders know.")  # fmt: skip
    flash(voice().count(*fell, len(done.cancelled)), "free")
    return redirect(url_for("closures.closures"), 303)


@blueprint.post("/<key>/reopen")
def reopen(key: str) -> Response | tuple[str, int]:
    """Open again; what fell stays fallen, the time is free for everybody."""
    by, at = somebody(), now()
    done = house().store.write(lambda tx: closing.reopen(tx, by, key, at))
    if isinstance(done, Refused):
        return _page(done.objections), 404 if done.code == "NOT_FOUND" else 422
    flash(voice().text(mark("Open again: the time is free for everybody.")), "free")
    return redirect(url_for("closures.closures"), 303)


def _plan() -> Plan | None:
    """The closure that the form asks for; None where its times make no sense."""
    start, end = instant_of(request.form.get("start", "")), instant_of(request.form.get("end", ""))
    if start is None or end is None:
        return None
    return Plan(house().lab.id, request.form.get("machine") or None, start, end, reason())


def _preview(plan: Plan, seen: Consequences) -> str:
    """Whom it would hit, by name: the staff may have to call them."""
    people = sorted({one.person for one in (*seen.cancelled, *seen.going_on)})
    names = house().store.read(lambda tx: dict(tx.people.names(people)))
    held = {one.person for one in seen.cancelled}
    return render_template("closing.html", plan=plan, seen=seen, names=names, people=len(held))


def _page(against: tuple[Objection, ...] = ()) -> str:
    lab, at = house().lab.id, now()

    def read(tx: Tx) -> Listed:
        return tuple(tx.machines.closures_in(lab, at, at + AHEAD)), tuple(tx.machines.all(lab=lab))

    listed, machines = house().store.read(read)
    return render_template(
        "closures.html",
        closures=listed,
        machines=machines,
        against=whys(against),
        form={name: request.form.get(name, "") for name in ("machine", "start", "end", "reason")},
    )
