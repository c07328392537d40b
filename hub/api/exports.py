"""How does everything that is held of a person go out? Under the names that the API has for it; secrets are not held, so not sent."""

import base64
from datetime import datetime
from typing import Any

from core.timeline import stamp
from hub.api import shapes
from hub.ports import (
    CertificateEvent,
    Incident,
    Person,
    RebookingToken,
    Report,
    StrikeEvent,
    Token,
    WaitingEntry,
)
from hub.services.exporting import Everything


def everything(held: Everything, now: datetime) -> dict[str, Any]:
    """The export of one person."""
    return {
        "made": stamp(now),
        "member": shapes.member(held.person, now) | _more(held.person),
        "badges": [shapes.badge(one) for one in held.badges],
        "certificate_events": [_event(one) for one in held.certificate_events],
        "reservations": [shapes.reservation(one) for one in held.reservations],
        "sessions": [shapes.session(one) for one in held.sessions],
        "waiting": [_waiting(one) for one in held.waiting],
        "strikes": [_strike(one) for one in held.strikes],
        "rebookings": [_rebooking(one) for one in held.rebookings],
        "feeds": [
            {
                "id": one.id,
                "subject": one.subject.value,
                "machine": one.machine,
                "created": stamp(one.created),
            }
            for one in held.feeds
        ],
        "reports": [_report(one, held.pictures.get(one.id)) for one in held.reports],
        "incidents": [_incident(one) for one in held.incidents],
        "tokens": [_token(one) for one in held.tokens],
        "audit": [shapes.entry(one) for one in held.audit],
    }


def _more(one: Person) -> dict[str, Any]:
    """What staff and the rules know of him besides."""
    return {
        "short": one.short,
        "birth": one.birth and one.birth.isoformat(),
        "charter": one.charter,
        "created": stamp(one.created),
        "teaches": {lab: sorted(courses) for lab, courses in one.teaches.items()},
    }


def _event(one: CertificateEvent) -> dict[str, Any]:
    return {
        "course": one.course,
        "kind": one.kind,
        "at": stamp(one.at),
        "by": one.by,
        "reason": one.reason,
        "data": dict(one.data),
    }


def _waiting(one: WaitingEntry) -> dict[str, Any]:
    return {key: value for key, value in shapes.waiting(one, None).items() if key != "offer"}


def _strike(one: StrikeEvent) -> dict[str, Any]:
    return {"strike": one.strike, "kind": one.kind, "at": stamp(one.at), "by": one.by, "data": dict(one.data)}


def _report(one: Report, picture: bytes | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.id,
        "machine": one.machine,
        "severity": one.severity.value,
        "words": one.words,
    }
    photo = base64.b64encode(picture).decode() if picture else None
    said |= {"at": stamp(one.at), "answer": one.answer and one.answer.value, "reason": one.reason}
    return said | {"category": one.category.value, "photo": photo}


def _incident(one: Incident) -> dict[str, Any]:
    """That it concerned him, and when; what staff wrote of it may be about others, too."""
    return {"id": one.id, "kind": one.kind.value, "machine": one.machine, "at": stamp(one.at)}


def _rebooking(one: RebookingToken) -> dict[str, Any]:
    return {
        "reservation": one.reservation,
        "issued": stamp(one.issued),
        "expires": stamp(one.expires),
        "used_for": one.used_for,
    }


def _token(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "scope": one.scope,
        "created": stamp(one.created),
        "expires": stamp(one.expires),
        "revoked": shapes.when(one.revoked),
    }
