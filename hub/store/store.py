"""How does the hub remember? `Store.write(fn)`: once, durably, or not at all.

On SQLite one thread writes for the whole process (writer.py); on PostgreSQL each caller has a transaction of its own.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.ports.store import Busy, Tx
from hub.store import checkpoints
from hub.store.books.revisions import Watch
from hub.store.checkpoints import Checkpoints
from hub.store.engines import file_of, is_sqlite, postgres_engine, reading_engine, writing_engine
from hub.store.tx import ReadingTx, SqlTx
from hub.store.writer import Writer, commit_alone

T = TypeVar("T")

TRIES = 8  # a transaction that lost that many races in a row meets a hub too busy to promise anything
_LOST_RACE = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected: run it again
_NOW_NOT = frozenset(
    {"55P03", "53100", "53200", "53300", "57014", "57P01", "57P03"}
)  # lock, disk, memory, connections, shut-down


class SqliteStore:
    """One file. `group=False` for short commands: the caller's thread writes, waiting its turn behind the hub."""

    def __init__(self, url: str, *, group: bool = True) -> None:
        self._writing = (
            writing_engine(url, f"wal_autocheckpoint={checkpoints.MOST}") if group else writing_engine(url)
        )
        self._reading, self._path = reading_engine(url), file_of(url)
        self._checkpoints = Checkpoints(self._path) if group else None
        self._writer = Writer(self._writing, self._checkpoints.committed) if self._checkpoints else None
        self._watch = Watch(self._path)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """See `hub.ports.Store.write`."""
        if self._writer is not None:
            return self._writer.write(fn)
        with self._writing.connect() as connection:
            return commit_alone(SqlTx(connection), fn)

    def read(self, fn: Callable[[Tx], T]) -> T:
        """See `hub.ports.Store.read`."""
        tx = ReadingTx(self._reading, self._watch)
        try:
            return fn(tx)
        finally:
            tx.close()

    def make_room(self) -> None:
        """What a hub does once, before people wait for it: the disk gives the room that writing will need."""
        self.write(lambda _tx: None)  # the writer's connection holds the log from its first transaction on
        checkpoints.make_room(self._path)

    def close(self) -> None:
        """Finish what waits and close the file."""
        if self._writer is not None:
            self._writer.close()
        if self._checkpoints is not None:
            self._checkpoints.close()
        self._watch.close()
        self._writing.dispose()
        self._reading.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self.close()


class PostgresStore:
    """A server; every caller writes its own transaction, run again when it lost a race."""

    def __init__(self, url: str) -> None:
        self._engine = postgres_engine(url)

    def write(self, fn: Callable[[Tx], T]) -> T:
        """See `hub.ports.Store.write`."""
        for _ in range(TRIES):
            try:
                with self._engine.begin() as connection:
                    return fn(SqlTx(connection))
            except PoolTimeout as none_free:
                raise Busy(str(none_free)) from none_free
            except DBAPIError as broken:
                if _state(broken) in _NOW_NOT:
                    raise Busy(str(broken.orig)) from broken
                if _state(broken) not in _LOST_RACE:
                    raise
        raise Busy(f"lost {TRIES} races in a row")

    def read(self, fn: Callable[[Tx], T]) -> T:
        """See `hub.ports.Store.read`."""
        try:
            with self._engine.connect() as bare:
                snapshot = bare.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                return _read(snapshot, fn)
        except PoolTimeout as none_free:
            raise Busy(str(none_free)) from none_free

    def make_room(self) -> None:
        """The server has seen to it."""

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, group: bool = True) -> SqliteStore | PostgresStore:
    """The store behind `url`; its tables stand already (`hub.store.making.migrate`)."""
    return SqliteStore(url, group=group) if is_sqlite(url) else PostgresStore(url)


def _read(connection: Connection, fn: Callable[[Tx], T]) -> T:
    return fn(SqlTx(connection))


def _state(broken: DBAPIError) -> str | None:
    return getattr(broken.orig, "sqlstate", None)
