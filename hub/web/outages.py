"""A machine is broken or in maintenance: whose bookings does it hit, and who hears when it is back? Consequences first.

This is about bookings and what the pages say. What keeps people's hands safe is a lock (staff.py), and the plug.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import Objection
from core.vocabulary import MachineStatus, Reason
from hub.ports import Machine, Reservation
from hub.services import taking_out
from hub.services.refused import Refused, refused
from hub.services.taking_out import Hit, Outage
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.typed import instant_of, reason
from hub.web.whys import whys
from hub.words.catalogs import mark, mark_many

blueprint = Blueprint("outages", __name__, url_prefix="/staff/machines")
blueprint.before_request(staff_only)
STATUSES = {
    MachineStatus.OUT_OF_ORDER: mark("It is broken"),
    MachineStatus.MAINTENANCE: mark("It is being serviced"),
}


@blueprint.get("/<name>/out")
def ask_out(name: str) -> str:
    """Why, and until when?"""
    return _page(_machine(name))


@blueprint.post("/<name>/out")
def take_out(name: str) -> Response | str | tuple[str, int]:
    """First whom it hits; with `sure` take it out, and tell them."""
    machine, by, at = _machine(name), somebody(), now()
    outage = _outage(name)
    if isinstance(outage, Refused):
        return _page(machine, outage.objections), 422
    if request.form.get("sure") != "yes":
        seen = house().store.read(lambda tx: taking_out.preview(tx, by, outage, at))
        return (
            (_page(machine, seen.objections), 422) if isinstance(seen, Refused) else _page(machine, (), seen)
        )
    done = house().store.write(lambda tx: taking_out.take_out(tx, by, outage, at))
    if isinstance(done, Refused):
        return _page(machine, done.objections), 422
    told = mark_many("%(machine)s is out; %(count)s person was told.", "%(machine)s is out; %(count)s people were told.")  # fmt: skip
    people = people_of((*done.cancelled, *done.warned))
    flash(voice().count(*told, len(people), machine=name), "ending")
    return redirect(url_for("staff.now_page"), 303)


@blueprint.get("/<name>/back")
def ask_back(name: str) -> str:
    """Is it ready?"""
    return _back_page(name)


@blueprint.post("/<name>/back")
def bring_back(name: str) -> Response | tuple[str, int]:
    """It works again; whoever was warned hears it."""
    _machine(name)
    by, at = somebody(), now()
    done = house().store.write(lambda tx: taking_out.bring_back(tx, by, name, at))
    if isinstance(done, Refused):
        return _back_page(name, done.objections), 409 if done.code is Reason.CHANGED else 422
    flash(voice().text(mark("%(machine)s is in service again."), machine=name), "free")
    return redirect(url_for("staff.now_page"), 303)


def _outage(name: str) -> Outage | Refused:
    """What the form asks for."""
    until = until_typed()
    if isinstance(until, Refused):
        return until
    wanted = request.form.get("status", "")
    status = MachineStatus(wanted) if wanted in set(STATUSES) else MachineStatus.OUT_OF_ORDER
    return Outage(name, status, until, reason())


def until_typed() -> datetime | Refused | None:
    """The end in the form, None: nobody knows; one that is typed and makes no sense is said, not passed over."""
    typed = request.form.get("until", "").strip()
    until = instant_of(typed)
    return refused(Reason.INVALID, {"field": "until"}) if typed and until is None else until


def whom(seen: Hit | None) -> dict[str, Any]:
    """What _hit.html shows of a preview: the bookings, and their holders by name."""
    hit = (*seen.cancelled, *seen.warned) if seen else ()
    names = house().store.read(lambda tx: dict(tx.people.names(sorted(people_of(hit))))) if hit else {}
    return {"seen": seen, "hit": hit, "people": len(people_of(hit)), "names": names}


def people_of(hit: Iterable[Reservation]) -> set[str]:
    """Whose these bookings are."""
    return {one.person for one in hit}


def _machine(name: str) -> Machine:
    found = house().store.read(lambda tx: tx.machines.get(name))
    return found if found is not None and found.lab == house().lab.id else abort(404)


def _page(machine: Machine, against: tuple[Objection, ...] = (), seen: Hit | None = None) -> str:
    return render_template(
        "outage.html",
        machine=machine,
        statuses={status.value: voice().text(word) for status, word in STATUSES.items()},
        form={name: request.form.get(name, "") for name in ("status", "until", "reason")},
        against=whys(against),
        **whom(seen),
    )


def _back_page(name: str, against: tuple[Objection, ...] = ()) -> str:
    machine = _machine(name)
    return render_template(
        "back.html", machine=machine, out=machine.status in taking_out.OUT, against=whys(against)
    )
