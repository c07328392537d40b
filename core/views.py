"""How does a view travel? MachineView <-> the body of `down/view`, exactly as wire.md writes it.

Unknown fields are ignored; a field that is missing or of the wrong kind refuses the whole view.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from core.calendars import Opening
from core.company import NOBODY, Company
from core.grants import Booking, Checklists, Grant, MachinePolicy, MachineView, Refusal
from core.timeline import BadInstant, Span, instant, stamp
from core.vocabulary import Audience, MachineStatus, Reason, ReservationKind, Risk, Role

VERSION = 1
ITEM = ("id", "fr", "nl", "en")  # of a checklist
_ROLES = frozenset(role.value for role in Role)


_GRANT = tuple(one.name for one in fields(Grant))


class BadView(ValueError):  # noqa: N818 -- it says what came
    """A body that is no view of version 1."""


def view_body(view: MachineView) -> dict[str, Any]:
    """The body of `down/view` (JSON values only)."""
    return {
        "v": VERSION,
        "epoch": view.epoch,
        "store": view.store,
        "rev": view.rev,
        "issued": stamp(view.issued),
        "machine": policy_body(view.machine),
        "grants": [grant_body(grant) for grant in view.grants.values()],
        "refusals": {key: [_refusal_body(one) for one in found] for key, found in view.refusals.items()},
        "bookings": [booking_body(booking) for booking in view.bookings],
        "openings": [_opening_body(opening) for opening in view.openings],
        "trainings": [],
        "texts": {
            "checklists": {name: [dict(item) for item in items] for name, items in view.checklists.items()}
        },
        "audit": dict(view.audit),
        **({} if view.company == NOBODY else {"company": _company_body(view.company)}),
    }


def policy_body(policy: MachinePolicy) -> dict[str, Any]:
    """The machine's figures as JSON values."""
    return asdict(policy) | {"needs": list(policy.needs), "lacks": list(policy.lacks)}


def grant_body(grant: Grant) -> dict[str, Any]:
    """A grant as the wire writes it."""
    until = None if grant.until is None else stamp(grant.until)
    said = {name: getattr(grant, name) for name in _GRANT}
    return said | {"until": until, "roles": [role.value for role in grant.roles]}


def _refusal_body(refusal: Refusal) -> dict[str, Any]:
    return {"code": refusal.code.value, "params": dict(refusal.params)}


def booking_body(one: Booking) -> dict[str, Any]:
    """A slot as the wire writes it."""
    times = {"start": stamp(one.start), "end": stamp(one.end)}
    return {"id": one.id, "who": one.who, "kind": one.kind.value} | times


def _opening_body(one: Opening) -> dict[str, Any]:
    return {"start": stamp(one.start), "end": stamp(one.end), "audience": one.audience.value}


def _company_body(company: Company) -> dict[str, Any]:
    staffed = [{"start": stamp(one.start), "end": stamp(one.end)} for one in company.staffed]
    said = {"ends": [stamp(end) for end in company.ends], "staffed": staffed, "who": list(company.who)}
    hosts = {guest: None if end is None else stamp(end) for guest, end in company.hosts.items()}
    return {**said, **({"hosts": hosts} if hosts else {})}


def view_from_body(body: Mapping[str, Any]) -> MachineView:
    """The view that a body of `down/view` says; raises BadView on anything else."""
    try:
        return _view(body)
    except (KeyError, TypeError, ValueError, AttributeError, BadInstant) as bad:
        raise BadView(f"no view: {bad!r}") from bad


def _view(body: Mapping[str, Any]) -> MachineView:
    if body["v"] != VERSION:
        raise BadView(f"view of version {body['v']!r}")
    grants = (_grant(one) for one in body["grants"])
    return MachineView(
        epoch=_whole(body["epoch"]),
        store=_text(body["store"]),
        rev=_whole(body["rev"]),
        issued=instant(body["issued"]),
        machine=policy_from_body(body["machine"]),
        grants=MappingProxyType({grant.key: grant for grant in grants}),
        refusals=MappingProxyType(
            {key: tuple(_refusal(one) for one in found) for key, found in body["refusals"].items()}
        ),
        bookings=tuple(_booking(one) for one in body["bookings"]),
        openings=tuple(_opening(one) for one in body["openings"]),
        audit=dict(body.get("audit") or {}),
        checklists=_checklists(body.get("texts")),
        company=_company(body.get("company")),
    )


def _company(told: Any) -> Company:
    """Who is there; not said: nobody."""
    if told is None:
        return NOBODY
    staffed = tuple(Span(instant(one["start"]), instant(one["end"])) for one in told["staffed"])
    who = tuple(_text(one) for one in told.get("who", ()))
    hosts = {_text(guest): _until(end) for guest, end in told.get("hosts", {}).items()}
    return Company(tuple(instant(end) for end in told["ends"]), staffed, who, hosts)


def _checklists(texts: Any) -> Checklists:
    """What a sign-off confirms, by course; a list that cannot be read is none."""
    told = texts.get("checklists") if isinstance(texts, Mapping) else None
    found = told.items() if isinstance(told, Mapping) else ()
    return {str(course): items for course, given in found if (items := _items(given))}


def _items(given: Any) -> tuple[Mapping[str, str], ...]:
    items = given if isinstance(given, list) else []
    whole = all(
        isinstance(one, Mapping) and all(isinstance(one.get(part), str) for part in ITEM) for one in items
    )
    return tuple({part: one[part] for part in ITEM} for one in items) if whole else ()


def policy_from_body(body: Mapping[str, Any]) -> MachinePolicy:
    """The machine's figures from JSON values; what is not said keeps its default."""
    known = {one.name: _KINDS.get(str(one.type), _text) for one in fields(MachinePolicy)}
    values: dict[str, Any] = {name: read(body[name]) for name, read in known.items() if name in body}
    return MachinePolicy(**values)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadView(f"no whole number: {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadView(f"no text: {value!r}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadView(f"no yes or no: {value!r}")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise BadView(f"no list: {value!r}")
    return tuple(_text(one) for one in value)


def grant_from_body(body: Mapping[str, Any]) -> Grant:
    """The grant in a body made by `grant_body`. Raises BadView."""
    try:
        return _grant(body)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadView("no grant") from problem


_KINDS: Mapping[str, Callable[[Any], object]] = {
    "<class 'int'>": _whole,
    "<class 'bool'>": _flag,
    "tuple[str, ...]": _names,
    "int | None": lambda value: None if value is None else _whole(value),
    str(Risk): Risk,
    str(MachineStatus): MachineStatus,
}


def _grant(body: Mapping[str, Any]) -> Grant:
    return Grant(
        key=_text(body["key"]),
        who=_text(body["who"]),
        name=_text(body["name"]),
        lang=_text(body["lang"]),
        until=_until(body["until"]),
        roles=tuple(Role(role) for role in body["roles"] if role in _ROLES),
        pin=_flag(body["pin"]),
        level=_text(body["level"]),
    )


def _until(value: object) -> datetime | None:
    return None if value is None else instant(value)


def _refusal(body: Mapping[str, Any]) -> Refusal:
    return Refusal(Reason(body["code"]), dict(body.get("params") or {}))


def _booking(body: Mapping[str, Any]) -> Booking:
    kind = ReservationKind(body["kind"])
    return Booking(_text(body["id"]), _text(body["who"]), kind, instant(body["start"]), instant(body["end"]))


def _opening(body: Mapping[str, Any]) -> Opening:
    return Opening(instant(body["start"]), instant(body["end"]), Audience(body["audience"]))
