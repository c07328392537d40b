"""The machines: what is free, until when, and may I use it? Open to anyone, and without a person's name."""

from datetime import timedelta

from core.timeline import Span
from core.vocabulary import MachineStatus
from hub.api import shapes
from hub.api.calendars import calendar_answer
from hub.api.door import Answer, Ask, found
from hub.api.problems import invalid, slot_of
from hub.api.routes import Routes
from hub.ports import Tx
from hub.services import finding, granting
from hub.services.letting_in import Scope
from hub.services.showing import MachineShown, machine_shown, machines_shown

routes = Routes()
root = Routes(prefix="")
LONGEST = timedelta(days=93)  # of a calendar in one answer: a quarter
WELL = frozenset({MachineStatus.OK, MachineStatus.DEGRADED})
LONGEST_MIN = 7 * 24 * 60  # of a slot that one may look for


@routes.add("GET", "/machines", query=("lab", "family", "usable"), answer="MachinePage")
def machines(ask: Ask) -> Answer:
    """All machines with their live state."""
    lab, family, usable = ask.query.get("lab"), ask.query.get("family"), ask.flag("usable")
    shown = ask.read(lambda tx: machines_shown(tx, ask.now, lab=lab, family=family))
    if usable:
        shown = ask.read(lambda tx: [one for one in shown if _usable(tx, ask, one)])
    return Answer(shapes.page([shapes.machine(one) for one in shown]), private=usable)


def _usable(tx: Tx, ask: Ask, shown: MachineShown) -> bool:
    right = granting.right_at(tx, ask.person, shown.machine, ask.now)
    return shown.status in WELL and not right.missing


@routes.add("GET", "/machines/{machine}", answer="Machine")
def machine(ask: Ask, machine: str) -> Answer:
    """One machine with its live state."""
    shown = found(ask.read(lambda tx: machine_shown(tx, machine, ask.now)))
    return Answer(shapes.machine(shown), private=False)


@routes.add("GET", "/machines/{machine}/calendar", query=("from", "to"), answer="Calendar")
def calendar(ask: Ask, machine: str) -> Answer:
    """What is taken, closed and open; your own and, for staff, everybody's, else busy blocks from now on."""
    return calendar_answer(ask, machine, LONGEST)


@routes.add("GET", "/machines/{machine}/decision", scope=Scope.READ, query=("at",), answer="Decision")
def decision(ask: Ask, machine: str) -> Answer:
    """May I use it now, or at that instant? If not: why not, all of it, and the next step."""
    one = found(ask.read(lambda tx: tx.machines.get(machine)))
    at = ask.time("at", one.zone)
    made = ask.read(lambda tx: granting.decision_for(tx, ask.person, one, ask.now, at))
    return Answer(shapes.decision(made, ask.voice()))


@routes.add("GET", "/free", query=("family", "minutes", "from", "to", "limit"), answer="SlotPage")
def free(ask: Ask) -> Answer:
    """The next free slots over all machines of a family, in order."""
    zone = ask.zone()
    family = ask.query.get("family")
    if not family:
        raise invalid("family")
    start = max(ask.time("from", zone) or ask.now, ask.now)
    length = timedelta(minutes=ask.number("minutes", 60, LONGEST_MIN))
    end, most = ask.time("to", zone), ask.number("limit", 3, 50)
    slots = found(
        ask.read(
            lambda tx: finding.free_for(tx, family, Span(start, start + length), ask.caller, ask.now, most)
        )
    )
    items = [slot_of(slot) for slot in slots if end is None or slot.end <= end]
    return Answer(shapes.page(items), private=ask.caller is not None)


@root.add("GET", "/board.json", answer="Board")
def board(ask: Ask) -> Answer:
    """The board of the workshop for anybody's screen: no personal datum."""
    labs = ask.read(lambda tx: tx.machines.labs())
    shown = ask.read(lambda tx: machines_shown(tx, ask.now))
    body = {
        "labs": [{"id": lab.id, "name": lab.name} for lab in labs],
        "machines": [shapes.machine(one) for one in shown],
    }
    return Answer(body, private=False)


routes.all += root.all
