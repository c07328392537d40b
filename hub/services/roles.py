"""Who works in the lab, and as what? The manager says so, nobody of himself (insider staff, promises.md).

A member stays one: what is given and taken here is trainer (for these courses), staff and manager.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.vocabulary import MemberStatus, Reason, Role
from hub.ports import Person, Tx
from hub.services import granting
from hub.services.refused import Refused, refused

GIVEN: Final = (Role.TRAINER, Role.STAFF, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Work:
    """As what somebody works in a lab, and which courses he may sign as a trainer."""

    roles: frozenset[Role] = frozenset()
    teaches: frozenset[str] = frozenset()


def work_of(person: Person, lab: str) -> Work:
    """As what he works there now."""
    return Work(person.roles.get(lab, frozenset()) & set(GIVEN), person.teaches.get(lab, frozenset()))


def give(tx: Tx, by: Person, member: Person, work: Work, now: datetime) -> Person | Refused:
    """From now on he works as this. Refused: FORBIDDEN (managers only, never oneself), CHANGED (a closed account),
    INVALID {field: roles | teaches}: a role that is none here, a course the lab does not have, a trainer of nothing.
    """
    lab = member.lab
    if not by.has(Role.MANAGER, lab) or by.id == member.id:
        return refused(Reason.FORBIDDEN)
    tx.people.lock([member.id])
    if member.status is MemberStatus.ARCHIVED:
        return refused(Reason.CHANGED)
    if not work.roles <= set(GIVEN):
        return refused(Reason.INVALID, {"field": "roles"})
    courses = {one.id for one in tx.certificates.courses(lab)}
    if not work.teaches <= courses or bool(work.teaches) != (Role.TRAINER in work.roles):
        return refused(Reason.INVALID, {"field": "teaches"})
    for role in GIVEN:
        if role not in work.roles:
            tx.people.take_role(member.id, lab, role)
        else:
            tx.people.give_role(member.id, lab, role, sorted(work.teaches) if role is Role.TRAINER else ())
    said = {"roles": sorted(work.roles), "teaches": sorted(work.teaches)}
    tx.audit.append(lab, by.id, "member.roles", member.id, said, now)
    granting.person_changed(tx, member.id, now)
    return tx.people.get(member.id) or member
