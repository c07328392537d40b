"""How does a thing look in an answer? The shapes of api.md; nothing leaves that is not named here."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from core.access import Decision
from core.timeline import stamp
from hub.api.problems import objections_of
from hub.ports import (
    Badge,
    Closure,
    Entry,
    Lock,
    Node,
    Offer,
    Person,
    Reservation,
    RuleSet,
    Session,
    WaitingEntry,
)
from hub.services.certifying import CertificateShown
from hub.services.fitness import Selftest
from hub.services.fitting import fitted
from hub.services.locking_out import Effect, effect
from hub.services.showing import MachineShown
from hub.services.travelling import CODE, Journey
from hub.words import Voice
from hub.words.journeys import said

RULES = (
    "step_min", "min_duration_min", "max_duration_min", "max_session_min", "horizon_d", "grace_min", "early_min",
    "walkup", "machines_off_min", "seats",
)  # fmt: skip


def when(at: datetime | None) -> str | None:
    """An instant, or null."""
    return None if at is None else stamp(at)


def machine(shown: MachineShown) -> dict[str, Any]:
    """A machine with its live state; no person in it."""
    one = shown.machine
    return {
        "id": one.id,
        "name": one.model,
        "family": one.family,
        "lab": one.lab,
        "model": one.model,
        "room": one.room,
        "status": str(shown.status),
        "note": one.status_note,
        "upkeep": one.upkeep,
        "phase": shown.phase,
        "online": shown.online,
        "free_until": when(shown.free_until),
        "busy_until": when(shown.busy_until),
        "needs": list(one.needs),
        "risk": str(one.risk),
        "rules": {name: getattr(shown.policy, name) for name in RULES},
        "materials": list(one.materials),
    }


def reservation(one: Reservation) -> dict[str, Any]:
    """A reservation, for its holder and staff."""
    return {
        "id": one.id,
        "machine": one.machine,
        "member": one.person,
        "start": stamp(one.start),
        "end": stamp(one.end),
        "kind": str(one.kind),
        "status": str(one.status),
        "note": one.note,
        "created": stamp(one.created),
    }


def warnings(ones: Iterable[Journey], voice: Voice) -> list[dict[str, Any]]:
    """What is said beside a booking and hinders nothing."""
    return [
        {
            "code": CODE,
            "params": {
                "lab": one.lab,
                "machine": one.machine,
                "start": stamp(one.start_end.start),
                "end": stamp(one.start_end.end),
                "minutes": one.minutes,
                "least": one.least,
            },
            "message": said(one, voice),
        }
        for one in ones
    ]


def waiting(one: WaitingEntry, offer: Offer | None) -> dict[str, Any]:
    """Somebody's wait, and what is offered to him now."""
    return {
        "id": one.id,
        "member": one.person,
        "machine": one.machine,
        "family": one.family,
        "start": stamp(one.start),
        "end": stamp(one.end),
        "min_minutes": one.min_minutes,
        "expires": stamp(one.expires),
        "status": str(one.status),
        "created": stamp(one.created),
        "offer": offer
        and {
            "machine": offer.machine,
            "start": stamp(offer.start),
            "end": stamp(offer.end),
            "expires": stamp(offer.expires),
            "held": offer.hold is not None,
        },
    }


def closure(one: Closure) -> dict[str, Any]:
    """A time in which lab or machine is closed."""
    return {
        "id": one.id,
        "lab": one.lab,
        "machine": one.machine,
        "start": stamp(one.start),
        "end": stamp(one.end),
        "reason": one.reason,
        "created": stamp(one.created),
    } | ({"reasons": dict(one.words)} if one.words else {})


def entry(one: Entry) -> dict[str, Any]:
    """A row of the audit chain."""
    return {
        "seq": one.seq,
        "at": stamp(one.at),
        "actor": one.actor,
        "action": one.action,
        "subject": one.subject,
        "data": json.loads(one.data),
        "prev": one.prev,
        "hash": one.hash,
    }


def rule_set(one: RuleSet) -> dict[str, Any]:
    """The rules of a place as somebody saved them."""
    return {
        "level": str(one.level),
        "subject": one.subject,
        "version": one.version,
        "rules": dict(one.rules),
        "reason": one.reason,
        "by": one.by,
        "at": stamp(one.at),
    }


def session(one: Session) -> dict[str, Any]:
    """A use of a machine."""
    return {
        "id": one.id,
        "machine": one.machine,
        "member": one.person,
        "responsible": one.responsible,
        "reservation": one.reservation,
        "kind": str(one.kind),
        "start": stamp(one.start),
        "until": when(one.until),
        "end": when(one.end),
        "end_reason": one.end_reason and str(one.end_reason),
        "end_quality": one.end_quality and str(one.end_quality),
        "minutes": one.minutes,
    }


def certificate(one: CertificateShown, voice: Voice) -> dict[str, Any]:
    """A certificate as it stands now."""
    return {
        "id": one.id,
        "course": one.course,
        "member": one.member,
        "state": str(one.state),
        "granted": when(one.granted),
        "until": when(one.until),
        "missing": objections_of(one.missing, voice),
    }


def member(one: Person, now: datetime) -> dict[str, Any]:
    """A member, for himself and staff."""
    return {
        "id": one.id,
        "email": one.email,
        "name": one.name,
        "lang": one.lang,
        "status": str(one.standing(now)),
        "lab": one.lab,
        "member_until": when(one.member_until),
        "household": one.household,
        "organisation": one.organisation,
        "pass_day": one.pass_day and one.pass_day.isoformat(),
        "host": one.host,
        "consent_until": when(one.consent_until),
        "roles": sorted(str(role) for role in one.roles.get(one.lab, ())),
        "teaches": sorted(one.teaches.get(one.lab, ())),
    }


def badge(one: Badge) -> dict[str, Any]:
    """A badge; never its UID."""
    return {
        "id": one.id,
        "member": one.person,
        "kind": one.kind,
        "state": str(one.state),
        "added": stamp(one.added),
        "rests": stamp(one.rests) if one.rests is not None else None,
    }


def node(one: Node) -> dict[str, Any]:
    """A node."""
    return {
        "id": one.id,
        "machine": one.machine,
        "online": one.online,
        "view_rev": one.view_rev,
        "version": one.version,
        "last_seen": when(one.last_seen),
        "state": str(fitted(one)),
        "created": stamp(one.created),
        "lock_rev": one.lock_rev,
        "held": dict(one.held),
        "retired": when(one.retired),
    }


def selftest(one: Selftest) -> dict[str, Any]:
    """What a node's own test found."""
    return {"at": stamp(one.at), "result": one.result, "parts": dict(one.parts), "words": dict(one.words)}


def lockout(one: Lock, beside: Node | None) -> dict[str, Any]:
    """A lock, and whether the machine knows of it."""
    state = effect(one, beside)
    return {
        "id": one.id,
        "machine": one.machine,
        "kind": str(one.kind),
        "owner": one.owner,
        "by": one.by,
        "reason": one.reason,
        "since": stamp(one.since),
        "in_force": state is Effect.IN_FORCE,
        "state": str(state),
        "lifted": when(one.lifted),
        "lifted_by": one.lifted_by,
        "lift_reason": one.lift_reason,
        "gone": when(one.gone),
    }


def decision(made: Decision, voice: Voice) -> dict[str, Any]:
    """May I, until when, and if not, why not?"""
    return {
        "allowed": made.allowed,
        "until": when(made.until),
        "kind": str(made.kind) if made.allowed else None,
        "objections": objections_of(made.objections, voice),
    }


def page(items: Sequence[dict[str, Any]], cursor: str | None = None) -> dict[str, Any]:
    """A list."""
    return {"items": list(items), "next": cursor}
