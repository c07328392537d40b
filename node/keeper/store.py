"""Is it written down? The journal and what the keeper remembers, in one SQLite file that outlives a power cut.

Rules: WAL with synchronous=FULL (a commit returns after its fsync); the state is written in the same
transaction as the records that led to it; one journal per start, its chain going on from the last.
"""

import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from core.interlock import Record
from core.journal import Head, JournalError, Stamp, line
from node.spoiling import spoiled

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS journal (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    boot TEXT NOT NULL, prev TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (journal INTEGER NOT NULL REFERENCES journal, seq INTEGER NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (journal, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS acked (journal INTEGER NOT NULL REFERENCES journal, epoch INTEGER NOT NULL,
    store TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (journal, epoch, store, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lifted (lock TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
PAGE_BYTES: Final = 4096  # SQLite's own
ROOM_BYTES: Final = 1 << 19  # about 40 starts and ends between two checkpoints
RELIEF: Final = 24  # commits, of two or three pages each: well before the room is full
log = logging.getLogger("loquet.keeper")
BUSY_S: Final = 1.0  # nobody else writes; a reader with a shell must not hold a start for long


class JournalFault(OSError):  # noqa: N818 - what the journal has, the machine has: a fault
    """The file cannot be read or written; nothing of the transaction is kept."""

    @property
    def spoiled(self) -> bool:
        """Is the file itself broken? Where the card is full, read-only or busy, what lies on it is still good."""
        return spoiled(self.__cause__)


Line = tuple[Stamp, Record]
"""A record to be written, with the instant at which it happened."""


class Store:
    """The one writer of one journal file."""

    def __init__(self, file: Path) -> None:
        """Open or make the file. Raises JournalFault."""
        self.file = file
        try:
            self._base = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(SCHEMA)
        except sqlite3.Error as problem:
            raise JournalFault(str(problem)) from problem
        self._cursor = self._base.cursor()  # one for all that is written: a tap waits for it
        self.journal = ""
        self._ordinal = 0
        self._head = Head(0, "")
        self._commits = 0

    @property
    def head(self) -> Head:
        """Number and hash of the last record of this start's journal."""
        return self._head

    def begin(self, journal: str, boot: str) -> None:
        """Open this start's journal: `journal` and `boot` are 16 random bytes each, as text."""
        _make_room(self._base, self.file)  # not before: a damaged file is left as it is
        prev = self._one("SELECT text FROM record ORDER BY journal DESC, seq DESC LIMIT 1", ())
        last = str(json.loads(str(prev))["hash"]) if prev else ""
        with _Transaction(self._base):
            found = self._base.execute(
                "INSERT INTO journal (id, boot, prev) VALUES (?, ?, ?)", (journal, boot, last)
            )
            self._ordinal = found.lastrowid or 0
        self.journal, self._head = journal, Head(0, last)

    def write(self, lines: Sequence[Line], memory: Mapping[str, str]) -> int:
        """Append `lines` and remember `memory`, all or nothing, on disk when it returns; the last seq.

        Raises JournalFault when the disk refuses, JournalError for a line that has no canonical text.
        """
        head, rows = self._head, []
        for stamp, record in lines:
            text, head = line(head, stamp, record.type, record.session, record.data)
            rows.append((self._ordinal, head.seq, text))
        cursor = self._cursor
        with _Transaction(self._base):
            if rows:
                cursor.executemany("INSERT INTO record VALUES (?, ?, ?)", rows)
            for remembered in memory.items():
                cursor.execute("REPLACE INTO memory VALUES (?, ?)", remembered)
        self._head = head
        self._commits += 1
        return head.seq

    def relieve(self) -> None:
        """Carry the WAL over into the file from time to time: called where nobody waits, or a start would do it."""
        if self._commits < RELIEF:
            return
        self._commits = 0
        try:
            self._base.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as problem:  # nothing is lost: it stands in the WAL
            log.warning("event=no_relief problem=%s", problem)

    def recall(self, name: str) -> str | None:
        """What was remembered under `name`. Raises JournalFault."""
        found = self._one("SELECT value FROM memory WHERE name = ?", (name,))
        return None if found is None else str(found)

    def lift(self, lock: str) -> None:
        """A lifted lock's id never comes back."""
        with _Transaction(self._base):
            self._base.execute("INSERT OR IGNORE INTO lifted VALUES (?)", (lock,))

    def was_lifted(self, lock: str) -> bool:
        """Was this lock lifted before?"""
        return self._one("SELECT 1 FROM lifted WHERE lock = ?", (lock,)) is not None

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    def query(self, text: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Rows, for the reading side (node.keeper.archive). Raises JournalFault."""
        try:
            return self._base.execute(text, values).fetchall()
        except sqlite3.Error as problem:
            raise JournalFault(str(problem)) from problem

    def change(self, *orders: tuple[str, Sequence[object]]) -> None:
        """Several statements, all or nothing. Raises JournalFault."""
        with _Transaction(self._base):
            for text, values in orders:
                self._base.execute(text, values)

    def _one(self, text: str, values: Sequence[object]) -> object:
        rows = self.query(text, values)
        return rows[0][0] if rows else None


def _make_room(base: sqlite3.Connection, file: Path) -> None:
    """Let the WAL have its size before a tap waits for it: while the file grows, an fsync costs half as much again.

    A disk without room for it is no fault of the journal: it only stays slower.
    """
    wal = file.with_name(f"{file.name}-wal")
    try:
        base.execute(f"PRAGMA wal_autocheckpoint={ROOM_BYTES // PAGE_BYTES}")
        if wal.exists() and wal.stat().st_size >= ROOM_BYTES:
            return
        base.execute("DROP TABLE IF EXISTS room")  # of a start that was cut off here
        base.execute("CREATE TABLE room (bytes BLOB)")
        base.execute("INSERT INTO room VALUES (zeroblob(?))", (ROOM_BYTES,))
        base.execute("DROP TABLE room")
        base.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    except sqlite3.Error as problem:
        log.warning("event=no_room problem=%s", problem)


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, rolled back whatever goes wrong; sqlite's errors become JournalFault."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def __enter__(self) -> None:
        try:
            self._base.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            raise JournalFault(str(problem)) from problem

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _trace: object
    ) -> None:
        if problem is None:
            try:
                self._base.execute("COMMIT")
            except sqlite3.Error as refused:
                self._undo()
                raise JournalFault(str(refused)) from refused
            return
        self._undo()
        if isinstance(problem, sqlite3.Error):
            raise JournalFault(str(problem)) from problem

    def _undo(self) -> None:
        if self._base.in_transaction:
            try:
                self._base.execute("ROLLBACK")
            except sqlite3.Error as problem:
                raise JournalFault(str(problem)) from problem


__all__ = ["JournalError", "JournalFault", "Line", "Store"]
