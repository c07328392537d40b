"""How are the nodes' journals kept, each record once?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub.ports.records import JournalHead, NewRecord, StoredRecord
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.schema import table_of

JOURNAL = table_of(schema.Journal)
RECORD = table_of(schema.Record)
ASIDE = table_of(schema.RecordAside)
R = RECORD.c
_STORED = select(R.node, R.journal, R.seq, R.at, R.type, R.session, R.text, R.hash)


class RecordBook:
    """`hub.ports.Records` over journal, record and record_aside."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def head(self, node: str, journal: str) -> JournalHead | None:
        """How far this journal is stored; None when it is new."""
        wanted = select(JOURNAL.c.journal, JOURNAL.c.stored, JOURNAL.c.hash)
        wanted = wanted.where(JOURNAL.c.node == node, JOURNAL.c.journal == journal).with_for_update()
        row = self._c.execute(wanted).one_or_none()
        return None if row is None else JournalHead(*row)

    def heads(self, node: str) -> Sequence[JournalHead]:
        """All journals of a node, in the order they were first seen."""
        wanted = select(JOURNAL.c.journal, JOURNAL.c.stored, JOURNAL.c.hash).where(JOURNAL.c.node == node)
        rows = self._c.execute(wanted.order_by(JOURNAL.c.first_seen, JOURNAL.c.journal))
        return [JournalHead(*row) for row in rows]

    def hash_of(self, node: str, journal: str, seq: int) -> str | None:
        """The hash stored at this place."""
        place = (R.node == node, R.journal == journal, R.seq == seq)
        return self._c.execute(select(R.hash).where(*place)).scalar_one_or_none()

    def at(self, node: str, journal: str, seq: int) -> StoredRecord | None:
        """The record at this place."""
        place = (R.node == node, R.journal == journal, R.seq == seq)
        row = self._c.execute(_STORED.where(*place)).one_or_none()
        return None if row is None else StoredRecord(*row)

    def fill(self, node: str, lab: str, journal: str, records: Sequence[NewRecord], now: datetime) -> None:
        """Store records below the head that were missing there."""
        if records:
            same = {"node": node, "lab": lab, "journal": journal, "received": now}
            self._c.execute(insert(RECORD), [same | _values(record) for record in records])

    def append(self, node: str, lab: str, journal: str, records: Sequence[NewRecord], now: datetime) -> None:
        """Store records that follow the head without a gap, and move the head."""
        if not records:
            return
        self.fill(node, lab, journal, records, now)
        last = {"stored": records[-1].seq, "hash": records[-1].hash}
        place = (JOURNAL.c.node == node, JOURNAL.c.journal == journal)
        if self._c.execute(update(JOURNAL).where(*place).values(last)).rowcount == 0:
            row = {"node": node, "journal": journal, "lab": lab, "first_seen": now} | last
            self._c.execute(insert(JOURNAL).values(row))

    def put_aside(
        self, node: str, lab: str, journal: str, record: NewRecord, why: str, now: datetime
    ) -> bool:
        """Keep what does not fit; False when it is kept already."""
        row = {
            "node": node,
            "lab": lab,
            "journal": journal,
            "seq": record.seq,
            "hash": record.hash,
            "text": record.text,
            "why": why,
            "received": now,
        }
        return insert_once(self._c, ASIDE, row)

    def aside(self, node: str, journal: str, seq: int, why: str) -> Sequence[str]:
        """The texts kept aside for this place and reason, in the order they came."""
        c = ASIDE.c
        wanted = select(c.text).where(c.node == node, c.journal == journal, c.seq == seq, c.why == why)
        return list(self._c.execute(wanted.order_by(c.id)).scalars())

    def of_session(self, session: str) -> Sequence[StoredRecord]:
        """The records of a session, in order."""
        return [
            StoredRecord(*row) for row in self._c.execute(_STORED.where(R.session == session).order_by(R.id))
        ]

    def of(self, node: str, types: Sequence[str], limit: int = 50) -> Sequence[StoredRecord]:
        """The latest records of these types, newest first."""
        wanted = _STORED.where(R.node == node, R.type.in_(list(types))).order_by(R.id.desc()).limit(limit)
        return [StoredRecord(*row) for row in self._c.execute(wanted)]

    def between(self, lab: str, kind: str, start: datetime, end: datetime) -> Sequence[StoredRecord]:
        """The records of a type in a lab that happened within [start, end], oldest first."""
        wanted = _STORED.where(R.lab == lab, R.type == kind, R.at >= start, R.at <= end)
        return [StoredRecord(*row) for row in self._c.execute(wanted.order_by(R.at, R.id))]


def _values(record: NewRecord) -> dict[str, Any]:
    return {
        "seq": record.seq,
        "at": record.at,
        "type": record.type,
        "session": record.session,
        "text": record.text,
        "hash": record.hash,
    }
