"""What stays of a person who wants to be forgotten? A pseudonym: use and safety certificates keep their id, and nobody's name (R61).

The audit has held ids alone all along, so its chain still verifies. What is to come is given back, without a strike.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from core.access import Objection
from core.timeline import Span, stamp
from core.vocabulary import MemberStatus, Reason, ReservationStatus, Role
from hub.ports import Person, Tx, WaitingStatus
from hub.ports.assurance import ProofKind
from hub.services import granting, incidents, offering, telling
from hub.services.refused import Refused, refused

NAMELESS = "–"
FAR = timedelta(days=3660)
LATELY = timedelta(days=2)  # past the longest session
COMING = frozenset({ReservationStatus.CONFIRMED, ReservationStatus.CONDITIONAL, ReservationStatus.ARRIVED})
CREW = frozenset({Role.STAFF, Role.MANAGER, Role.TRAINER})


def erase(tx: Tx, person: Person, now: datetime) -> Person | Refused:
    """Forget who this was.

    Refused: FORBIDDEN {why: crew} (another gives the roles away first), {why: incident, until} (E41: one of the last 24 months concerns
    him), OCCUPIED (at a machine now).
    """
    tx.people.lock([person.id])
    if any(held & CREW for held in person.roles.values()):
        return refused(Reason.FORBIDDEN, {"why": "crew"})
    if kept := incidents.held_because_of(tx, person.id, now):
        return refused(Reason.FORBIDDEN, {"why": "incident", "until": stamp(kept[0].at + incidents.HELD)})
    near = tx.sessions.page(person=person.id, start=now - LATELY, end=now + LATELY, limit=50)
    if any(one.end is None for one in near):
        return Refused((Objection(Reason.OCCUPIED, {}, "badge_out"),))
    _give_back(tx, person, now)
    _close_doors(tx, person, now)
    tx.people.change(person.id, _pseudonym(person))
    for lab, held in person.roles.items():
        for role in held:
            tx.people.take_role(person.id, lab, role)
    tx.audit.append(person.lab, person.id, "member.erased", person.id, {}, now)
    for lab in sorted({person.lab, *person.roles}):  # wherever a machine knew him
        granting.lab_changed(tx, lab, now)
    return tx.people.get(person.id) or person


def _give_back(tx: Tx, person: Person, now: datetime) -> None:
    for entry in tx.waiting.of(person.id):
        if entry.status is WaitingStatus.WAITING:
            offering.leave(tx, entry, person, now)
    for one in tx.bookings.of_person(person.id, now, now + FAR):
        gone = one.status in COMING and tx.bookings.set_status(one, ReservationStatus.CANCELLED, now)
        if gone:
            telling.quietly(tx, gone, person.id, "reservation.cancelled", now)
            offering.freed(tx, gone.machine, Span(max(gone.start, now), gone.end), now)
    for one in tx.bookings.of_person(person.id, now - FAR, now + FAR):
        if one.note:
            tx.bookings.change(one, now, {"note": ""})

    for told in tx.reports.of(person.id):
        tx.reports.save(replace(told, words=""))  # free text: it may say who wrote it
        tx.reports.drop_picture(told.id)  # and it may show who was there


def _close_doors(tx: Tx, person: Person, now: datetime) -> None:
    for feed in tx.feeds.of(person.id):
        tx.feeds.revoke(feed.id, now)
    for token in tx.tokens.of(person.id):
        tx.tokens.revoke(token.id, now)
    for badge in tx.badges.of(person.id):
        tx.badges.forget(badge.id, now)
    tx.assurance.drop_pin(person.id)
    for kind in ProofKind:
        tx.assurance.end_proofs(person.id, kind, now)


def _pseudonym(person: Person) -> dict[str, object]:
    return {
        "email": f"{person.id.lower()}.{secrets.token_hex(4)}@erased.invalid",  # RFC 2606: leads nowhere, ever
        "name": NAMELESS,
        "short": NAMELESS,
        "password": None,
        "active": False,
        "fs_uniquifier": secrets.token_hex(16),  # every session that was signed in ends
        "birth": None,
        "status": MemberStatus.ARCHIVED,
        "household": None,
        "organisation": None,
        "pass_day": None,
        "host": None,
        "consent_until": None,
    }
