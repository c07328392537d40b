"""The nodes: which box stands beside which machine. A key is never sent, shown or kept here: pairing gives it."""

from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Node
from hub.services import fitting
from hub.services.fitting import Change
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/nodes", scope=Scope.STAFF, answer="NodePage")
def nodes(ask: Ask) -> Answer:
    """The lab's nodes, newest first; those that are awaited and those that are retired, too."""
    lab = ask.staff_lab
    kept = sorted(ask.read(lambda tx: tx.nodes.all(lab)), key=lambda one: (one.created, one.id), reverse=True)
    return Answer(shapes.page([shapes.node(one) for one in kept]))


@routes.add("POST", "/nodes", scope=Scope.STAFF, form=forms.NewNode, success=201, answer="Node")
def announce(ask: Ask) -> Answer:
    """Await a box beside a machine: it serves from the day on which it is paired."""
    form = read_form(forms.NewNode, ask.body)
    made = granted(ask.write(lambda tx: fitting.announce(tx, ask.person, form.id, form.machine, ask.now)))
    return Answer(shapes.node(made), 201, {"Location": f"{PREFIX}/nodes/{made.id}"})


@routes.add("GET", "/nodes/{node}", scope=Scope.STAFF, answer="Node")
def node(ask: Ask, node: str) -> Answer:
    """One node."""
    return Answer(shapes.node(_ours(ask, node)))


@routes.add("PATCH", "/nodes/{node}", scope=Scope.STAFF, form=forms.ChangedNode, answer="Node")
def change(ask: Ask, node: str) -> Answer:
    """Move one that is awaited to another machine, retire one, or take it back into service."""
    old, form = _ours(ask, node), read_form(forms.ChangedNode, ask.body)
    ask.must_match(shapes.node(old))
    wanted = Change(form.machine, form.retired)
    return Answer(
        shapes.node(granted(ask.write(lambda tx: fitting.change(tx, ask.person, node, wanted, ask.now))))
    )


def _ours(ask: Ask, identity: str) -> Node:
    one = found(ask.read(lambda tx: tx.nodes.get(identity)))
    return found(one if ask.is_staff(one.lab) else None)
