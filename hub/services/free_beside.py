"""The machine is somebody else's now: which other one of its family may this person begin at once?

Said with the refusal, so that the display beside the machine can name it. Only what the person may use counts.
"""

from dataclasses import replace
from datetime import datetime

from core.access import Decision, objection
from core.vocabulary import MachineStatus, Reason
from hub.ports import Machine, Person, Tx
from hub.services import granting

NOT_HIS = frozenset({Reason.RESERVED_OTHER, Reason.OCCUPIED})
WORKS = frozenset({MachineStatus.OK, MachineStatus.DEGRADED})


def named(tx: Tx, refused: Decision, person: Person, machine: Machine, now: datetime) -> Decision:
    """The same refusal; where somebody else's time is all there is against it, with `machine`: one that is free."""
    if not refused.objections or any(one.code not in NOT_HIS for one in refused.objections):
        return refused
    other = _free(tx, person, machine, now)
    if other is None:
        return refused
    told = tuple(objection(one.code, {**one.params, "machine": other}) for one in refused.objections)
    return replace(refused, objections=told)


def _free(tx: Tx, person: Person, machine: Machine, now: datetime) -> str | None:
    beside = (one for one in tx.machines.all(lab=machine.lab, family=machine.family) if one.id != machine.id)
    free = (
        one.id
        for one in beside
        if one.status in WORKS and granting.decision_for(tx, person, one, now).allowed
    )
    return next(free, None)
