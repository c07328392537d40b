"""The closures, and a machine that is out: what would fall is shown first, and falls only when it is meant."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.vocabulary import MachineStatus, Reason
from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import granted, problem
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Closure, Reservation, Tx
from hub.services import closing, taking_out
from hub.services.closing import Plan
from hub.services.letting_in import Scope
from hub.services.showing import machine_shown
from hub.services.taking_out import Outage
from hub.words.languages import LANGUAGES

routes = Routes()
FAR = timedelta(days=3660)  # ten years either way: every closure there is


@routes.add(
    "GET",
    "/closures",
    scope=Scope.READ,
    query=("machine", "from", "to", "limit", "cursor"),
    answer="ClosurePage",
)
def closures(ask: Ask) -> Answer:
    """The closures of the caller's lab, newest first."""
    lab, zone, limit, before = ask.person.lab, ask.zone(), ask.limit(), ask.before()
    start, end = ask.time("from", zone) or ask.now - FAR, ask.time("to", zone) or ask.now + FAR
    machine = ask.query.get("machine")
    rows = [
        one
        for one in _newest(ask.read(lambda tx: tx.machines.closures_in(lab, start, end)))
        if machine in (None, one.machine) and (before is None or (one.start, one.id) < before)
    ]
    shown, cursor = cut(rows[: limit + 1], limit, lambda one: (one.start, one.id))
    return Answer(shapes.page([shapes.closure(one) for one in shown], cursor))


def _newest(rows: Iterable[Closure]) -> Sequence[Closure]:
    return sorted(rows, key=lambda one: (one.start, one.id), reverse=True)


@routes.add(
    "POST",
    "/closures",
    scope=Scope.STAFF,
    form=forms.NewClosure,
    query=("preview",),
    success=201,
    answer="ClosureMade",
)
def close(ask: Ask) -> Answer:
    """Close the lab, or a machine; `preview=1` only lists what would fall."""
    plan = _plan(ask, read_form(forms.NewClosure, ask.body))
    if ask.flag("preview"):
        seen = granted(ask.read(lambda tx: closing.preview(tx, ask.person, plan, ask.now)))
        return Answer({"cancelled": _all(seen.cancelled), "going_on": _all(seen.going_on)})
    made = granted(ask.write(lambda tx: closing.close(tx, ask.person, plan, ask.now)))
    body = shapes.closure(made.closure) | {"cancelled": _all(made.cancelled)}
    return Answer(body, 201, {"Location": f"{PREFIX}/closures/{made.closure.id}"})


def _plan(ask: Ask, form: forms.NewClosure) -> Plan:
    zone = ask.zone(form.machine)
    machine = ask.read(lambda tx: tx.machines.get(form.machine or ""))
    lab = ask.person.lab if machine is None else machine.lab
    if form.machine is not None and not ask.is_staff(lab):
        raise not_found()
    return Plan(
        ask.staff_lab if form.machine is None else lab,
        form.machine,
        parse_time(form.start, "start", zone),
        parse_time(form.end, "end", zone),
        form.reason if isinstance(form.reason, str) else getattr(form.reason, LANGUAGES[0]),
        {} if isinstance(form.reason, str) else form.reason.model_dump(),
    )


@routes.add("GET", "/closures/{closure}", scope=Scope.READ, answer="Closure")
def closure(ask: Ask, closure: str) -> Answer:
    """One closure."""
    return Answer(shapes.closure(_closure(ask, closure)))


@routes.add("DELETE", "/closures/{closure}", scope=Scope.STAFF, answer="Closure")
def reopen(ask: Ask, closure: str) -> Answer:
    """Open again; what fell does not come back by itself."""
    old = _closure(ask, closure)
    if not ask.is_staff(old.lab):
        raise problem(Reason.FORBIDDEN)
    ask.must_match(shapes.closure(old))
    gone = granted(ask.write(lambda tx: closing.reopen(tx, ask.person, closure, ask.now)))
    return Answer(shapes.closure(gone))


def _closure(ask: Ask, identity: str) -> Closure:
    one = found(ask.read(lambda tx: tx.machines.closure(identity)))
    return found(one if ask.person.roles.get(one.lab) else None)


@routes.add(
    "PATCH",
    "/machines/{machine}",
    scope=Scope.STAFF,
    form=forms.ChangedMachine,
    query=("preview",),
    answer="Machine",
)
def change(ask: Ask, machine: str) -> Answer:
    """Take a machine out, until an instant or until further notice; or bring it back (`status: ok`)."""
    one = found(ask.read(lambda tx: tx.machines.get(machine)))
    if not ask.is_staff(one.lab):
        raise problem(Reason.FORBIDDEN)
    form = read_form(forms.ChangedMachine, ask.body)
    until = None if form.until is None else parse_time(form.until, "until", one.zone)
    ask.must_match(ask.read(lambda tx: _machine(tx, machine, ask.now)), private=False)
    outage = Outage(machine, form.status, until, form.reason)
    if ask.flag("preview"):
        hit = granted(ask.read(lambda tx: taking_out.preview(tx, ask.person, outage, ask.now)))
        return Answer({"cancelled": _all(hit.cancelled), "warned": _all(hit.warned)})
    granted(ask.write(lambda tx: _changed(tx, ask, outage)))
    return Answer(ask.read(lambda tx: _machine(tx, machine, ask.now)))


def _changed(tx: Tx, ask: Ask, outage: Outage) -> object:
    if outage.status is MachineStatus.OK:
        return taking_out.bring_back(tx, ask.person, outage.machine, ask.now)
    if outage.status in taking_out.MARKED:
        return taking_out.mark(tx, ask.person, outage.machine, (outage.status, outage.reason), ask.now)
    return taking_out.take_out(tx, ask.person, outage, ask.now)


def _machine(tx: Tx, name: str, now: datetime) -> dict[str, Any]:
    return shapes.machine(found(machine_shown(tx, name, now)))


def _all(ones: Iterable[Reservation]) -> list[dict[str, Any]]:
    return [shapes.reservation(one) for one in ones]
