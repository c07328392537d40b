"""What is one tap on its way, and what became of it?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.access import Decision, Kind, Objection
from core.grants import Grant, MachineView
from core.timeline import stamp
from core.vocabulary import Reason, SessionKind
from node.doorman.supervising import Learner
from node.doorman.trust import Moment


@dataclass
class Visit:
    """One tap on its way."""

    at_ms: int
    key: str
    question: str | None = None
    kind: Kind = Kind.USE
    who: str | None = None
    lang: str | None = None
    session: str | None = None
    until: datetime | None = None
    fresh: bool = False
    action: str = "start"
    supervises: Learner | None = None
    responsible: str | None = None
    vouches: str = ""  # the supervisor's badge, of which the hub is asked
    watches: str = ""  # the session that a second supervisor takes over
    took_over: bool = False  # from one who left it idle
    signs: bool = False  # a trainer's, at a sign-off
    coded: bool = False  # the hub has the code too
    moment: Moment | None = None  # when it was judged, as long as this turn lasts
    go: "Callable[[Visit, Callable[[str], str]], None] | None" = None  # what a typed code goes on with


def reason_of(code: str | None) -> Reason:
    """The keeper's code; one that nobody knows is a fault."""
    try:
        return Reason(code or "")
    except ValueError:
        return Reason.FAULT


def start_fields(
    visit: Visit, decision: Decision, grant: Grant, view: MachineView | None, until_ms: int
) -> Mapping[str, object]:
    """What the keeper is asked for, as interlock.md writes it."""
    kind = SessionKind.MAINTENANCE if decision.kind is Kind.MAINTENANCE else SessionKind.USE
    return {
        "session": visit.session,
        "kind": kind._value_,
        "who": grant.who,
        "responsible": visit.responsible,
        "booking": decision.booking.id if decision.booking else None,
        "tap_ms": visit.at_ms,
        "until_ms": until_ms,
        "until": stamp(visit.until) if visit.until else None,
        "view": [view.epoch, view.rev] if view else None,
        "reason": None,
    }


def tap_note(visit: Visit, objections: Iterable[Objection]) -> Mapping[str, object]:
    """The `tap` record: the badge by this node's name for it, and the person where the view knows him."""
    against = [one.code.value for one in objections]
    person = {"who": visit.who} if visit.who else {}
    tapped = {**person, "key": visit.key, "allowed": not against, "reasons": against}
    return {"type": "tap", "session": None if against else visit.session, "data": tapped}


def action_of(msg: str, decision: Decision, *, taken_over: bool = False) -> str:
    """What the outcome calls it."""
    if taken_over:
        return "take-over"
    if msg == "handover":
        return msg
    return "maintenance" if decision.kind is Kind.MAINTENANCE else "start"
