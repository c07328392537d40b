"""How does the API say no? One shape, application/problem+json, in the caller's language (api.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.access import Objection, objection
from core.timeline import stamp
from core.vocabulary import Reason
from hub.services.refused import Refused
from hub.services.reserving import NotReserved, Slot
from hub.words import Voice
from hub.words.sentences import USUAL_STEP

T = TypeVar("T")
TYPE = "application/problem+json"
STATUS = {
    Reason.UNAUTHENTICATED: 401,
    Reason.FORBIDDEN: 403,
    Reason.NOT_FOUND: 404,
    Reason.CHANGED: 412,
    Reason.RATE_LIMITED: 429,
    Reason.BUSY: 503,
}
TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Precondition failed",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
    503: "Service unavailable",
}


@dataclass
class Problem(Exception):  # noqa: N818 -- the format's own name
    """An answer that says no; raised anywhere between the door and the service call."""

    objections: Sequence[Objection]
    status: int = 0
    alternatives: Sequence[Slot] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.status = self.status or STATUS.get(self.objections[0].code, 422)


def problem(
    code: Reason, *, status: int = 0, headers: Mapping[str, str] | None = None, **params: Any
) -> Problem:
    """A problem for one reason."""
    return Problem((objection(code, params),), status, headers=headers or {})


def invalid(field_name: str, **params: Any) -> Problem:
    """422 INVALID: something is wrong with this field."""
    return problem(Reason.INVALID, field=field_name, **params)


def busy(retry_s: int = 1) -> Problem:
    """503 BUSY: nothing was written, try again."""
    return problem(Reason.BUSY, headers={"Retry-After": str(retry_s)})


def unauthenticated() -> Problem:
    """401: no token, or none that is valid."""
    return problem(Reason.UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="loquet"'})


def granted(answer: T | Refused) -> T:
    """The answer of a service, unless it is a refusal: that becomes a problem."""
    if isinstance(answer, NotReserved):
        late = answer.only_late
        raise Problem(answer.objections, 409 if late else 0, answer.alternatives if late else None)
    if isinstance(answer, Refused):
        raise Problem(answer.objections)
    return answer


def body_of(said: Problem, voice: Voice) -> dict[str, Any]:
    """The problem as it goes out."""
    first = said.objections[0]
    body: dict[str, Any] = {
        "type": f"urn:loquet:problem:{first.code.lower().replace('_', '-')}",
        "title": TITLES.get(said.status, "Problem"),
        "status": said.status,
        "code": str(first.code),
        "detail": " ".join(voice.say(str(one.code), one.params) for one in said.objections),
        "objections": objections_of(said.objections, voice),
    }
    if said.alternatives is not None:
        body["alternatives"] = [slot_of(slot) for slot in said.alternatives]
    return body


def objections_of(objections: Sequence[Objection], voice: Voice) -> list[dict[str, Any]]:
    """Objections with their sentences."""
    return [
        {
            "code": str(one.code),
            "params": dict(one.params),
            "message": voice.say(str(one.code), one.params),
            "next": voice.step(str(one.code), one.next, one.params),
            "next_code": one.next or USUAL_STEP.get(one.code),
        }
        for one in objections
    ]


def slot_of(slot: Slot) -> dict[str, str]:
    """A free slot."""
    return {"machine": slot.machine, "start": stamp(slot.start), "end": stamp(slot.end)}
