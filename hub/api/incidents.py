"""The log of near misses and incidents, for staff alone: list it, write it down, close it with what was done (R50)."""

from typing import Any

from hub.api import incident_forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Incident
from hub.services import incidents
from hub.services.incidents import Happened
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/incidents", scope=Scope.STAFF, query=("limit", "cursor"), answer="IncidentPage")
def everything(ask: Ask) -> Answer:
    """The lab's incidents and near misses, newest first by when they happened."""
    lab, limit, before = ask.staff_lab, ask.limit(), ask.before()
    rows = ask.read(lambda tx: tx.incidents.page(lab, limit + 1, before))
    shown, cursor = cut(rows, limit, lambda one: (one.at, one.id))
    return Answer(shapes.page([_shape(one) for one in shown], cursor))


@routes.add(
    "POST", "/incidents", scope=Scope.STAFF, form=incident_forms.NewIncident, success=201, answer="Incident"
)
def write_down(ask: Ask) -> Answer:
    """Write down what happened, or nearly did."""
    lab, form = ask.staff_lab, read_form(incident_forms.NewIncident, ask.body)
    at = parse_time(form.at, "at", ask.zone())
    happened = Happened(form.kind, form.machine, at, form.words, tuple(form.concerned))
    made = granted(ask.write(lambda tx: incidents.log(tx, ask.person, lab, happened, ask.now)))
    return Answer(_shape(made), 201, {"Location": f"{PREFIX}/incidents/{made.id}"})


@routes.add("GET", "/incidents/{incident}", scope=Scope.STAFF, answer="Incident")
def one_incident(ask: Ask, incident: str) -> Answer:
    """One of them."""
    return Answer(_shape(_ours(ask, incident)))


@routes.add(
    "PATCH",
    "/incidents/{incident}",
    scope=Scope.STAFF,
    form=incident_forms.ChangedIncident,
    answer="Incident",
)
def change(ask: Ask, incident: str) -> Answer:
    """Say more of it, close it with what was done, or open it again."""
    old = _ours(ask, incident)
    ask.must_match(_shape(old))
    values: dict[str, Any] = read_form(incident_forms.ChangedIncident, ask.body).model_dump(
        exclude_unset=True
    )
    if "at" in values:
        values["at"] = parse_time(values["at"], "at", ask.zone())
    changed = ask.write(lambda tx: incidents.change(tx, ask.person, old, values, ask.now))
    return Answer(_shape(granted(changed)))


def _ours(ask: Ask, identity: str) -> Incident:
    one = found(ask.read(lambda tx: tx.incidents.get(identity)))
    return found(one if ask.is_staff(one.lab) else None)


def _shape(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "machine": one.machine,
        "at": shapes.when(one.at),
        "words": one.words,
        "concerned": list(one.concerned),
        "by": one.by,
        "made": shapes.when(one.made),
        "done": one.done,
        "closed": shapes.when(one.closed),
        "closed_by": one.closed_by,
    }
