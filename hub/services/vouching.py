"""May this person stand beside a learner at this machine, now? (R29)

Two learners at once, one where the risk is high. The second factor that a high risk asks for is not here
yet: until people can give one, the hub's own yes counts, and a node without the hub says no.
"""

from datetime import datetime, timedelta

from core.access import Decision, Kind, objection
from core.vocabulary import Reason, Risk
from hub.ports import Machine, Person, Tx
from hub.services import granting

AN_HOUR = timedelta(hours=1)  # then the supervisor taps again
MOST = {Risk.HIGH: 1, Risk.MEDIUM: 2, Risk.LOW: 2}


def vouch(tx: Tx, person: Person, machine: Machine, now: datetime) -> Decision:
    """Yes for an hour; or SUPERVISOR_INVALID, SUPERVISOR_BUSY."""
    signs = all(person.may_sign(course, machine.lab) for course in machine.needs)
    if not machine.needs or not signs or granting.right_at(tx, person, machine, now).missing:
        return _no(Reason.SUPERVISOR_INVALID)
    running = tx.sessions.running_in(machine.lab)
    beside = [one for one in running if one.responsible == person.id and one.machine != machine.id]
    most = min([MOST[machine.risk], *(_most_at(tx, one.machine) for one in beside)])
    if len(beside) >= most:
        return _no(Reason.SUPERVISOR_BUSY)
    return Decision(allowed=True, until=now + AN_HOUR, objections=(), kind=Kind.USE)


def _most_at(tx: Tx, machine: str) -> int:
    found = tx.machines.get(machine)
    return MOST[found.risk] if found else 1


def _no(code: Reason) -> Decision:
    return Decision(allowed=False, until=None, objections=(objection(code),), kind=Kind.USE)
