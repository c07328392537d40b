"""What does a service hold in its hand? One connection, one book per subject, opened when first asked."""

import secrets
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from hub.store.books.assurance import AssuranceBook
from hub.store.books.audit import AuditBook
from hub.store.books.badges import BadgeBook
from hub.store.books.bookings import BookingBook
from hub.store.books.certificates import CertificateBook
from hub.store.books.feeds import FeedBook
from hub.store.books.incidents import IncidentBook
from hub.store.books.machines import MachineBook
from hub.store.books.nodes import NodeBook
from hub.store.books.outbox import OutboxBook
from hub.store.books.people import PeopleBook
from hub.store.books.planning import RuleBook, SeriesBook
from hub.store.books.records import RecordBook
from hub.store.books.replays import ReplayBook
from hub.store.books.revisions import Numbers, OneLook, RevisionBook, Watch
from hub.store.books.sanctions import RebookingBook, StrikeBook
from hub.store.books.sessions import LockBook, SessionBook
from hub.store.books.tokens import MetaBook, TokenBook
from hub.store.books.trainings import TrainingBook
from hub.store.books.upkeep import ReportBook, ResourceBook, UpkeepBook
from hub.store.books.waiting import WaitingBook

B = TypeVar("B")


class opened(Generic[B]):  # noqa: N801 -- it stands where a decorator stands
    """A book that is opened when first asked: `cached_property` without its lock, as a transaction has one thread."""

    def __init__(self, opens: Callable[[Any], B]) -> None:
        self._opens, self.__doc__ = opens, opens.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tx: object, _owner: type) -> B:
        book = tx.__dict__[self._name] = self._opens(tx)
        return book


class SqlTx:
    """`hub.ports.Tx` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection

    @property
    def connection(self) -> Connection:
        """What all its books write on."""
        return self._c

    @property
    def _c(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("the transaction is over")
        return self._connection

    @opened
    def meta(self) -> MetaBook:
        """Which store is this?"""
        return MetaBook(self._c)

    @opened
    def people(self) -> PeopleBook:
        """The people."""
        return PeopleBook(self._c)

    @opened
    def badges(self) -> BadgeBook:
        """Their badges."""
        return BadgeBook(self._c)

    @opened
    def assurance(self) -> AssuranceBook:
        """Their PINs and second factors."""
        return AssuranceBook(self._c)

    @opened
    def machines(self) -> MachineBook:
        """Labs, machines, seats and hours."""
        return MachineBook(self._c)

    @opened
    def bookings(self) -> BookingBook:
        """The reservations."""
        return BookingBook(self._c)

    @opened
    def trainings(self) -> TrainingBook:
        """What is taught when."""
        return TrainingBook(self._c)

    @opened
    def certificates(self) -> CertificateBook:
        """Courses and what happened in them."""
        return CertificateBook(self._c)

    @opened
    def nodes(self) -> NodeBook:
        """The nodes."""
        return NodeBook(self._c)

    @opened
    def sessions(self) -> SessionBook:
        """The usage."""
        return SessionBook(self._c)

    @opened
    def records(self) -> RecordBook:
        """The nodes' journals."""
        return RecordBook(self._c)

    @opened
    def locks(self) -> LockBook:
        """The locks."""
        return LockBook(self._c)

    @opened
    def outbox(self) -> OutboxBook:
        """What is to be sent."""
        return OutboxBook(self._c)

    @opened
    def audit(self) -> AuditBook:
        """Who did what."""
        return AuditBook(self._c)

    @opened
    def tokens(self) -> TokenBook:
        """The bearer tokens."""
        return TokenBook(self._c)

    @opened
    def replays(self) -> ReplayBook:
        """The answers that keys already got."""
        return ReplayBook(self._c)

    @opened
    def revisions(self) -> Numbers:
        """Is what was computed before still true?"""
        return RevisionBook(self._c)

    @opened
    def feeds(self) -> FeedBook:
        """The secret calendar links."""
        return FeedBook(self._c)

    @opened
    def waiting(self) -> WaitingBook:
        """The waiting list."""
        return WaitingBook(self._c)

    @opened
    def series(self) -> SeriesBook:
        """What repeats."""
        return SeriesBook(self._c)

    @opened
    def rules(self) -> RuleBook:
        """The rules and their versions."""
        return RuleBook(self._c)

    @opened
    def strikes(self) -> StrikeBook:
        """What went wrong."""
        return StrikeBook(self._c)

    @opened
    def rebookings(self) -> RebookingBook:
        """What the lab owes."""
        return RebookingBook(self._c)

    @opened
    def incidents(self) -> IncidentBook:
        """What nearly went wrong, or did."""
        return IncidentBook(self._c)

    @opened
    def reports(self) -> ReportBook:
        """What members report of machines."""
        return ReportBook(self._c)

    @opened
    def upkeeps(self) -> UpkeepBook:
        """When machines were looked after."""
        return UpkeepBook(self._c)

    @opened
    def resources(self) -> ResourceBook:
        """What machines share."""
        return ResourceBook(self._c)

    def fresh_id(self) -> str:
        """A new opaque id: 128 random bits in base64url."""
        return secrets.token_urlsafe(16)


class ReadingTx(SqlTx):
    """The same on a snapshot of an SQLite file that begins with the first question: who asks only for revisions needs none.

    Before that question the watch tells them; after it the snapshot's own table does. So nothing that was read from a snapshot is
    ever kept under a revision that is newer than the snapshot.
    """

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self._engine, self._watch = engine, OneLook(watch)
        self._connection = None

    @property
    def _c(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @property
    def revisions(self) -> Numbers:
        """Is what was computed before still true?"""
        return self._watch if self._connection is None else RevisionBook(self._connection)

    def close(self) -> None:
        """Leave the snapshot."""
        if self._connection is not None:
            self._connection.close()
