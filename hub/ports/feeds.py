"""Who may read which calendar by a secret link, without signing in?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class FeedSubject(StrEnum):
    """What a link shows: one's own bookings, a machine's busy times, or the lab's closures and classes."""

    PERSON = "person"
    MACHINE = "machine"
    LAB = "lab"


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar link as kept: `hash` alone is known of its secret; `details` false = busy times only."""

    id: str
    lab: str
    person: str
    subject: FeedSubject
    machine: str | None
    details: bool
    hash: str
    created: datetime
    revoked: datetime | None = None


class Feeds(Protocol):
    """The calendar links."""

    def by_hash(self, digest: str) -> Feed | None:
        """The link whose secret has this hash, whatever its state."""
        ...

    def get(self, feed: str) -> Feed | None:
        """The link with this id, whatever its state."""
        ...

    def of(self, person: str) -> Sequence[Feed]:
        """A person's links that stand, newest first."""
        ...

    def add(self, feed: Feed) -> None:
        """Remember a link."""
        ...

    def revoke(self, feed: str, now: datetime) -> bool:
        """Make it void; False when it is unknown or void already."""
        ...
