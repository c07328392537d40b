"""What lies on the doorman's shelf? The view, the locks, how far the hub has our records, and ages.

Content and its (epoch, store, rev) are written in ONE transaction, on the disk before first use
(WAL with synchronous=FULL): a power cut leaves the old pair or the new one, never a mixture.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from core.wire.codec import encode, instant_text, read_instant
from core.wire.freshness import Home
from node.ports import Ages, Kept, ShelfBroken

_SCHEMA = """
CREATE TABLE IF NOT EXISTS home (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL,
    store TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept (kind TEXT PRIMARY KEY, epoch INTEGER NOT NULL, store TEXT NOT NULL,
    rev INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS watermark (one INTEGER PRIMARY KEY CHECK (one = 1), journal TEXT NOT NULL,
    seq INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ages (one INTEGER PRIMARY KEY CHECK (one = 1), age_ms INTEGER NOT NULL,
    fresh_at TEXT, spent_ms INTEGER NOT NULL, floor TEXT) STRICT;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
__all__ = ["ShelfBroken", "SqliteShelf"]
_BUSY_S = 5.0  # only a copy of this program, or a person with a shell, could hold the file


class SqliteShelf:
    """A shelf in one file; every method is one transaction. Raises ShelfBroken for a damaged disk."""

    def __init__(self, path: Path) -> None:
        with _told_as_broken():
            self._db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)  # it holds names and the keys of badges
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def clear(self) -> None:
        """Forget everything: the node was paired anew."""
        with self._writing() as db:
            for table in ("home", "kept", "watermark", "ages", "note"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def home(self) -> Home | None:
        """The store this node follows."""
        row = self._row("SELECT epoch, store FROM home")
        return None if row is None else Home(_int(row[0]), str(row[1]))

    def view(self) -> Kept | None:
        """The view, whatever store it came from."""
        return self._kept("view")

    def locks(self) -> Kept | None:
        """The locks, whatever store they came from."""
        return self._kept("locks")

    def keep_view(self, kept: Kept, ages: Ages) -> None:
        """Take a view, follow its store; another store than before starts the watermarks again."""
        with self._writing() as db:
            _keep(db, "view", kept)
            _keep_ages(db, ages)

    def take_over(self, home: Home | None, ages: Ages) -> None:
        """Follow the store that a damaged shelf followed, with its times."""
        with self._writing() as db:
            if home is not None:
                db.execute("REPLACE INTO home VALUES (1, ?, ?)", (home.epoch, home.store))
            _keep_ages(db, ages)

    def keep_locks(self, kept: Kept) -> None:
        """Take locks, follow their store; another store than before starts the watermarks again."""
        with self._writing() as db:
            _keep(db, "locks", kept)

    def watermark(self) -> tuple[str, int] | None:
        """(journal, seq) up to which the followed store has everything; None: send from the oldest."""
        row = self._row("SELECT journal, seq FROM watermark")
        return None if row is None else (str(row[0]), _int(row[1]))

    def keep_watermark(self, journal: str, seq: int) -> None:
        """The followed store has acknowledged `journal` up to `seq`."""
        with self._writing() as db:
            db.execute("REPLACE INTO watermark VALUES (1, ?, ?)", (journal, seq))

    def ages(self) -> Ages:
        """What is known of time."""
        row = self._row("SELECT age_ms, fresh_at, spent_ms, floor FROM ages")
        if row is None:
            return Ages()
        return Ages(_int(row[0]), _instant(row[1]), _int(row[2]), _instant(row[3]))

    def keep_ages(self, ages: Ages) -> None:
        """Remember it."""
        with self._writing() as db:
            _keep_ages(db, ages)

    def recall(self, name: str) -> object:
        """What was remembered under `name`; None: nothing."""
        row = self._row("SELECT value FROM note WHERE name = ?", name)
        with _told_as_broken():
            return None if row is None else json.loads(row[0])

    def remember(self, name: str, value: object) -> None:
        """Remember a small thing of JSON under `name`."""
        with self._writing() as db:
            db.execute("REPLACE INTO note VALUES (?, ?)", (name, json.dumps(value)))

    def prove(self) -> None:
        """Read everything once, as it will be read. Raises ShelfBroken where it cannot be."""
        if self._row("PRAGMA quick_check") != ("ok",):
            raise ShelfBroken("pages do not fit")
        for read in (self.home, self.view, self.locks, self.watermark, self.ages):
            read()
        with _told_as_broken():
            for (value,) in self._db.execute("SELECT value FROM note").fetchall():
                json.loads(value)

    def _kept(self, kind: str) -> Kept | None:
        row = self._row("SELECT epoch, store, rev, body FROM kept WHERE kind = ?", kind)
        if row is None:
            return None
        with _told_as_broken():
            return Kept(Home(_int(row[0]), str(row[1])), _int(row[2]), json.loads(row[3]))

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        with _told_as_broken(), self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _told_as_broken(), self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def _told_as_broken() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        raise ShelfBroken(type(error).__name__) from error


def _keep(db: sqlite3.Connection, kind: str, kept: Kept) -> None:
    home = (kept.home.epoch, kept.home.store)
    if db.execute("SELECT epoch, store FROM home").fetchone() != home:
        db.execute("DELETE FROM watermark")  # a restored hub asks for everything again
        db.execute("REPLACE INTO home VALUES (1, ?, ?)", home)
    db.execute("REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", (kind, *home, kept.rev, encode(kept.body)))


def _keep_ages(db: sqlite3.Connection, ages: Ages) -> None:
    fresh_at, floor = (None if at is None else instant_text(at) for at in (ages.fresh_at, ages.floor))
    db.execute("REPLACE INTO ages VALUES (1, ?, ?, ?, ?)", (ages.age_ms, fresh_at, ages.spent_ms, floor))


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise ShelfBroken("not a number")
    return value


def _instant(value: object) -> datetime | None:
    return None if value is None else read_instant(str(value))
