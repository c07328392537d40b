"""How is told, cheaply, that nothing has changed? Triggers renew the numbers (migration 0007); this book reads them."""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Connection, bindparam, select

from hub.store import schema
from hub.store.said import Said
from hub.store.schema import table_of

C = table_of(schema.Revision).c


@lru_cache(maxsize=64)  # one for each number of names that is asked for together
def _of(most: int) -> Said:
    return Said(select(C.name, C.rev).where(C.name.in_([bindparam(f"n{n}") for n in range(most)])))


class RevisionBook:
    """`hub.ports.Revisions` over table revision, seen by one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def of(self, names: Sequence[str]) -> Mapping[str, int]:
        """The present numbers; 0 for what never changed yet."""
        asked = {f"n{n}": name for n, name in enumerate(names)}
        found: dict[str, int] = dict(_of(len(names)).bare(self._c, **asked) if names else ())
        return {name: found.get(name, 0) for name in names}


class Watch:
    """The same for readers of an SQLite file, without a query while nobody has committed.

    A connection of its own, always outside any transaction: `data_version` moves with each commit of every other
    connection, in this process or another, and costs two microseconds. A snapshot that begins after it is never older than it;
    of one that has begun already it knows nothing.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._turn = threading.Lock()
        self._version = -1
        self._known: dict[str, int] = {}

    def of(self, names: Sequence[str], *, look: bool = True) -> Mapping[str, int]:
        """The present numbers; 0 for what never changed yet. Without a `look` they may be those of the last one."""
        with self._turn:
            connection = self._connection = self._connection or _watching(self._path)
            if look:
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != self._version:
                    self._known, self._version = {}, version
            for name in names:
                if name not in self._known:
                    row = connection.execute("SELECT rev FROM revision WHERE name = ?", (name,)).fetchone()
                    self._known[name] = row[0] if row else 0
            return {name: self._known[name] for name in names}

    def close(self) -> None:
        """Close the connection."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


class OneLook:
    """A watch for one reading, which looks once: what it asks for later may be as old as that look, and no older."""

    def __init__(self, watch: Watch) -> None:
        self._watch, self._looked = watch, False

    def of(self, names: Sequence[str]) -> Mapping[str, int]:
        """The numbers as of that look."""
        look, self._looked = not self._looked, True
        return self._watch.of(names, look=look)


def _watching(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON").fetchall()
    return connection


class Numbers(Protocol):
    """Whoever can tell: a transaction's own book, or the watch."""

    def of(self, names: Sequence[str]) -> Mapping[str, int]:
        """The present numbers."""
        ...
