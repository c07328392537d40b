"""The upkeep of a machine, for staff: how it stands, who did it last, and note that it is done (R48)."""

from typing import Any

from hub.api import shapes, upkeep_forms
from hub.api.door import Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Machine, Tx, Upkeep
from hub.services import upkeep
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/machines/{machine}/upkeep", scope=Scope.STAFF, answer="UpkeepHere")
def here(ask: Ask, machine: str) -> Answer:
    """How the upkeep of a machine stands, and what was done, newest first."""
    one = _ours(ask, machine)
    return Answer(ask.read(lambda tx: _here(tx, one, ask)))


@routes.add(
    "POST",
    "/machines/{machine}/upkeep",
    scope=Scope.STAFF,
    form=upkeep_forms.UpkeepDone,
    success=201,
    answer="Upkeep",
)
def done(ask: Ask, machine: str) -> Answer:
    """Note that it was looked after: hours and days count anew, and whoever may starts it again."""
    _ours(ask, machine)
    note = read_form(upkeep_forms.UpkeepDone, ask.body).note
    made = granted(ask.write(lambda tx: upkeep.done(tx, ask.person, machine, note, ask.now)))
    return Answer(_shape(made), 201)


def _ours(ask: Ask, name: str) -> Machine:
    one = found(ask.read(lambda tx: tx.machines.get(name)))
    if not ask.is_staff(one.lab):
        raise not_found()
    return one


def _here(tx: Tx, machine: Machine, ask: Ask) -> dict[str, Any]:
    count = upkeep.counted(tx, machine, ask.now)
    return {
        "machine": machine.id,
        "stands": machine.upkeep,
        "power_s": count.power_s,
        "time_s": count.time_s,
        "after_h": count.after_h,
        "after_d": count.after_d,
        "done": [_shape(one) for one in tx.upkeeps.of(machine.id)],
    }


def _shape(one: Upkeep) -> dict[str, Any]:
    return {
        "id": one.id,
        "machine": one.machine,
        "at": shapes.when(one.at),
        "by": one.by,
        "note": one.note,
    }
