"""Staff's hand on a machine from afar: stop it, clear what its node latched, have it test itself, and read how that went."""

from core.timeline import stamp
from hub.api import forms, shapes
from hub.api.door import Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.services import enrolling_at, fitness, ordering
from hub.services.letting_in import Scope

routes = Routes()


@routes.add(
    "POST",
    "/nodes/{node}/enrolment",
    scope=Scope.CERTIFY,  # made after a second factor, or on the hub: a badge is a key (R57)
    form=forms.NewEnrolment,
    success=202,
    answer="Enrolment",
)
def enrolment(ask: Ask, node: str) -> Answer:
    """Let one named person lay a new badge on a node, within 90 s; `check` stands on its display too."""
    if not ask.is_staff(found(ask.read(lambda tx: tx.nodes.get(node))).lab):
        raise not_found()
    form = read_form(forms.NewEnrolment, ask.body)
    made = granted(ask.write(lambda tx: enrolling_at.open_at(tx, ask.person, form.member, node, ask.now)))
    told = {"node": made.node, "member": made.member, "check": made.check}
    return Answer({**told, "until": stamp(made.until)}, 202)


@routes.add(
    "POST", "/machines/{machine}/orders", scope=Scope.STAFF, form=forms.NewOrder, success=202, answer="Order"
)
def order(ask: Ask, machine: str) -> Answer:
    """Order a machine to stop (`stop`, `stop-now`), reset its `estop` or `fault`, or have its node test itself; never to start."""
    form = read_form(forms.NewOrder, ask.body)
    wanted = (form.order, form.inhibit)
    made = granted(ask.write(lambda tx: ordering.order(tx, ask.person, machine, wanted, ask.now)))
    return Answer({"id": made.id, "machine": made.machine, "node": made.node, "order": made.order.value}, 202)


@routes.add("GET", "/nodes/{node}/selftests", scope=Scope.STAFF, answer="SelftestPage")
def selftests(ask: Ask, node: str) -> Answer:
    """What a node's own tests found, newest first: the whole ones, and the closing of its relay."""
    if not ask.is_staff(found(ask.read(lambda tx: tx.nodes.get(node))).lab):
        raise not_found()
    return Answer(shapes.page([shapes.selftest(one) for one in ask.read(lambda tx: fitness.tests(tx, node))]))
