"""Is the journal file sound? Open it; if not, put it aside, and take over what still verifies.

Rules: a card that is full or read-only is no damage: the file stays, and the keeper ends, until there is room again;
a damaged file is never repaired in place and never deleted; records that verify keep their
journal and number; a memory that cannot be read counts as a fault, which staff must reset.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.interlock import State
from core.journal import Head, JournalError, verify
from node.keeper.memory import state_of
from node.keeper.store import JournalFault, Store

TABLES: Final = ("journal", "record", "acked", "lifted", "memory")
SIGNS: Final = ("power-on", "checkpoint")  # what tells that a session had power, and since when
ALL_OF: Final = {name: f"SELECT * FROM {name}" for name in TABLES}  # noqa: S608 - names of our own tables
PUT: Final = {
    "journal": "INSERT OR IGNORE INTO journal VALUES (?, ?, ?, ?)",
    "record": "INSERT OR IGNORE INTO record VALUES (?, ?, ?)",
    "acked": "INSERT OR IGNORE INTO acked VALUES (?, ?, ?, ?, ?)",
    "lifted": "INSERT OR IGNORE INTO lifted VALUES (?)",
    "memory": "INSERT OR IGNORE INTO memory VALUES (?, ?)",
}
log = logging.getLogger("loquet.keeper")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Found:
    """What the file remembered."""

    state: State = field(default_factory=State)
    checkpoint: dict[str, object] = field(default_factory=dict)
    damaged: bool = False
    forgot: bool = False  # the state could not be read: locks may be missing
    fault: str | None = None  # which FAULT was latched


def open_store(file: Path) -> tuple[Store, Found]:
    """The store in `file` and what it remembers. Raises JournalFault where nothing can be written: all stays as it was."""
    try:
        store = Store(file)
        if _sound(store):
            return store, _recall(store, damaged=False)
        store.close()
    except JournalFault as problem:
        log.warning("event=journal_unreadable problem=%s", problem)
        if not problem.spoiled and not file.is_dir():
            raise
    aside = _put_aside(file)
    log.error("event=journal_damaged kept_as=%s", aside.name)
    try:
        store = Store(file)
    except JournalFault:
        _rename(aside, file)
        raise
    _take_over(store, aside)
    return store, _recall(store, damaged=True)


def _sound(store: Store) -> bool:
    """Do the pages fit, and the chains of what nobody has acknowledged?"""
    if store.query("PRAGMA quick_check") != [("ok",)]:
        return False
    wanted = """SELECT journal, text FROM record WHERE seq > coalesce(
        (SELECT max(seq) FROM acked WHERE acked.journal = record.journal), 0) ORDER BY journal, seq"""
    rows = [(int(str(journal)), str(text)) for journal, text in store.query(wanted)]
    return len(list(_verified(rows))) == len(rows)


def _verified(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """(journal, seq, text) of what verifies: of each journal the part before its first flaw."""
    heads: dict[int, Head | None] = {}
    for journal, text in rows:
        try:
            record = json.loads(text)
            head = heads.get(journal, Head(int(record["seq"]) - 1, str(record["prev"])))
            if head is None:
                continue
            heads[journal] = verify([record], head)
        except (JournalError, ValueError, TypeError, KeyError):
            heads[journal] = None
            continue
        yield journal, int(record["seq"]), text


def _recall(store: Store, *, damaged: bool) -> Found:
    kept = store.recall("state")
    try:
        if kept is None:
            return Found(damaged=damaged, forgot=damaged)
        state = state_of(kept)
    except ValueError:
        log.exception("event=memory_unreadable")
        return Found(damaged=True, forgot=True)
    checkpoint = _last_sign(store, state.session.id) if state.session and state.power else {}
    return Found(state, checkpoint, damaged, fault=store.recall("fault") or None)


def _last_sign(store: Store, session: str) -> dict[str, object]:
    """When the session was last written down as having power, and the seconds counted until then."""
    for (text,) in store.query("SELECT text FROM record ORDER BY journal DESC, seq DESC"):
        record = json.loads(str(text))
        if record["session"] == session and record["type"] in SIGNS:
            used = {name: record["data"].get(name, 0) for name in ("power_s", "busy_s")}
            return {**used, "end": record["at"]}
    return {}


def _put_aside(file: Path) -> Path:
    """Rename the file with its WAL; the first free number."""
    number = 1
    while (aside := file.with_name(f"{file.stem}-damaged-{number}{file.suffix}")).exists():
        number += 1
    _rename(file, aside)
    return aside


def _rename(file: Path, name: Path) -> None:
    """The file with what belongs to it."""
    for ending in ("", "-wal", "-shm"):
        old = file.with_name(file.name + ending)
        if old.exists():
            old.rename(name.with_name(name.name + ending))


def _take_over(store: Store, aside: Path) -> None:
    """Copy what can be read and verifies, table by table, row by row."""
    try:
        base = sqlite3.connect(f"file:{aside}?mode=ro", uri=True)
    except sqlite3.Error:
        return
    for table in TABLES:
        rows = list(_readable(base, table))
        if table == "record":
            texts = [(int(str(journal)), str(text)) for journal, _, text in rows]
            rows = list(_verified(texts))
        store.change(*((PUT[table], row) for row in rows))
    base.close()


def _readable(base: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Rows up to the first page that cannot be read."""
    try:
        yield from base.execute(ALL_OF[table])
    except sqlite3.Error as problem:
        log.warning("event=table_cut table=%s problem=%s", table, problem)
