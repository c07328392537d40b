"""Who is let into the lab, and on what terms? Staff add members and change what staff may; roles and credentials are not here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.vocabulary import MemberStatus, Reason, Role
from hub.ports import NewPerson, Person, Tx
from hub.services import circumstances, granting, inviting
from hub.services.refused import Refused, refused

ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]+\.[^\s@<>()\[\]\\,;:\"]+")
LONGEST = 254  # RFC 5321: of an address that can be written to
BY_HAND = frozenset(
    {MemberStatus.ACTIVE, MemberStatus.SUSPENDED, MemberStatus.PROSPECT}
)  # the rest, time or erasure does
OTHERS_SAY = frozenset({"status", "member_until", *circumstances.FIELDS})


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who is to be a member."""

    email: str
    name: str
    lang: str
    member_until: datetime | None = None
    birth: date | None = None
    household: str | None = None
    organisation: str | None = None


def add(tx: Tx, by: Person, lab: str, new: NewMember, now: datetime) -> Person | Refused:
    """Let somebody in; a mail brings him the link to his first password.

    Refused: FORBIDDEN (staff only), INVALID {field} for what makes no sense, {field: email, taken} for one that is known.
    """
    if not by.is_staff(lab):
        return refused(Reason.FORBIDDEN)
    if not ADDRESS.fullmatch(new.email) or len(new.email) > LONGEST:
        return refused(Reason.INVALID, {"field": "email"})
    told: dict[str, Any] = {"birth": new.birth, "household": new.household, "organisation": new.organisation}
    if (field := circumstances.wrong(tx, by, told, now)) is not None:
        return refused(Reason.INVALID, {"field": field})
    told = circumstances.settled(tx, by, told)
    one = NewPerson(lab, new.email, new.name, new.lang, member_until=new.member_until, **told)
    person = tx.people.add(one, now)
    if person is None:
        return refused(Reason.INVALID, {"field": "email", "taken": new.email.lower()})
    tx.people.give_role(person.id, lab, Role.MEMBER)
    tx.audit.append(lab, by.id, "member.added", person.id, {}, now)
    inviting.invite(tx, by, person, now)
    return tx.people.get(person.id) or person


def change(tx: Tx, by: Person, member: Person, values: Mapping[str, Any], now: datetime) -> Person | Refused:
    """Change name, lang, status, member_until, or what hub.services.circumstances knows.

    Refused: FORBIDDEN (staff; nobody his own status and circumstances), INVALID {field}.
    """
    if not by.is_staff(member.lab) or (by.id == member.id and values.keys() & OTHERS_SAY):
        return refused(Reason.FORBIDDEN)
    if "status" in values and values["status"] not in BY_HAND:
        return refused(Reason.INVALID, {"field": "status"})
    if (field := circumstances.wrong(tx, member, values, now)) is not None:
        return refused(Reason.INVALID, {"field": field})
    values = circumstances.settled(tx, member, values)
    if values:
        tx.people.change(member.id, values)
        tx.audit.append(member.lab, by.id, "member.changed", member.id, {"fields": sorted(values)}, now)
        granting.person_changed(tx, member.id, now)
    return tx.people.get(member.id) or member
