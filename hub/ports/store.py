"""How does the hub remember? One way to read, one way to write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from hub.ports.assurance import Assurance
from hub.ports.bookings import Bookings
from hub.ports.certificates import Certificates
from hub.ports.feeds import Feeds
from hub.ports.figures import Figures, Mark
from hub.ports.incidents import Incidents
from hub.ports.machines import Machines
from hub.ports.nodes import Nodes
from hub.ports.paper import Audit, Outbox, Replays, Tokens
from hub.ports.people import Badges, People
from hub.ports.planning import Rules, SeriesShelf
from hub.ports.records import Records
from hub.ports.revisions import Revisions
from hub.ports.sanctions import Rebookings, Strikes
from hub.ports.sessions import Locks, Sessions
from hub.ports.trainings import Trainings
from hub.ports.upkeep import Reports, Resources, Upkeeps
from hub.ports.waiting import WaitingList

T = TypeVar("T")


class Busy(Exception):  # noqa: N818 -- the code it becomes at every door
    """The database could not take the write in time; nothing was written, try again."""


@dataclass(frozen=True, slots=True)
class StoreMark:
    """Which store this is: `epoch` is the Unix second it was made."""

    epoch: int
    store: str
    demo: bool


class Meta(Protocol):
    """Which store is this?"""

    def mark(self) -> StoreMark | None:
        """Its mark; None before `found`."""
        ...

    def found(self, mark: StoreMark, now: datetime) -> None:
        """Mark a new store, once."""
        ...

    def figures(self, mark: Mark | None) -> Figures:
        """How much happened since a mark (None: from now on), and how much waits."""
        ...


class Tx(Protocol):
    """A transaction: one attribute per subject."""

    @property
    def meta(self) -> Meta: ...  # noqa: D102 -- the types say it
    @property
    def people(self) -> People: ...  # noqa: D102
    @property
    def badges(self) -> Badges: ...  # noqa: D102
    @property
    def assurance(self) -> Assurance: ...  # noqa: D102
    @property
    def machines(self) -> Machines: ...  # noqa: D102
    @property
    def bookings(self) -> Bookings: ...  # noqa: D102
    @property
    def certificates(self) -> Certificates: ...  # noqa: D102
    @property
    def trainings(self) -> Trainings: ...  # noqa: D102
    @property
    def nodes(self) -> Nodes: ...  # noqa: D102
    @property
    def sessions(self) -> Sessions: ...  # noqa: D102
    @property
    def records(self) -> Records: ...  # noqa: D102
    @property
    def locks(self) -> Locks: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102
    @property
    def audit(self) -> Audit: ...  # noqa: D102
    @property
    def tokens(self) -> Tokens: ...  # noqa: D102
    @property
    def replays(self) -> Replays: ...  # noqa: D102
    @property
    def waiting(self) -> WaitingList: ...  # noqa: D102
    @property
    def series(self) -> SeriesShelf: ...  # noqa: D102
    @property
    def rules(self) -> Rules: ...  # noqa: D102
    @property
    def strikes(self) -> Strikes: ...  # noqa: D102
    @property
    def rebookings(self) -> Rebookings: ...  # noqa: D102
    @property
    def reports(self) -> Reports: ...  # noqa: D102
    @property
    def incidents(self) -> Incidents: ...  # noqa: D102
    @property
    def resources(self) -> Resources: ...  # noqa: D102
    @property
    def upkeeps(self) -> Upkeeps: ...  # noqa: D102
    @property
    def revisions(self) -> Revisions: ...  # noqa: D102

    @property
    def feeds(self) -> Feeds: ...  # noqa: D102

    def fresh_id(self) -> str:
        """A new opaque id: 128 random bits in base64url."""
        ...


class Store(Protocol):
    """The database."""

    def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction; returns after its commit. `fn` may run again: no effects but on `tx`.

        Raises Busy when the database stays locked, and whatever `fn` raises (then nothing of it is written).
        """
        ...

    def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on one consistent snapshot that cannot write."""
        ...


class BadgeVault(Protocol):
    """Keeps UIDs: a keyed hash to find them, an encrypted text to compute nodes' keys. No UID anywhere else."""

    def key(self, uid: bytes) -> str:
        """The keyed hash under which the badge is found."""
        ...

    def seal(self, secret: bytes) -> bytes:
        """Encrypted UID (or node key)."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; ValueError when the key is another."""
        ...
