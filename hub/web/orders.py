"""What may staff ask of a machine from the page? To finish, or to clear its emergency stop or fault.

Both have a page of their own before them: whoever resets has looked at the machine.
"""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from core.vocabulary import Inhibit
from hub.ports import Machine
from hub.services import ordering
from hub.services.ordering import Wanted
from hub.services.refused import Refused
from hub.web.house import house, is_crew, me, now, voice
from hub.web.signing import to_sign_in
from hub.web.whys import Why, whys
from hub.words.catalogs import mark

blueprint = Blueprint("orders", __name__, url_prefix="/staff/machines")
ORDERS = {
    "finish": (Wanted.STOP, None),
    "reset-estop": (Wanted.RESET, Inhibit.ESTOP),
    "reset-fault": (Wanted.RESET, Inhibit.FAULT),
}
TITLES = {
    "finish": mark("End the session on %(machine)s"),
    "reset-estop": mark("Clear the emergency stop of %(machine)s"),
    "reset-fault": mark("Clear the fault of %(machine)s"),
}


@blueprint.before_request
def crew_only() -> Answer | None:
    """Strangers sign in, members are told that it is not theirs."""
    if me() is None:
        return to_sign_in()
    return None if is_crew(me()) else abort(403)


@blueprint.get("/<name>/<what>")
def ask(name: str, what: str) -> str:
    """What will it do? Before it is done."""
    return _page(_machine(name), what)


@blueprint.post("/<name>/<what>")
def order(name: str, what: str) -> Answer | tuple[str, int]:
    """Send the order; the machine's state shows what became of it."""
    machine, person, at = _machine(name), me(), now()
    if what not in ORDERS or person is None:
        abort(404)
    answer = house().store.write(lambda tx: ordering.order(tx, person, name, ORDERS[what], at))
    if isinstance(answer, Refused):
        return _page(machine, what, whys(answer.objections)), 403 if answer.code == "FORBIDDEN" else 422
    flash(voice().text(mark("%(machine)s: sent. The table shows what it does."), machine=name), "booked")
    return redirect(url_for("staff.now_page"), 303)


def _page(machine: Machine, what: str, against: list[Why] | None = None) -> str:
    if what not in TITLES:
        abort(404)
    title = voice().text(TITLES[what], machine=machine.id)
    return render_template("order.html", machine=machine, what=what, title=title, against=against or [])


def _machine(name: str) -> Machine:
    found = house().store.read(lambda tx: tx.machines.get(name))
    if found is None or found.lab != house().lab.id:
        abort(404)
    return found
