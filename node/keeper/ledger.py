"""Is it in the journal, and in time? Records dated and written, or held back while the disk refuses.

Rules: a write that fails or takes over 2 s is bad news (`bad`), which only a written test record
undoes; what could not be written waits in memory, with the instant at which it happened.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from core.interlock import Record
from core.journal import JournalError, Stamp
from core.vocabulary import Trust
from core.wire.codec import canonical, instant_text
from node.keeper.store import JournalFault, Line, Store
from node.ports import Clock

SLOW_MS: Final = 2_000  # interlock.md, JOURNAL
TRY_AGAIN_MS: Final = 10_000  # often enough for a person who waits, seldom enough for a dying card
MOST_NOTE_BYTES: Final = 3_000  # so that its record fits a packet of 4 KiB
MOST_HELD: Final = 1_000  # a day of busy edges; past it the oldest of these go, and no start or end
EDGES: Final = frozenset({"busy", "idle", "checkpoint"})
DAY_MS: Final = 86_400_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
log = logging.getLogger("loquet.keeper")


class Ledger:
    """The journal as the keeper's loop sees it."""

    def __init__(self, store: Store, clock: Clock, boot: str) -> None:
        self._store, self._clock, self._boot = store, clock, boot
        self._trust, self._zero_ms = "stale", 0
        self._told = False
        self._last_at = ""
        self._day = (-1, "")  # the day of the last record since 1970, and how its date is written
        self._held: list[Line] = []
        self._tried_ms = 0
        self.bad = False

    def trust(self, trust: str, zero_ms: int) -> None:
        """The doorman's trusted time: the instant (ms since 1970) at CLOCK_BOOTTIME 0."""
        if trust != self._trust:
            self._last_at = ""  # another source: what the former one said binds it no longer
        self._trust, self._zero_ms, self._told = trust, zero_ms, True

    def trusted_ms(self) -> int | None:
        """The present instant in milliseconds since 1970; None while nobody vouches for it."""
        vouched = self._told and self._trust != Trust.STALE
        return self._zero_ms + self._clock.monotonic_ms() if vouched else None

    def write(self, records: Sequence[Record], memory: Mapping[str, str], *, hold: bool = True) -> bool:
        """Write now, in one transaction; False when it is not on disk. `hold`: keep it for later then."""
        begun_ms = self._clock.monotonic_ms()
        stamp = self._stamp(begun_ms) if records else None
        lines: list[Line] = [] if stamp is None else [(stamp, record) for record in records]
        try:
            self._store.write([*self._held, *lines], memory)
        except JournalFault as problem:
            log.error("event=journal_failed problem=%s", problem)  # noqa: TRY400 - one line, no trace
            self._refused(lines if hold else [])
            return False
        self._held.clear()
        took_ms = self._clock.monotonic_ms() - begun_ms
        if took_ms > SLOW_MS:
            log.error("event=journal_slow took_ms=%d", took_ms)
            self.distrust()
        return True

    def distrust(self) -> None:
        """Bad, until a test record is written."""
        self._tried_ms, self.bad = self._clock.monotonic_ms(), True

    def due_ms(self) -> int | None:
        """When the next test record is to be tried."""
        return self._tried_ms + TRY_AGAIN_MS if self.bad else None

    def retry(self, memory: Mapping[str, str]) -> bool:
        """While bad, and not too often: write what waits and a test record; True when all is well again."""
        if not self.bad or self._clock.monotonic_ms() - self._tried_ms < TRY_AGAIN_MS:
            return False
        self.bad = False
        self.write([Record("selftest", None, {"part": "journal"})], memory, hold=False)
        return not self.bad

    def note(self, record: Record) -> int | None:
        """One record of the doorman's; its seq, or None when it is not on disk (and then not kept).

        Raises JournalError for data that is too long for a packet or has no canonical text.
        """
        if len(canonical(record.data).encode()) > MOST_NOTE_BYTES:
            raise JournalError("a note too long to be read again")
        self._store.relieve()  # whoever tapped has his power already, or will not get it
        return self._store.head.seq if self.write([record], {}, hold=False) else None

    @property
    def complete(self) -> bool:
        """Is everything that happened on disk?"""
        return not self._held

    def _refused(self, lines: list[Line]) -> None:
        self._held += lines
        while len(self._held) > MOST_HELD:
            edges = (at for at, (_, record) in enumerate(self._held) if record.type in EDGES)
            del self._held[next(edges, 0)]
        self.distrust()

    def _stamp(self, mono_ms: int) -> Stamp:
        """Dated by trusted time where the doorman told it, and never before the record before."""
        at = self._dated(self._zero_ms + mono_ms) if self._told else instant_text(self._clock.wall())
        self._last_at = max(self._last_at, at)
        return Stamp(self._last_at, self._boot, mono_ms, self._trust)

    def _dated(self, at_ms: int) -> str:
        """As `instant_text` has it, counted from the day's beginning, which is kept: a tap waits for it."""
        day, left_ms = divmod(at_ms, DAY_MS)
        if day != self._day[0]:
            self._day = day, instant_text(EPOCH + timedelta(days=day))[:-13]  # without "00:00:00.000Z"
        minutes, in_minute_ms = divmod(left_ms, 60_000)
        return f"{self._day[1]}{minutes // 60:02}:{minutes % 60:02}:{in_minute_ms // 1000:02}.{in_minute_ms % 1000:03}Z"


__all__ = ["JournalError", "Ledger"]
