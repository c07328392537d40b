"""What is to be sent, what was done, who may ask, what was already answered?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """An effect to be made after the commit: `kind` says who takes it (view, locks, mail, live, ...)."""

    id: int
    lab: str
    kind: str
    target: str
    payload: Mapping[str, Any]
    due: datetime
    created: datetime
    tries: int


class Outbox(Protocol):
    """What is to be sent."""

    def put(self, lab: str, kind: str, target: str, payload: Mapping[str, Any], now: datetime) -> None:
        """Send this after the commit, at once."""
        ...

    def put_once(self, lab: str, kind: str, target: str, payload: Mapping[str, Any], now: datetime) -> bool:
        """The same, unless an open parcel of this kind and target waits already ("the view of las-1 changed")."""
        ...

    def due(self, now: datetime, kinds: Sequence[str], limit: int = 100) -> Sequence[Parcel]:
        """Open parcels whose time has come, oldest first."""
        ...

    def waiting(self, kinds: Sequence[str], due: datetime | None = None) -> int:
        """How many parcels are open (and due by then); locks nothing, so for `Store.read` too."""
        ...

    def latest(self, kind: str, target: str, since: datetime) -> Sequence[Parcel]:
        """Parcels of a kind for a target made after `since`, sent or not, newest first."""
        ...

    def done(self, parcel: int, now: datetime) -> None:
        """Sent."""
        ...

    def later(self, parcel: int, due: datetime, error: str) -> None:
        """Not sent; try again then."""
        ...


class Entry(NamedTuple):
    """A row of the audit chain; `data` is canonical JSON, `actor` a person's id, a node, or a program."""

    seq: int
    lab: str
    at: datetime
    actor: str
    action: str
    subject: str
    data: str
    prev: str
    hash: str


class Audit(Protocol):
    """Who did what, append-only."""

    def append(
        self, lab: str, actor: str, action: str, subject: str, data: Mapping[str, Any], now: datetime
    ) -> Entry:
        """Add to the chain. No name, address or UID in `data`: ids alone."""
        ...

    def head(self) -> tuple[int, str]:
        """(seq, hash) of the last entry; (0, "") before the first."""
        ...

    def read(self, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Entries in order, those behind `after`."""
        ...

    def newest(self, lab: str, limit: int, before: int | None = None) -> Sequence[Entry]:
        """A lab's entries, newest first, those before the seq `before`."""
        ...

    def about(self, person: str) -> Sequence[Entry]:
        """What this person did, and what was done to him, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as kept: `hash` alone is known of it."""

    id: str
    lab: str
    person: str
    hash: str
    scope: str
    created: datetime
    expires: datetime
    revoked: datetime | None = None


class Tokens(Protocol):
    """The bearer tokens."""

    def by_hash(self, digest: str) -> Token | None:
        """The token with this hash, whatever its state."""
        ...

    def add(self, token: Token) -> None:
        """Remember a token."""
        ...

    def of(self, person: str) -> Sequence[Token]:
        """A person's tokens, newest first."""
        ...

    def revoke(self, token: str, now: datetime) -> bool:
        """Make it void; False when it is unknown or void already."""
        ...


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where an idempotency key counts: with this person, at this door."""

    person: str
    method: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What an idempotency key got; `body_hash` tells the request. `status` None: a hub of before wrote that it began."""

    body_hash: str
    status: int | None
    headers: Mapping[str, str]
    body: str
    created: datetime


class Replays(Protocol):
    """Answers kept for 24 hours by (person, method, path, key)."""

    def alone(self, place: KeyPlace) -> bool:
        """Whether no other transaction answers this key just now; nor will any until this one ends. Never waits."""
        ...

    def find(self, place: KeyPlace) -> KeptAnswer | None:
        """What this key got."""
        ...

    def keep(self, lab: str, place: KeyPlace, answer: KeptAnswer) -> None:
        """Keep the answer; an error where one is kept already."""
        ...

    def forget(self, place: KeyPlace) -> None:
        """Keep nothing of it any longer."""
        ...

    def expire(self, before: datetime) -> int:
        """Drop what is older."""
        ...
