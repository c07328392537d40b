"""How is the audit chain kept, so that no row can be changed unseen?

Each row's hash covers its words and the hash before it; triggers refuse UPDATE and DELETE.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from hub.ports.paper import Entry
from hub.store import schema
from hub.store.said import Said, say
from hub.store.schema import ms_of, table_of

TABLE = table_of(schema.Audit)
C = TABLE.c
_HEAD = Said(select(C.id, C.hash).order_by(C.id.desc()).limit(1))
_APPEND = Said(insert(TABLE), [{"seq": "id"}.get(name, name) for name in Entry._fields])
_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_CHAIN_LOCK = 0x10_9E7  # any number of our own: one writer at a time extends the chain


def digest(entry: Entry) -> str:
    """SHA-256 hex over the entry's canonical text, its own hash left out."""
    return _digest(
        entry.seq, ms_of(entry.at),
        (entry.action, entry.actor, entry.data, entry.lab, entry.prev, entry.subject),
    )  # fmt: skip


def _digest(seq: int, at_ms: int, words: tuple[str, ...]) -> str:
    """Of one JSON object, its names sorted, without blanks; spelled by hand, as each booking and tap waits for it."""
    action, actor, data, lab, prev, subject = map(_quoted, words)
    text = f'{{"action":{action},"actor":{actor},"at_ms":{at_ms},"data":{data},"lab":{lab},"prev":{prev},"seq":{seq},"subject":{subject}}}'
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(data: Any) -> str:
    """JSON with its names sorted, without blanks; what holds words alone, as most entries do, is spelled by hand."""
    if type(data) is dict and all(type(word) is str for word in data.values()):
        return "{" + ",".join([f"{_quoted(name)}:{_quoted(data[name])}" for name in sorted(data)]) + "}"
    return _sorted(data)


class AuditBook:
    """`hub.ports.Audit` over table audit."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def append(
        self, lab: str, actor: str, action: str, subject: str, data: Mapping[str, Any], now: datetime
    ) -> Entry:
        """Add to the chain. No name, address or UID in `data`: ids alone."""
        if self._c.dialect.name == "postgresql":
            say(self._c, f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})")
        seq, prev = self.head()
        text = _canonical(dict(data))
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        signed = _digest(seq + 1, ms_of(at), (action, actor, text, lab, prev, subject))
        made = Entry(seq + 1, lab, at, actor, action, subject, text, prev, signed)
        _APPEND.put(self._c, made)
        return made

    def head(self) -> tuple[int, str]:
        """(seq, hash) of the last entry; (0, "") before the first."""
        rows = _HEAD.bare(self._c)
        return (rows[0][0], rows[0][1]) if rows else (0, "")

    def read(self, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Entries in order, those behind `after`."""
        rows = self._c.execute(select(TABLE).where(C.id > after).order_by(C.id).limit(limit))
        return [Entry(*row) for row in rows]

    def newest(self, lab: str, limit: int, before: int | None = None) -> Sequence[Entry]:
        """A lab's entries, newest first, those before the seq `before`."""
        wanted = select(TABLE).where(C.lab == lab)
        wanted = wanted if before is None else wanted.where(C.id < before)
        return [Entry(*row) for row in self._c.execute(wanted.order_by(C.id.desc()).limit(limit))]

    def about(self, person: str) -> Sequence[Entry]:
        """What this person did, and what was done to him, in order."""
        named = C.data.contains(_canonical(person), autoescape=True)
        wanted = select(TABLE).where(or_(C.actor == person, C.subject == person, named)).order_by(C.id)
        return [Entry(*row) for row in self._c.execute(wanted)]


def first_broken(entries: Sequence[Entry], prev: str = "") -> int | None:
    """The seq of the first entry that does not follow; None when the chain holds."""
    expected = entries[0].seq if entries else 0
    for entry in entries:
        if entry.seq != expected or entry.prev != prev or entry.hash != digest(entry):
            return entry.seq
        prev, expected = entry.hash, expected + 1
    return None
