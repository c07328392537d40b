"""What do machines share? Staff name it and its machines, name it anew, or say that they share it no more (R49)."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.vocabulary import MachineStatus, Reason, ResourceKind
from hub.ports import Resource, Tx
from hub.services import naming, resources
from hub.services.refused import Refused, refused
from hub.web.house import house, now, voice
from hub.web.signing import somebody, staff_only
from hub.web.troubles import resource_of
from hub.web.whys import whys
from hub.words.catalogs import mark

blueprint = Blueprint("naming", __name__, url_prefix="/staff/upkeep/resources")
blueprint.before_request(staff_only)
LONGEST_NAME: Final = 64  # characters, as the API takes them
KINDS: Final[Mapping[ResourceKind, str]] = {
    ResourceKind.EXTRACTION: mark("extraction"),
    ResourceKind.COMPRESSOR: mark("compressor"),
    ResourceKind.WATER: mark("water"),
    ResourceKind.ROOM: mark("room"),
    ResourceKind.OTHER: mark("something else"),
}
Done = Response | tuple[str, int]


@blueprint.get("/new")
def ask_new() -> str:
    """What is it, and which machines hang on it?"""
    return _page(None)


@blueprint.post("/new")
def add() -> Done:
    """Name it."""
    return _saved(None)


@blueprint.get("/<resource>")
def ask_change(resource: str) -> str:
    """What is it now?"""
    return _page(resource_of(resource))


@blueprint.post("/<resource>")
def change(resource: str) -> Done:
    """Another name, or other machines."""
    return _saved(resource_of(resource))


@blueprint.post("/<resource>/remove")
def remove(resource: str) -> Done:
    """They share it no more."""
    by, at, one = somebody(), now(), resource_of(resource)
    gone = house().store.write(lambda tx: naming.remove(tx, by, one.id, at))
    if isinstance(gone, Refused):
        return _page(one, gone), 409 if gone.code is Reason.CHANGED else 422
    flash(voice().text(mark("Removed: %(name)s. No machine depends on it any more."), name=one.name), "free")
    return redirect(url_for("upkeep.overview"), 303)


def _saved(old: Resource | None) -> Done:
    by, at, kind = somebody(), now(), request.form.get("kind", "")
    name, machines = request.form.get("name", "").strip(), tuple(request.form.getlist("machine"))
    if not name.isprintable() or len(name) > LONGEST_NAME:
        return _page(old, refused(Reason.INVALID, {"field": "name"})), 422
    if kind not in set(ResourceKind):
        return _page(old, refused(Reason.INVALID, {"field": "kind"})), 422
    key, said, what = old.id if old else None, (name, machines), ResourceKind(kind)
    made = house().store.write(lambda tx: resources.save(tx, by, key, said, at, what))
    if isinstance(made, Refused):
        return _page(old, made), 422
    flash(voice().text(mark("Saved: %(name)s."), name=made.name), "free")
    return redirect(url_for("upkeep.overview"), 303)


def _page(one: Resource | None, against: Refused | None = None) -> str:
    lab = house().lab.id

    def there(tx: Tx) -> list[str]:
        return [
            each.id for each in tx.machines.all(lab=lab) if each.status is not MachineStatus.DECOMMISSIONED
        ]

    typed = {
        "name": request.form.get("name", one.name if one else ""),
        "kind": request.form.get("kind", one.kind.value if one else ResourceKind.EXTRACTION.value),
        "machines": request.form.getlist("machine") if request.form else one.machines if one else (),
    }
    return render_template(
        "resource.html", one=one, typed=typed, machines=house().store.read(there),
        kinds={kind.value: voice().text(words) for kind, words in KINDS.items()},
        against=_whys(against, typed["name"]) if against else [],
    )  # fmt: skip


def _whys(against: Refused, name: object) -> list[object]:
    """A name that is taken says so; whatever else it is, as everywhere."""
    if against.objections[0].params.get("field") == "name":
        said = mark("Give it a name that nothing else here has, of 64 letters at most.")
        return [{"text": voice().text(said, name=name), "step": ""}]
    return list(whys(against.objections))
