"""The lockouts: take a machine out, see whether it knows, give it back."""

from datetime import timedelta
from typing import Any

from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import granted, invalid
from hub.api.routes import Routes
from hub.ports import Lock, Tx
from hub.services import locking_out
from hub.services.letting_in import Scope

routes = Routes()
NEXT = timedelta(days=14)  # how far a preview looks for bookings


@routes.add("GET", "/lockouts", scope=Scope.STAFF, query=("limit", "cursor"), answer="LockoutPage")
def lockouts(ask: Ask) -> Answer:
    """All lockouts of the lab, newest first."""
    lab, limit = ask.staff_lab, ask.limit()
    rows = ask.read(lambda tx: tx.locks.page(lab, limit + 1, ask.before()))
    shown, cursor = cut(rows, limit, lambda one: (one.since, one.id))
    return Answer(shapes.page(ask.read(lambda tx: [_shape(tx, one) for one in shown]), cursor))


@routes.add(
    "POST",
    "/lockouts",
    scope=Scope.STAFF,
    form=forms.NewLockout,
    query=("preview",),
    success=201,
    answer="Lockout",
)
def lock(ask: Ask) -> Answer:
    """Take a machine out; `preview=1` only lists what that would mean."""
    form, by = read_form(forms.NewLockout, ask.body), ask.person.id
    if ask.flag("preview"):
        return _preview(ask, form.machine)
    made = granted(
        ask.write(lambda tx: locking_out.lock(tx, by, form.machine, form.kind, form.reason, ask.now))
    )
    body = ask.read(lambda tx: _shape(tx, made))
    return Answer(body, 201, {"Location": f"{PREFIX}/lockouts/{made.id}"})


def _preview(ask: Ask, name: str) -> Answer:
    machine = found(ask.read(lambda tx: tx.machines.get(name)))
    if not ask.is_staff(machine.lab):
        raise not_found()
    taken = ask.read(lambda tx: tx.bookings.taken(name, ask.now, ask.now + NEXT))
    running = ask.read(lambda tx: tx.sessions.running(name))
    sessions = [shapes.session(running)] if running else []
    return Answer({"reservations": [shapes.reservation(one) for one in taken], "sessions": sessions})


@routes.add("GET", "/lockouts/{lockout}", scope=Scope.STAFF, answer="Lockout")
def lockout(ask: Ask, lockout: str) -> Answer:
    """One lockout."""
    one = _ours(ask, lockout)
    return Answer(ask.read(lambda tx: _shape(tx, one)))


@routes.add("PATCH", "/lockouts/{lockout}", scope=Scope.STAFF, form=forms.ChangedLockout, answer="Lockout")
def change(ask: Ask, lockout: str) -> Answer:
    """Lift it: `{"lifted": true, "reason"}`."""
    form = read_form(forms.ChangedLockout, ask.body)
    if not form.lifted:
        raise invalid("lifted")
    return _lift(ask, lockout, form.reason)


@routes.add("POST", "/lockouts/{lockout}/lift", scope=Scope.STAFF, form=forms.Perhaps, answer="Lockout")
def lift(ask: Ask, lockout: str) -> Answer:
    """Lift it: the owner, or a manager with a reason."""
    return _lift(ask, lockout, read_form(forms.Perhaps, ask.body).reason)


@routes.add("DELETE", "/lockouts/{lockout}", scope=Scope.STAFF, answer="Lockout")
def remove(ask: Ask, lockout: str) -> Answer:
    """Lift one's own."""
    return _lift(ask, lockout, read_form(forms.Perhaps, ask.body).reason)


def _lift(ask: Ask, identity: str, reason: str) -> Answer:
    old = _ours(ask, identity)
    ask.must_match(ask.read(lambda tx: _shape(tx, old)))
    lifted = granted(ask.write(lambda tx: locking_out.lift(tx, ask.person.id, identity, reason, ask.now)))
    return Answer(ask.read(lambda tx: _shape(tx, lifted)))


def _ours(ask: Ask, identity: str) -> Lock:
    one = found(ask.read(lambda tx: tx.locks.get(identity)))
    if not ask.is_staff(one.lab):
        raise not_found()
    return one


def _shape(tx: Tx, one: Lock) -> dict[str, Any]:
    return shapes.lockout(one, tx.nodes.at(one.machine))
