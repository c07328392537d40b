"""What does the house hold of a person? All of it, for the person alone, in words that a program reads (R61, GDPR art. 15 and 20).

Nobody else's name is in it: who signed, stopped or booked for somebody stands there as an id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from hub.ports import (
    Badge,
    CertificateEvent,
    Entry,
    Feed,
    Incident,
    Person,
    RebookingToken,
    Report,
    Reservation,
    ReservationFilter,
    Session,
    StrikeEvent,
    Token,
    Tx,
    WaitingEntry,
)

T = TypeVar("T")
AT_ONCE = 500  # rows of a question
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is held, newest first where it has a time."""

    person: Person
    badges: Sequence[Badge]
    certificate_events: Sequence[CertificateEvent]
    reservations: Sequence[Reservation]
    sessions: Sequence[Session]
    waiting: Sequence[WaitingEntry]
    strikes: Sequence[StrikeEvent]
    rebookings: Sequence[RebookingToken]
    feeds: Sequence[Feed]
    reports: Sequence[Report]
    tokens: Sequence[Token]
    audit: Sequence[Entry]
    incidents: Sequence[Incident]
    pictures: Mapping[str, bytes]  # of the reports, by report


def everything(tx: Tx, person: Person) -> Everything:
    """What is held of this person."""
    who = person.id
    seen = {one.id: tx.reports.picture(one.id) for one in tx.reports.of(who) if one.photo}
    return Everything(
        person=person,
        badges=tx.badges.of(who),
        certificate_events=tx.certificates.events(who),
        reservations=_all(
            lambda before: tx.bookings.page(ReservationFilter(person=who, before=before, limit=AT_ONCE))
        ),
        sessions=_all(lambda before: tx.sessions.page(person=who, before=before, limit=AT_ONCE)),
        waiting=tx.waiting.of(who),
        strikes=[one for lab in sorted({person.lab, *person.roles}) for one in tx.strikes.of(who, lab)],
        rebookings=tx.rebookings.of(who),
        feeds=tx.feeds.of(who),
        reports=tx.reports.of(who),
        tokens=tx.tokens.of(who),
        audit=tx.audit.about(who),
        incidents=tx.incidents.concerning(who, BEGINNING),
        pictures={report: picture for report, picture in seen.items() if picture is not None},
    )


def _all(page: Callable[[Place | None], Sequence[T]]) -> list[T]:
    """Page after page of what has a start and an id."""
    found: list[T] = []
    before: Place | None = None
    while rows := page(before):
        found += rows
        if len(rows) < AT_ONCE:
            break
        before = (getattr(rows[-1], "start"), getattr(rows[-1], "id"))  # noqa: B009 -- reservations and sessions have both
    return found
