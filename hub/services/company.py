"""Who else is there, where a machine asks for company, and is a guest's host? What its view says of it (R22, R58, S24).

Who confirmed his presence counts, until he leaves or it runs out; who works at a machine, or answers for whom does,
until that session is to end; and who laid his badge there to end it: that is a check-in, it counts as long as one, until
he says that he leaves. When the house closes everybody is checked out. A print that runs on alone is nobody's presence.
Nobody's name goes out of the house.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from core.admission import FOR_ALL
from core.company import Company
from core.timeline import Span, merge
from core.vocabulary import ReservationKind
from hub.ports import Session, Tx
from hub.services.house import House
from hub.services.welcoming import house_hours

LASTS = timedelta(hours=4)  # R29: so long a presence counts that nobody ended
_DAY = timedelta(days=1)


def company_of(tx: Tx, house: House, machine: str, within: Span) -> Company:
    """Until when whoever is there counts, and when staff are; nobody for a machine that does not ask. Hosts are looked up when asked for."""
    hosts = _Hosts(tx, house, within.start)
    if house.policies[machine].buddy == "no":
        return Company(hosts=hosts)
    staffed = merge(one.span for one in house_hours(house, within))
    there = hosts.there
    return Company(tuple(there.values()), staffed, tuple(there), hosts)


class _Hosts(Mapping[str, "datetime | None"]):
    """Guest -> until when his host is there; asked within the transaction, of those who are guests alone."""

    def __init__(self, tx: Tx, house: House, now: datetime) -> None:
        self._tx, self._house, self._now = tx, house, now

    @cached_property
    def there(self) -> Mapping[str, datetime]:
        """Everybody who is there, and until when that counts."""
        return present_in(self._tx, self._house, self._now)

    def __getitem__(self, guest: str) -> datetime | None:
        found = self._tx.people.get(guest)
        return self.there.get(found.host) if found and found.host else None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def present_in(tx: Tx, house: House, now: datetime) -> Mapping[str, datetime]:
    """Who is known to be there, each until when."""
    there = dict(tx.assurance.present(house.lab, now))
    for person, until in (*_at_work(tx, house.lab, now), *_tapped_out(tx, house, now)):
        there[person] = max(until, there.get(person, until))
    return there


def checked_out(house: House, since: datetime) -> datetime:
    """When a presence that began then ends by itself: when the house next closes, at most four hours later (R29, R58)."""
    open_spans = merge(one.span for one in house_hours(house, Span(since - _DAY, since + _DAY)))
    return min([since + LASTS, *(one.end for one in open_spans if one.end > since)])


def _at_work(tx: Tx, lab: str, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Whoever sits at a machine now, and who answers for him, until the session is to end."""
    for one in tx.sessions.running_in(lab):
        if one.start <= now and one.until is not None and one.until > now and not _alone(tx, one):
            yield from ((person, one.until) for person in (one.person, one.responsible) if person)


def _tapped_out(tx: Tx, house: House, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Whoever ended his session with his badge: he was there then, and has not said that he leaves."""
    ended = tx.sessions.tapped_out(house.lab, now - LASTS, now)
    gone = tx.assurance.gone(house.lab, now - LASTS) if ended else {}
    for one in ended:
        left = gone.get(one.person)
        if one.end is not None and (left is None or left < one.end):
            until = checked_out(house, one.end)
            yield from ((one.person, until),) if until > now else ()


def _alone(tx: Tx, session: Session) -> bool:
    """A session that goes on without anybody (R13)."""
    slot = tx.bookings.get(session.reservation) if session.reservation else None
    return slot is not None and slot.kind is ReservationKind.UNATTENDED


def concerned(tx: Tx, house: House, persons: Sequence[str]) -> list[str]:
    """The machines whose views change when these people come or go: those that ask for two, and the guests' of a host."""
    hosts = tx.people.hosting(persons)
    return [
        machine
        for machine, policy in house.policies.items()
        if policy.buddy != "no" or (hosts and {FOR_ALL}.issuperset(policy.needs))
    ]
