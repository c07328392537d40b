"""What does the hub's answer to a question mean at the machine? A decision, as if made here."""

import logging
from collections.abc import Mapping

from core.access import Decision, Kind, objection
from core.grants import Booking, Grant
from core.timeline import BadInstant, instant
from core.vocabulary import ReservationKind, Role
from core.wire.messages import Answer

log = logging.getLogger(__name__)


def from_answer(answer: Answer, key: str, kind: Kind) -> Decision | None:
    """The decision in the answer; None when it is of no use, so that the node decides alone."""
    told = answer.decision
    against = tuple(objection(one.code, dict(one.params or {})) for one in told.objections)  # type: ignore[arg-type]
    grant = _grant(answer.grant, key)
    if not told.allowed:
        return Decision(False, None, against, kind, None, grant) if against else None  # noqa: FBT003
    if grant is None or told.until is None:
        log.error("answer allows without grant or end")
        return None
    return Decision(True, told.until, (), kind, _booking(answer.reservation, grant, answer), grant)  # noqa: FBT003


def _grant(body: Mapping[str, object] | None, key: str) -> Grant | None:
    """The person the answer speaks of, as far as it says."""
    if body is None or not isinstance(body.get("who"), str):
        return None
    name, lang, until = (body.get(field) for field in ("name", "lang", "until"))
    roles = body.get("roles")
    known = (
        tuple(Role(role) for role in roles if role in set(Role))
        if isinstance(roles, list)
        else (Role.MEMBER,)
    )
    try:
        ends = instant(until) if isinstance(until, str) else None
    except BadInstant:
        return None
    return Grant(key, str(body["who"]), str(name or ""), str(lang or ""), ends, known)


def _booking(body: Mapping[str, object] | None, grant: Grant, answer: Answer) -> Booking | None:
    """The reservation it rests on: only its id counts here."""
    until = answer.decision.until
    if body is None or not isinstance(body.get("id"), str) or until is None:
        return None
    return Booking(str(body["id"]), grant.who, ReservationKind.WALKUP, until, until)
