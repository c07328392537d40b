"""What did the nodes do? Their records are stored once, whatever arrives twice, late or shuffled.

A record is acknowledged when it and all before it are in the database. What does not fit its journal is
kept aside, acknowledged as nothing, and raises an alarm; what comes too early waits for the gap to fill.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.journal import JournalError, digest
from core.session import TYPES
from core.timeline import instant
from core.wire.codec import canonical
from core.wire.messages import Ack, Records
from hub.ports import JournalHead, NewRecord, Node, Tx
from hub.services import arriving, locking_out, overrunning, signing_off, using

EARLY = "early"
OTHER_HASH = "other hash"
BROKEN_CHAIN = "broken chain"
LOCKS = frozenset({"inhibit-set", "inhibit-lifted"})


@dataclass(frozen=True, slots=True)
class Received:
    """A record as it came and as it is kept."""

    kept: NewRecord
    prev: str
    data: Mapping[str, Any]
    whole: bool


def take(tx: Tx, node_id: str, batch: Records, now: datetime) -> Ack | None:
    """Store what is new of a batch and draw its consequences; the acknowledgement goes out after the commit.

    None: nothing of this journal is stored (or the node is unknown), so nothing is acknowledged.
    """
    node, mark = tx.nodes.get(node_id, lock=True), tx.meta.mark()
    if node is None or node.retired is not None or mark is None:
        return None
    intake = _Intake(tx, node, batch, now)
    for record in sorted(batch.records, key=_seq):
        intake.take(record)
    intake.take_waiting()
    intake.store()
    _consequences(tx, node, [*intake.late, *intake.fresh], now)
    return Ack(mark.epoch, mark.store, {batch.journal: intake.head.stored}) if intake.head.stored else None


def _seq(record: Mapping[str, Any]) -> int:
    return int(record["seq"])


class _Intake:
    """One journal while a batch of it is taken in."""

    def __init__(self, tx: Tx, node: Node, batch: Records, now: datetime) -> None:
        self.tx, self.node, self.journal, self.now = tx, node, batch.journal, now
        self.first = batch.first  # the oldest that the node still has: it waits for none before it
        self.head = tx.records.head(node.id, batch.journal) or JournalHead(batch.journal, 0, "")
        self.fresh: list[Received] = []
        self.late: list[Received] = []

    def take(self, record: Mapping[str, Any]) -> None:
        """Take one record: to the journal, or aside, or nowhere when it is there already."""
        received = _received(record)
        if received.whole and self._missing(received.kept.seq):
            self._fill(received)
            return
        why = self._against(received)
        if why is None:
            self.fresh.append(received)
            self.head = JournalHead(self.journal, received.kept.seq, received.kept.hash)
        elif why:
            self._aside(received.kept, why)

    def take_waiting(self) -> None:
        """Take what came too early and fits now."""
        stored = -1
        while stored < self.head.stored:
            stored = self.head.stored
            for text in self.tx.records.aside(self.node.id, self.journal, stored + 1, EARLY):
                self.take(json.loads(text))

    def store(self) -> None:
        """Write down what was taken."""
        records, place = self.tx.records, (self.node.id, self.node.lab, self.journal)
        records.fill(*place, [received.kept for received in self.late], self.now)
        records.append(*place, [received.kept for received in self.fresh], self.now)

    def _missing(self, seq: int) -> bool:
        """Is it below the head and not stored: passed over, since the node said that it had none?"""
        known = {received.kept.seq for received in self.late}
        return seq <= self.head.stored and seq not in known and self._hash_at(seq) is None

    def _fill(self, received: Received) -> None:
        """A passed-over record that comes after all: it must be the one that the next one follows."""
        kept = received.kept
        behind = self._prev_at(kept.seq + 1)
        if behind != kept.hash:
            self._aside(kept, EARLY if behind is None else BROKEN_CHAIN)
            return
        self.late.append(received)
        for text in self.tx.records.aside(self.node.id, self.journal, kept.seq - 1, EARLY):
            self.take(json.loads(text))

    def _prev_at(self, seq: int) -> str | None:
        """The hash that the record at this place says it follows."""
        taken = {received.kept.seq: received.prev for received in (*self.late, *self.fresh)}
        if seq in taken:
            return taken[seq]
        stored = self.tx.records.at(self.node.id, self.journal, seq)
        return None if stored is None else str(json.loads(stored.text)["prev"])

    def _against(self, received: Received) -> str | None:
        """None: it follows the head, or is where the journal begins now. Empty: it is there already. Else why it is kept aside."""
        if not received.whole:
            return BROKEN_CHAIN
        seq = received.kept.seq
        if seq <= self.head.stored:
            return "" if self._hash_at(seq) == received.kept.hash else OTHER_HASH
        if seq > self.head.stored + 1:
            return None if seq == self.first else EARLY
        return None if self.head.stored == 0 or received.prev == self.head.hash else BROKEN_CHAIN

    def _hash_at(self, seq: int) -> str | None:
        fresh = {received.kept.seq: received.kept.hash for received in self.fresh}
        return fresh.get(seq) or self.tx.records.hash_of(self.node.id, self.journal, seq)

    def _aside(self, kept: NewRecord, why: str) -> None:
        new = self.tx.records.put_aside(self.node.id, self.node.lab, self.journal, kept, why, self.now)
        if new and why != EARLY:
            what = {"journal": self.journal, "seq": kept.seq, "why": why}
            self.tx.audit.append(self.node.lab, self.node.id, "records.aside", self.node.id, what, self.now)


def _received(record: Mapping[str, Any]) -> Received:
    """The record with the text that is kept; `whole` only when its hash is its own."""
    kept = NewRecord(
        seq=record["seq"],
        at=instant(record["at"]),
        type=record["type"],
        session=record["session"],
        text=canonical(record),
        hash=record["hash"],
    )
    try:
        whole = digest(record) == kept.hash
    except JournalError:
        whole = False
    return Received(kept, record["prev"], record["data"], whole)


def _consequences(tx: Tx, node: Node, fresh: Sequence[Received], now: datetime) -> None:
    for received in fresh:
        lock = received.data.get("lock")
        if received.kept.type in LOCKS and isinstance(lock, str):
            _lock_seen(tx, node, received, lock)
        if received.kept.type == "tap":
            arriving.tapped(tx, node, received.data, received.kept.at, now)
        if received.kept.type == "overrun":
            overrunning.alarmed(tx, node, received.kept.session, received.kept.at)
        if received.kept.type == "sign-off":
            signing_off.recorded(tx, node, received.data, received.kept.at, now)
    sessions = dict.fromkeys(one.kept.session for one in fresh if one.kept.type in TYPES)
    for session in sessions:
        if session is not None:
            using.session_recorded(tx, node, session, now)
    if fresh:
        tx.outbox.put_once(node.lab, "live", node.machine, {}, now)


def _lock_seen(tx: Tx, node: Node, received: Received, lock: str) -> None:
    at = received.kept.at
    if received.kept.type == "inhibit-set":
        locking_out.recorded_set(tx, lock, node, received.data, at)
        return
    by = received.data.get("by")
    locking_out.recorded_lifted(tx, lock, node.machine, by if isinstance(by, str) else None, at)
