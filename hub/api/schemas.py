"""What does each answer look like? JSON Schema for the shapes of shapes.py; a test holds every answer against them."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.vocabulary import (
    Audience,
    BadgeState,
    CertificateState,
    LockKind,
    MachineStatus,
    MemberStatus,
    ReservationKind,
    ReservationStatus,
    Risk,
    SessionKind,
    Trouble,
)
from hub.ports import FeedSubject, IncidentKind, Severity, Verdict, WaitingStatus
from hub.services.fitting import Fitted
from hub.services.warned import Stands
from hub.words.languages import LANGUAGES

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY: Schema = {"type": "object"}
LIST: Schema = {"type": "array", "items": ANY}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    """A named one."""
    return {"$ref": f"#/components/schemas/{name}"}


def some(name: str) -> Schema:
    """A list of named ones."""
    return {"type": "array", "items": ref(name)}


def one_of(words: Iterable[str]) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": sorted(str(word) for word in words)}


def record(required: Mapping[str, Schema], **more: Schema) -> Schema:
    """An object with these fields, and perhaps `more`."""
    return {"type": "object", "required": list(required), "properties": {**required, **more}}


def page(name: str) -> Schema:
    """A page of a list."""
    return record({"items": some(name), "next": maybe(TEXT)})


_SPAN = {"start": TIME, "end": TIME}
_OBJECTION = record({"code": TEXT, "params": ANY, "message": TEXT, "next": TEXT}, next_code=maybe(TEXT))
_PROBLEM = record(
    {
        "type": TEXT,
        "title": TEXT,
        "status": WHOLE,
        "code": TEXT,
        "detail": TEXT,
        "objections": some("Objection"),
    },
    alternatives=some("Slot"),
)
_RESERVATION = record(
    {"id": TEXT, "machine": TEXT, "member": TEXT, **_SPAN, "kind": one_of(ReservationKind), "status": one_of(ReservationStatus)},
    note=TEXT, created=TIME, warnings=some("Warning"),
)  # fmt: skip
_MACHINE = record(
    {
        "id": TEXT, "name": TEXT, "family": TEXT, "lab": TEXT, "model": TEXT, "room": TEXT,
        "status": one_of(MachineStatus), "phase": maybe(TEXT), "free_until": maybe(TIME), "busy_until": maybe(TIME),
        "needs": {"type": "array", "items": TEXT}, "rules": ANY, "materials": {"type": "array"},
    },
    note=TEXT, online=maybe(FLAG), risk=one_of(Risk),
)  # fmt: skip
_SESSION = record(
    {
        "id": TEXT, "machine": TEXT, "member": TEXT, "reservation": maybe(TEXT), "start": TIME, "end": maybe(TIME),
        "end_reason": maybe(TEXT), "end_quality": maybe(TEXT), "minutes": maybe(WHOLE),
    },
    responsible=maybe(TEXT), kind=one_of(SessionKind), until=maybe(TIME),
)  # fmt: skip
_REASONS = record(dict.fromkeys(LANGUAGES, TEXT))
_CALENDAR = record(
    {
        "reservations": {
            "type": "array",
            "items": record({**_SPAN, "kind": TEXT, "mine": FLAG}, id=TEXT, member=TEXT, name=maybe(TEXT)),
        },
        "closures": {"type": "array", "items": record({**_SPAN, "reason": TEXT}, reasons=_REASONS)},
        "openings": {"type": "array", "items": record({**_SPAN, "audience": one_of(Audience)})},
    }
)
_CERTIFICATE = record(
    {
        "id": TEXT, "course": TEXT, "member": TEXT, "state": one_of([*CertificateState, "None"]),
        "granted": maybe(TIME), "until": maybe(TIME), "missing": some("Objection"),
    }
)  # fmt: skip
_WAITING = record(
    {
        "id": TEXT, "member": TEXT, "machine": maybe(TEXT), "family": maybe(TEXT), **_SPAN, "min_minutes": WHOLE,
        "expires": TIME, "status": one_of(WaitingStatus), "created": TIME,
        "offer": maybe(record({"machine": TEXT, **_SPAN, "expires": TIME, "held": FLAG})),
    }
)  # fmt: skip
_CLOSURE = {"id": TEXT, "lab": TEXT, "machine": maybe(TEXT), **_SPAN, "reason": TEXT, "created": TIME}
_FEED = {"id": TEXT, "subject": one_of(FeedSubject), "machine": maybe(TEXT), "details": FLAG, "created": TIME}
_LOCKOUT = record(
    {
        "id": TEXT, "machine": TEXT, "kind": one_of(LockKind), "owner": maybe(TEXT), "reason": TEXT, "since": TIME,
        "in_force": FLAG, "state": TEXT, "lifted": maybe(TIME),
    }
)  # fmt: skip
_STRIKE = record(
    {
        "id": TEXT, "member": TEXT, "cause": TEXT, "halves": WHOLE, "reservation": maybe(TEXT), "machine": maybe(TEXT),
        "at": TIME, "until": TIME, "status": one_of(Stands),
        "appeal": maybe(record({"at": TIME, "reason": TEXT})),
        "answer": maybe(record({"act": TEXT, "at": TIME, "reason": TEXT})),
    }
)  # fmt: skip
_REPORT = record(
    {
        "id": TEXT, "machine": TEXT, "member": TEXT, "severity": one_of(Severity), "words": TEXT, "at": TIME,
        "lockout": maybe(TEXT), "answer": maybe(one_of(Verdict)), "answered": maybe(TIME), "reason": TEXT,
        "category": one_of(Trouble), "photo": maybe(TEXT),
    }
)  # fmt: skip
_INCIDENT = record(
    {
        "id": TEXT, "kind": one_of(IncidentKind), "machine": maybe(TEXT), "at": TIME, "words": TEXT,
        "concerned": {"type": "array", "items": TEXT}, "by": TEXT, "made": TIME, "done": TEXT,
        "closed": maybe(TIME), "closed_by": maybe(TEXT),
    }
)  # fmt: skip
_TRAINING = record(
    {
        "id": TEXT, "lab": TEXT, "course": TEXT, "machines": {"type": "array", "items": TEXT}, "trainer": TEXT,
        **_SPAN, "places": WHOLE, "free": WHOLE, "reservations": {"type": "array", "items": TEXT},
    },
    enrolled={"type": "array", "items": TEXT},
)  # fmt: skip
_UPKEEP = record({"id": TEXT, "machine": TEXT, "at": TIME, "by": maybe(TEXT), "note": TEXT})
_RESOURCE = record(
    {
        "id": TEXT, "name": TEXT, "machines": {"type": "array", "items": TEXT}, "down": maybe(TIME),
        "until": maybe(TIME), "reason": TEXT, "kind": TEXT, "missed": LIST,
    },
    cancelled=some("Reservation"), warned=some("Reservation"),
)  # fmt: skip
_SPACE = record(  # SpaceAPI 15: what it asks for, and of the rest what we say
    {
        "api_compatibility": {"type": "array", "items": TEXT},
        "space": TEXT,
        "logo": TEXT,
        "url": TEXT,
        "contact": ANY,
    },
    location=record({"timezone": TEXT}),
    state=record({"open": FLAG, "message": TEXT}, lastchange=WHOLE),
    sensors=record({"people_now_present": {"type": "array", "items": record({"value": WHOLE}, name=TEXT)}}),
)
_EXPORT = record(
    {
        "made": TIME, "member": ANY, "badges": some("Badge"), "certificate_events": LIST, "reservations": some("Reservation"),
        "sessions": some("Session"), "waiting": LIST, "strikes": LIST, "rebookings": LIST, "feeds": LIST, "tokens": LIST, "reports": LIST,
        "incidents": LIST,
        "audit": some("Entry"),
    }
)  # fmt: skip
_RULE_SET = record(
    {"level": TEXT, "subject": TEXT, "version": WHOLE, "rules": ANY, "reason": TEXT, "by": TEXT, "at": TIME}
)
_RULES_HERE = {"level": TEXT, "subject": TEXT, "version": WHOLE, "rules": ANY}
_HINDERED = record(
    {"reservation": TEXT, "machine": TEXT, "start": TIME, "codes": {"type": "array", "items": TEXT}}
)

SCHEMAS: Mapping[str, Schema] = {
    "Problem": _PROBLEM,
    "Objection": _OBJECTION,
    "Slot": record({"machine": TEXT, **_SPAN}),
    "Machine": _MACHINE,
    "Calendar": _CALENDAR,
    "Decision": record({"allowed": FLAG, "until": maybe(TIME), "objections": some("Objection")}),
    "Board": record({"labs": {"type": "array", "items": record({"id": TEXT, "name": TEXT})}, "machines": some("Machine")}),
    "Reservation": _RESERVATION,
    "Warning": record({"code": TEXT, "params": ANY, "message": TEXT}),
    "Session": _SESSION,
    "Certificate": _CERTIFICATE,
    "Member": record({"id": TEXT, "email": TEXT, "name": TEXT, "lang": TEXT, "status": one_of(MemberStatus)}),
    "Badge": record({"id": TEXT, "member": TEXT, "kind": TEXT, "state": one_of(BadgeState)}),
    "Node": record(
        {"id": TEXT, "machine": TEXT, "online": FLAG, "view_rev": WHOLE, "version": TEXT, "last_seen": maybe(TIME)},
        state=one_of(Fitted), created=TIME, retired=maybe(TIME),
    ),
    "Lockout": _LOCKOUT,
    "Strike": _STRIKE,
    "Report": _REPORT,
    "Incident": _INCIDENT,
    "Training": _TRAINING,
    "Resource": _RESOURCE,
    "Upkeep": _UPKEEP,
    "UpkeepHere": record(
        {
            "machine": TEXT, "stands": TEXT, "power_s": WHOLE, "time_s": WHOLE, "after_h": maybe(WHOLE),
            "after_d": maybe(WHOLE), "done": some("Upkeep"),
        }
    ),
    "StrikesMine": record({"items": some("Strike"), "next": maybe(TEXT), "halves": WHOLE, "barred_until": maybe(TIME)}),
    "Space": _SPACE,
    "Export": _EXPORT,
    "Order": record({"id": TEXT, "machine": TEXT, "node": TEXT, "order": TEXT}),
    "Selftest": record({"at": TIME, "result": TEXT, "parts": ANY, "words": ANY}),
    "Presence": record({"member": TEXT, "until": maybe(TIME)}),
    "Checklist": record({"course": TEXT, "items": LIST}),
    "Enrolment": record({"node": TEXT, "member": TEXT, "check": TEXT, "until": TIME}),
    "Waiting": _WAITING,
    "Closure": record(_CLOSURE, reasons=_REASONS),
    "ClosureMade": record({**_CLOSURE, "cancelled": some("Reservation")}, reasons=_REASONS),
    "Feed": record(_FEED),
    "FeedMade": record({**_FEED, "url": TEXT}),
    "RuleSet": _RULE_SET,
    "RulesHere": record(_RULES_HERE),
    "RulesThere": record({**_RULES_HERE, "versions": some("RuleSet")}),
    "Simulation": record({"checked": WHOLE, "refused": some("Hindered"), "coming": some("Hindered")}),
    "Hindered": _HINDERED,
    "Occurrence": record(
        {"start": maybe(TIME), "end": maybe(TIME), "reservation": maybe(TEXT), "objections": some("Objection")}
    ),
    "SeriesMade": record({"items": some("Occurrence")}, id=maybe(TEXT)),
    "Entry": record({"seq": WHOLE, "at": TIME, "actor": TEXT, "action": TEXT, "subject": TEXT, "data": ANY, "hash": TEXT}),
    "Preview": record(
        {},
        cancelled=some("Reservation"), going_on=some("Reservation"), warned=some("Reservation"),
        reservations=some("Reservation"), sessions=some("Session"),
    ),
} | {
    f"{name}Page": page(name)
    for name in (
        "Machine", "Slot", "Reservation", "Session", "Certificate", "Member", "Badge", "Node", "Selftest", "Lockout", "Waiting",
        "Closure", "Feed", "RulesHere", "Entry", "Report", "Resource", "Incident", "Training",
    )
}  # fmt: skip

# what a trial run answers, by the query that asks for it; it writes nothing and is 200
TRIALS = {"preview": "Preview", "simulate": "Simulation"}

QUERY: Mapping[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200},
    "minutes": {"type": "integer", "minimum": 1, "maximum": 10080},
    "mine": {"type": "string", "enum": ["0", "1"]},
    "usable": {"type": "string", "enum": ["0", "1"]},
    "preview": {"type": "string", "enum": ["0", "1"]},
    "simulate": {"type": "string", "enum": ["0", "1"]},
    "scope": {"type": "string", "enum": ["this", "following", "all"]},
    "from": TIME,
    "to": TIME,
    "at": TIME,
}
