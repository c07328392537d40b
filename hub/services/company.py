"""Who else is there, where a machine asks for company (R58, S24)? What its view says of it, and whom that concerns.

Who confirmed his presence counts, until he leaves or it runs out; and who works at a machine, or answers for whom does,
until that session is to end. A print that runs on alone is nobody's presence. Nobody's name goes out of the house.
"""

from collections.abc import Iterator
from datetime import datetime

from core.company import NOBODY, Company
from core.timeline import Span, merge
from core.vocabulary import ReservationKind
from hub.ports import Session, Tx
from hub.services.house import House
from hub.services.welcoming import house_hours


def company_of(tx: Tx, house: House, machine: str, within: Span) -> Company:
    """Until when whoever is there counts, and when staff are; nobody for a machine that does not ask."""
    if house.policies[machine].buddy == "no":
        return NOBODY
    staffed = merge(one.span for one in house_hours(house, within))
    there = dict(tx.assurance.present(house.lab, within.start))
    for person, until in _at_work(tx, house.lab, within.start):
        there[person] = max(until, there.get(person, until))
    return Company(tuple(there.values()), staffed, tuple(there))


def _at_work(tx: Tx, lab: str, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Whoever sits at a machine now, and who answers for him, until the session is to end."""
    for one in tx.sessions.running_in(lab):
        if one.start <= now and one.until is not None and one.until > now and not _alone(tx, one):
            yield from ((person, one.until) for person in (one.person, one.responsible) if person)


def _alone(tx: Tx, session: Session) -> bool:
    """A session that goes on without anybody (R13)."""
    slot = tx.bookings.get(session.reservation) if session.reservation else None
    return slot is not None and slot.kind is ReservationKind.UNATTENDED


def asking(house: House) -> list[str]:
    """The machines whose views say who is there."""
    return [machine for machine, policy in house.policies.items() if policy.buddy != "no"]
