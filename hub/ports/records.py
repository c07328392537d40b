"""What did the nodes journal? Each (node, journal, seq) once, as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that verified; `text` is its canonical text as received."""

    seq: int
    at: datetime
    type: str
    session: str | None
    text: str
    hash: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as kept."""

    node: str
    journal: str
    seq: int
    at: datetime
    type: str
    session: str | None
    text: str
    hash: str


@dataclass(frozen=True, slots=True)
class JournalHead:
    """How far a journal is stored without a gap, and the hash there."""

    journal: str
    stored: int
    hash: str


class Records(Protocol):
    """The journals of the nodes."""

    def head(self, node: str, journal: str) -> JournalHead | None:
        """How far this journal is stored; None when it is new."""
        ...

    def heads(self, node: str) -> Sequence[JournalHead]:
        """All journals of a node, in the order they were first seen."""
        ...

    def hash_of(self, node: str, journal: str, seq: int) -> str | None:
        """The hash stored at this place."""
        ...

    def at(self, node: str, journal: str, seq: int) -> StoredRecord | None:
        """The record at this place."""
        ...

    def fill(self, node: str, lab: str, journal: str, records: Sequence[NewRecord], now: datetime) -> None:
        """Store records below the head that were missing there."""
        ...

    def append(self, node: str, lab: str, journal: str, records: Sequence[NewRecord], now: datetime) -> None:
        """Store records that follow the head without a gap, and move the head."""
        ...

    def put_aside(
        self, node: str, lab: str, journal: str, record: NewRecord, why: str, now: datetime
    ) -> bool:
        """Keep what does not fit; False when it is kept already."""
        ...

    def aside(self, node: str, journal: str, seq: int, why: str) -> Sequence[str]:
        """The texts kept aside for this place and reason, in the order they came."""
        ...

    def of_session(self, session: str) -> Sequence[StoredRecord]:
        """The records of a session, in order."""
        ...

    def between(self, lab: str, kind: str, start: datetime, end: datetime) -> Sequence[StoredRecord]:
        """The records of a type in a lab that happened within [start, end], oldest first."""
        ...

    def of(self, node: str, types: Sequence[str], limit: int = 50) -> Sequence[StoredRecord]:
        """The latest records of these types, newest first."""
        ...
