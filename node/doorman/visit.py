"""What is one tap on its way, and what became of it?"""

from dataclasses import dataclass
from datetime import datetime

from core.access import Decision, Kind
from core.vocabulary import Reason
from node.doorman.supervising import Learner

AT_THE_MACHINE = frozenset(
    {
        Reason.ESTOP,
        Reason.LOCKOUT,
        Reason.FAULT,
        Reason.DRAWING,
        Reason.MACHINE_DOWN,
        Reason.RESOURCE_DOWN,
        Reason.OCCUPIED,
    }
)  # what no answer of the hub can change: it is not asked, so that it books nothing in vain


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


def reason_of(code: str | None) -> Reason:
    """The keeper's code; one that nobody knows is a fault."""
    try:
        return Reason(code or "")
    except ValueError:
        return Reason.FAULT


def action_of(msg: str, decision: Decision) -> str:
    """What the outcome calls it."""
    if msg == "handover":
        return msg
    return "maintenance" if decision.kind is Kind.MAINTENANCE else "start"
