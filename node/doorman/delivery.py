"""Which records go to the hub next? Oldest first, one batch in flight, again until acknowledged.

The keeper holds the journal and gives it in packets of 4 KiB; a batch gathers up to 100 records of
one journal. Nothing is lost here: what is not acknowledged is read from the keeper again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from core.wire.messages import MOST_RECORDS, Ack, Records
from node.doorman.effects import ReadJournal

AGAIN_MS = 5_000  # wire.md: sent again from the last ack after 5 s and on every connection
READ_WITHIN_MS = 2_000  # interlock.md: the keeper answers within 2 s, or the request is lost
MOST_PACKETS = 48  # of 4 KiB from the keeper: under the 256 KiB that a message may inflate to
Place = tuple[str, int]
Record = dict[str, object]


@dataclass(slots=True)
class _Reading:
    """Packets being gathered into a batch."""

    until_ms: int
    journal: str | None = None
    first: int = 0
    packets: int = 0
    records: list[Record] = field(default_factory=list)


class Delivery:
    """Where the sending of the journal stands."""

    def __init__(self, boot: str, acknowledged: Place | None) -> None:
        self._boot = boot
        self._acknowledged = acknowledged
        self._reading: _Reading | None = None
        self._flight: Records | None = None
        self._again_ms = 0
        self._grown = True  # until the keeper has said once that there is nothing more

    @property
    def unacked(self) -> bool:
        """May there be records that the hub has not acknowledged?"""
        return self._grown or self._flight is not None or self._reading is not None

    @property
    def again_ms(self) -> int | None:
        """When something is to be tried again."""
        if self._flight is not None:
            return self._again_ms
        return None if self._reading is None else self._reading.until_ms

    def grew(self) -> None:
        """The journal may hold more than before."""
        self._grown = True

    def restart(self, acknowledged: Place | None) -> None:
        """Begin behind this place: another store is followed, or the keeper has started anew."""
        self._acknowledged, self._flight, self._reading, self._grown = acknowledged, None, None, True

    def next_read(self, mono_ms: int) -> ReadJournal | None:
        """What to ask of the keeper now, if anything."""
        if self._reading is not None and mono_ms >= self._reading.until_ms:
            self._reading, self._grown = None, True
        if self._flight is not None or self._reading is not None or not self._grown:
            return None
        self._grown = False
        self._reading = _Reading(mono_ms + READ_WITHIN_MS)
        return ReadJournal(self._acknowledged, MOST_RECORDS)

    def packet(self, packet: Mapping[str, object], mono_ms: int) -> ReadJournal | Records | None:
        """Take the keeper's answer: ask for more of the same journal, or here is a batch to send."""
        reading = self._reading
        if reading is None:
            return None
        journal, found, more = _parts(packet)
        if not _goes_on(reading, journal, found):
            self._grown = self._grown or bool(found)  # it is read again when its turn has come
            return self._fly(reading, mono_ms)
        reading.journal = journal
        reading.first = reading.first or cast(int, packet.get("first", 0))
        reading.records += found[: MOST_RECORDS - len(reading.records)]
        reading.packets += 1
        left = MOST_RECORDS - len(reading.records)
        if more and left and found and reading.packets < MOST_PACKETS:
            reading.until_ms = mono_ms + READ_WITHIN_MS
            return ReadJournal((cast(str, journal), _seq(found[-1])), left)
        self._grown = self._grown or more
        return self._fly(reading, mono_ms)

    def again(self, mono_ms: int, *, connected: bool = False) -> Records | None:
        """The batch in flight, when its time has come or the connection is new."""
        if self._flight is None or (mono_ms < self._again_ms and not connected):
            return None
        self._again_ms = mono_ms + AGAIN_MS
        return self._flight

    def acked(self, ack: Ack) -> Place | None:
        """How far the hub has the batch in flight, if that is news; the rest is read again."""
        if self._flight is None or self._flight.journal not in ack.journals:
            return None
        journal, seq = self._flight.journal, ack.journals[self._flight.journal]
        if seq < _seq(self._flight.records[0]):
            return None
        self._grown = True  # what came meanwhile, and what was not taken
        self._flight, self._acknowledged = None, (journal, seq)
        return journal, seq

    def _fly(self, reading: _Reading, mono_ms: int) -> Records | None:
        self._reading = None
        if not reading.records or reading.journal is None:
            return None
        self._flight = Records(reading.journal, self._boot, reading.first, tuple(reading.records))
        self._again_ms = mono_ms + AGAIN_MS
        return self._flight


def _parts(packet: Mapping[str, object]) -> tuple[str | None, list[Record], bool]:
    journal, records = packet.get("journal"), packet.get("records")
    if not isinstance(journal, str) or not isinstance(records, list):
        return None, [], False
    return journal, cast(list[Record], records), packet.get("more") is True


def _goes_on(reading: _Reading, journal: str | None, found: list[Record]) -> bool:
    """Is this the same journal, right behind what was gathered? (An answer may come late, and twice.)"""
    if reading.journal is None or not found:
        return True
    return journal == reading.journal and _seq(found[0]) == _seq(reading.records[-1]) + 1


def _seq(record: Record) -> int:
    return cast(int, record["seq"])
