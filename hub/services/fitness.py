"""Is each box fit for tomorrow? What its own selftests said, whether its relay closed, and what people reported there.

A box tests itself every night, all but the closing of the relay; that is seen at the first session of a day.
A box that has said nothing for two nights is not called fit, whatever its last test found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from hub.ports import Node, StoredRecord, Tx

OLD: Final = timedelta(hours=50)  # two nights and an hour of a changing clock
MOST: Final = 30  # of a box, newest first
REPORTS_SHOWN: Final = 5
GOOD, WARN, BAD, NEVER, STALE = "good", "warn", "bad", "never", "stale"
CLOSING: Final = "closing"


@dataclass(frozen=True, slots=True)
class Selftest:
    """One test: `parts` is part -> good|warn|bad|unknown, `words` what the box said of those that are not good."""

    at: datetime
    result: str
    parts: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody reported at the machine."""

    at: datetime
    category: str
    severity: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """A box: its last whole test, and the last time its relay was seen to close, or not."""

    node: Node
    last: Selftest | None
    closing: Selftest | None
    reports: Sequence[Reported]

    def stands(self, now: datetime) -> str:
        """never, stale, or the worse of the last test and the last closing."""
        if self.last is None:
            return NEVER
        results = {self.last.result, self.closing.result if self.closing else GOOD}
        if BAD in results:
            return BAD
        return STALE if now - self.last.at > OLD else WARN if WARN in results else GOOD


def of_lab(tx: Tx, lab: str) -> list[Fitness]:
    """The boxes that are in service, by name."""
    return [_fitness(tx, node) for node in tx.nodes.all(lab) if node.retired is None]


def tests(tx: Tx, node: str) -> list[Selftest]:
    """The tests of a box, newest first."""
    found = (_selftest(record) for record in tx.records.of(node, ["selftest"], MOST))
    return [one for one in found if one is not None]


def _fitness(tx: Tx, node: Node) -> Fitness:
    found = tests(tx, node.id)
    last = next((one for one in found if set(one.parts) != {CLOSING}), None)
    closing = next((one for one in found if set(one.parts) == {CLOSING}), None)
    reports = [_reported(record) for record in tx.records.of(node.id, ["report"], REPORTS_SHOWN)]
    return Fitness(node, last, closing, reports)


def _selftest(record: StoredRecord) -> Selftest | None:
    """None for the journal's own test record, which says nothing of the box."""
    said = _data(record)
    parts = said.get("parts")
    if not isinstance(parts, dict) or said.get("result") not in {GOOD, WARN, BAD}:
        return None
    words = said.get("words")
    return Selftest(record.at, said["result"], parts, words if isinstance(words, dict) else {})


def _reported(record: StoredRecord) -> Reported:
    said = _data(record)
    return Reported(record.at, str(said.get("category") or ""), str(said.get("severity") or "danger"))


def _data(record: StoredRecord) -> Mapping[str, Any]:
    said = json.loads(record.text).get("data")
    return said if isinstance(said, dict) else {}
