"""What several machines depend on, for staff: name it, take it down with all its machines, bring it up again (R49)."""

from collections.abc import Iterable
from typing import Any

from hub.api import forms, shapes, upkeep_forms
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Reservation, Resource
from hub.services import naming, resources
from hub.services.letting_in import Scope
from hub.services.resources import Failure

routes = Routes()


@routes.add("GET", "/resources", scope=Scope.STAFF, answer="ResourcePage")
def everything(ask: Ask) -> Answer:
    """What machines of the lab depend on, by name."""
    lab = ask.staff_lab
    return Answer(shapes.page([_shape(one) for one in ask.read(lambda tx: tx.resources.all(lab))]))


@routes.add(
    "POST", "/resources", scope=Scope.STAFF, form=upkeep_forms.NewResource, success=201, answer="Resource"
)
def add(ask: Ask) -> Answer:
    """Say that machines depend on something."""
    form = read_form(upkeep_forms.NewResource, ask.body)
    said = (form.name, form.machines)
    made = granted(ask.write(lambda tx: resources.save(tx, ask.person, None, said, ask.now, form.kind)))
    return Answer(_shape(made), 201, {"Location": f"{PREFIX}/resources/{made.id}"})


@routes.add("GET", "/resources/{resource}", scope=Scope.STAFF, answer="Resource")
def one_resource(ask: Ask, resource: str) -> Answer:
    """One of them."""
    return Answer(_shape(_ours(ask, resource)))


@routes.add(
    "PATCH", "/resources/{resource}", scope=Scope.STAFF, form=upkeep_forms.NewResource, answer="Resource"
)
def change(ask: Ask, resource: str) -> Answer:
    """Another name, or other machines: they are down while it is."""
    ask.must_match(_shape(_ours(ask, resource)))
    form = read_form(upkeep_forms.NewResource, ask.body)
    said = (form.name, form.machines)
    made = granted(ask.write(lambda tx: resources.save(tx, ask.person, resource, said, ask.now, form.kind)))
    return Answer(_shape(made))


@routes.add(
    "POST",
    "/resources/{resource}/down",
    scope=Scope.STAFF,
    form=upkeep_forms.ResourceDown,
    query=("preview",),
    answer="Resource",
)
def down(ask: Ask, resource: str) -> Answer:
    """It is down, and its machines with it; `preview=1` only lists whose bookings that hits."""
    ask.must_match(_shape(_ours(ask, resource)))
    form = read_form(upkeep_forms.ResourceDown, ask.body)
    until = None if form.until is None else parse_time(form.until, "until", ask.zone())
    failure = Failure(resource, until, form.reason)
    if ask.flag("preview"):
        seen = granted(ask.read(lambda tx: resources.preview(tx, ask.person, failure, ask.now)))
        return Answer({"cancelled": _all(seen.cancelled), "warned": _all(seen.warned)})
    hit = granted(ask.write(lambda tx: resources.take_down(tx, ask.person, failure, ask.now)))
    return Answer(
        _shape(_ours(ask, resource)) | {"cancelled": _all(hit.cancelled), "warned": _all(hit.warned)}
    )


@routes.add("POST", "/resources/{resource}/up", scope=Scope.STAFF, form=forms.Nothing, answer="Resource")
def up(ask: Ask, resource: str) -> Answer:
    """It works again; what fell does not come back by itself."""
    ask.must_match(_shape(_ours(ask, resource)))
    read_form(forms.Nothing, ask.body)
    return Answer(
        _shape(granted(ask.write(lambda tx: resources.bring_up(tx, ask.person, resource, ask.now))))
    )


@routes.add("DELETE", "/resources/{resource}", scope=Scope.STAFF, answer="Resource")
def remove(ask: Ask, resource: str) -> Answer:
    """Its machines depend on it no more; not while it is down."""
    old = _ours(ask, resource)
    ask.must_match(_shape(old))
    return Answer(_shape(granted(ask.write(lambda tx: naming.remove(tx, ask.person, old.id, ask.now)))))


def _ours(ask: Ask, identity: str) -> Resource:
    one = found(ask.read(lambda tx: tx.resources.get(identity)))
    return found(one if ask.is_staff(one.lab) else None)


def _shape(one: Resource) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind.value,
        "machines": list(one.machines),
        "missed": list(one.missed),
        "down": shapes.when(one.down),
        "until": shapes.when(one.until),
        "reason": one.reason,
    }


def _all(ones: Iterable[Reservation]) -> list[dict[str, Any]]:
    return [shapes.reservation(one) for one in ones]
