"""May this person stand beside a learner at this machine, now? (R29)

Two learners at once, one where the risk is high. A badge is copied in a second: at high risk the hub wants a second
factor too, his presence confirmed within four hours or his PIN typed there. The hub never says it offline.
"""

from datetime import datetime, timedelta

from core.access import Decision, Kind, Objection, objection
from core.vocabulary import Reason, Risk
from hub.ports import Machine, Node, Person, Tx
from hub.services import granting, presence

AN_HOUR = timedelta(hours=1)  # then the supervisor taps again
MOST = {Risk.HIGH: 1, Risk.MEDIUM: 2, Risk.LOW: 2}


def vouch(tx: Tx, person: Person, machine: Machine, node: Node, now: datetime) -> Decision:
    """Yes for an hour; or SUPERVISOR_INVALID (and PIN_NEEDED, where a PIN would do), SUPERVISOR_BUSY."""
    if not _competent(tx, person, machine, now):
        return _no(Reason.SUPERVISOR_INVALID)
    if machine.risk is Risk.HIGH and not presence.sure(tx, person.id, node.id, now):
        helped = tx.assurance.pin(person.id) is not None
        unsure = objection(Reason.SUPERVISOR_INVALID, {"why": "presence"})
        return _against(unsure, objection(Reason.PIN_NEEDED)) if helped else _against(unsure)
    running = tx.sessions.running_in(machine.lab)
    beside = [one for one in running if one.responsible == person.id and one.machine != machine.id]
    most = min([MOST[machine.risk], *(_most_at(tx, one.machine) for one in beside)])
    return _no(Reason.SUPERVISOR_BUSY) if len(beside) >= most else _yes(now)


def may_sign(tx: Tx, person: Person, machine: Machine, node: Node, now: datetime) -> Decision:
    """Whether this trainer may sign here; PIN_NEEDED where his PIN, typed there, would make it final (R28).

    What he signs is judged when its record comes.
    """
    if not _competent(tx, person, machine, now):
        return _no(Reason.SUPERVISOR_INVALID)
    helps = tx.assurance.pin(person.id) is not None and not presence.typed(tx, person.id, node.id, now)
    return _no(Reason.PIN_NEEDED) if helps else _yes(now)


def _competent(tx: Tx, person: Person, machine: Machine, now: datetime) -> bool:
    """A trainer of all that the machine needs, with his own right in order."""
    signs = bool(machine.needs) and all(person.may_sign(course, machine.lab) for course in machine.needs)
    return signs and not granting.right_at(tx, person, machine, now).missing


def _most_at(tx: Tx, machine: str) -> int:
    found = tx.machines.get(machine)
    return MOST[found.risk] if found else 1


def _yes(now: datetime) -> Decision:
    return Decision(allowed=True, until=now + AN_HOUR, objections=(), kind=Kind.USE)


def _no(code: Reason) -> Decision:
    return _against(objection(code))


def _against(*objections: Objection) -> Decision:
    return Decision(allowed=False, until=None, objections=objections, kind=Kind.USE)
