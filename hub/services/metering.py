"""What did the nodes do? Their records are stored once, whatever arrives twice, late or shuffled.

A record is acknowledged when it and all before it are in the database. What does not fit its journal is
kept aside, acknowledged as nothing, and raises an alarm; what comes too early waits for the gap to fill.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.journal import JournalError, digest
from core.timeline import instant
from core.wire.codec import canonical
from core.wire.messages import Ack, Records
from hub.ports import BadgeVault, JournalHead, NewRecord, Node, Tx
from hub.services import consequences

EARLY = "early"
OTHER_HASH = "other hash"
BROKEN_CHAIN = "broken chain"


@dataclass(frozen=True, slots=True)
class Received:
    """A record as it came and as it is kept."""

    kept: NewRecord
    prev: str
    data: Mapping[str, Any]
    whole: bool


def take(tx: Tx, node_id: str, batch: Records, now: datetime, vault: BadgeVault | None = None) -> Ack | None:
    """Store what is new of a batch and draw its consequences; the acknowledgement goes out after the commit.

    Without the `vault` no badge can be told from another. None: nothing of this journal is stored (or the node is unknown), so nothing is acknowledged.
    """
    node, mark = tx.nodes.get(node_id, lock=True), tx.meta.mark()
    if node is None or node.retired is not None or mark is None:
        return None
    intake = _Intake(tx, node, batch, now)
    for record in sorted(batch.records, key=_seq):
        intake.take(record)
    intake.take_waiting()
    intake.store()
    new = [*intake.late, *intake.fresh]
    consequences.follow(consequences.Desk(tx, node, now, vault), map(_fact, new))
    if new:
        tx.outbox.put_once(node.lab, "live", node.machine, {}, now)
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


def _fact(received: Received) -> consequences.Fact:
    kept = received.kept
    return consequences.Fact(kept.type, kept.at, kept.session, received.data)
