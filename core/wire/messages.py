"""What can hub and node say to each other? One frozen dataclass for each message body of wire.md.

`read(Hello, body)` checks and types a received body, `body_of(hello)` makes one to send.
The view's inside belongs to `core.grants`; here it stays a dictionary.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from core.vocabulary import LockKind, Purpose, Reason
from core.wire.shapes import (
    body_of,
    by_name,
    each,
    flag,
    maybe,
    moment,
    part,
    read,
    text,
    thing,
    token,
    whole,
    word_of,
)
from core.wire.states import Holding, HubState, LocksShown, NodeState

__all__ = [
    "MOST_RECORDS",
    "Ack",
    "Answer",
    "Ask",
    "Badge",
    "Decision",
    "Done",
    "Hello",
    "Holding",
    "HubState",
    "Lock",
    "LockList",
    "LocksShown",
    "NodeState",
    "Now",
    "Objected",
    "Order",
    "OrderKind",
    "Records",
    "View",
    "body_of",
    "read",
]

MOST_RECORDS = 100  # in one batch (wire.md): about 40 KB, a second on the slowest link
_ids = each(token, 1000)


class OrderKind(StrEnum):
    """What the hub may ask a node to do; none of it closes a relay."""

    STOP = "stop"
    STOP_NOW = "stop-now"
    EXTEND = "extend"
    ENROL = "enrol"
    IDENTIFY = "identify"
    RELOAD = "reload"
    RESET = "reset"
    SELFTEST = "selftest"


def _held(value: object) -> Holding | None:
    """A holding in a hello. The page leaves its shape open and nothing is decided by it."""
    try:
        return maybe(part(Holding))(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Hello:
    """What is the time, and do I hold what you last sent? A new nonce each time."""

    nonce: Annotated[str, token]
    boot: Annotated[str, token]
    epoch: Annotated[int | None, maybe(whole)] = None
    store: Annotated[str | None, maybe(token)] = None
    view: Annotated[Holding | None, _held] = None
    locks: Annotated[Holding | None, _held] = None
    heads: Annotated[dict[str, int] | None, maybe(by_name(whole, 10_000))] = None


@dataclass(frozen=True, slots=True)
class Now:
    """The answer to a hello: the only message that gives time and freshness."""

    nonce: Annotated[str, token]
    time: Annotated[datetime, moment]
    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    view_rev: Annotated[int | None, maybe(whole)] = None
    lock_rev: Annotated[int | None, maybe(whole)] = None


@dataclass(frozen=True, slots=True)
class View:
    """What one node may decide from; the inside is read by `core.grants`."""

    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    rev: Annotated[int, whole]
    issued: Annotated[datetime, moment]
    machine: Annotated[dict[str, object], thing]
    grants: Annotated[tuple[dict[str, object], ...], each(thing)]
    refusals: Annotated[dict[str, tuple[dict[str, object], ...]], by_name(each(thing, 100))]
    bookings: Annotated[tuple[dict[str, object], ...], each(thing)] = ()
    openings: Annotated[tuple[dict[str, object], ...], each(thing)] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock of a machine: it goes by its id alone."""

    id: Annotated[str, token]
    kind: Annotated[LockKind, word_of(LockKind)]
    owner: Annotated[str | None, maybe(token)] = None
    by: Annotated[str | None, maybe(token)] = None
    reason: Annotated[str | None, maybe(text)] = None
    since: Annotated[datetime | None, maybe(moment)] = None


@dataclass(frozen=True, slots=True)
class LockList:
    """The locks that stand and those that are lifted; what is in neither stays as it is."""

    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    rev: Annotated[int, whole]
    locks: Annotated[tuple[Lock, ...], each(part(Lock), 1000)] = ()
    lifted: Annotated[tuple[str, ...], _ids] = ()


def _record(value: object) -> dict[str, object]:
    """A journal record, kept whole: its hash is made of every field it has."""
    part(_RecordHead)(value)
    return thing(value)


@dataclass(frozen=True, slots=True)
class _RecordHead:
    seq: Annotated[int, whole]
    at: Annotated[datetime, moment]
    boot: Annotated[str, token]
    mono_ms: Annotated[int, whole]
    clock: Annotated[str, token]
    type: Annotated[str, token]
    session: Annotated[str | None, maybe(token)]
    data: Annotated[dict[str, object], thing]
    prev: Annotated[str, text]
    hash: Annotated[str, token]


@dataclass(frozen=True, slots=True)
class Records:
    """A batch of one journal, oldest first, without a gap from `first`."""

    journal: Annotated[str, token]
    boot: Annotated[str, token]
    first: Annotated[int, whole]
    records: Annotated[tuple[dict[str, object], ...], each(_record, MOST_RECORDS)]


@dataclass(frozen=True, slots=True)
class Ack:
    """Up to which seq of each journal everything is committed in the hub's database."""

    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    journals: Annotated[dict[str, int], by_name(whole, 10_000)]


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge as one node names it; never its UID."""

    key: Annotated[str, token]
    kind: Annotated[str, token] = "uid"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a badge that waits 800 ms for its answer."""

    id: Annotated[str, token]
    nonce: Annotated[str, token]
    at: Annotated[datetime, moment]
    badge: Annotated[Badge, part(Badge)]
    purpose: Annotated[Purpose, word_of(Purpose)]
    secret: Annotated[str | None, maybe(token)] = None


@dataclass(frozen=True, slots=True)
class Objected:
    """One refusal on the wire: translated only where it is shown."""

    code: Annotated[Reason, word_of(Reason)]
    params: Annotated[dict[str, object] | None, maybe(thing)] = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the hub decides about a badge."""

    allowed: Annotated[bool, flag]
    until: Annotated[datetime | None, maybe(moment)] = None
    objections: Annotated[tuple[Objected, ...], each(part(Objected), 100)] = ()


def _booking(value: object) -> dict[str, object]:
    return {"id": token(value)} if isinstance(value, str) else thing(value)


@dataclass(frozen=True, slots=True)
class Answer:
    """The hub's answer to one open question, with the grant and booking it rests on."""

    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    id: Annotated[str, token]
    nonce: Annotated[str, token]
    decision: Annotated[Decision, part(Decision)]
    grant: Annotated[dict[str, object] | None, maybe(thing)] = None
    reservation: Annotated[dict[str, object] | None, maybe(_booking)] = None


@dataclass(frozen=True, slots=True)
class Order:
    """Something the hub asks of a node's present start, within ten seconds."""

    epoch: Annotated[int, whole]
    store: Annotated[str, token]
    id: Annotated[str, token]
    boot: Annotated[str, token]
    expires: Annotated[datetime, moment]
    order: Annotated[OrderKind, word_of(OrderKind)]
    session: Annotated[str | None, maybe(token)] = None
    by: Annotated[str | None, maybe(token)] = None
    reason: Annotated[str | None, maybe(text)] = None
    args: Annotated[dict[str, object] | None, maybe(thing)] = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an order."""

    id: Annotated[str, token]
    ok: Annotated[bool, flag]
    code: Annotated[str | None, maybe(token)] = None
    detail: Annotated[str | None, maybe(text)] = None
