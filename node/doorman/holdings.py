"""What does the node hold of the hub's word, and may this newer word replace it?

A view or locks are on the shelf, with (epoch, store, rev) in the same transaction, before anything
is done with them. What is refused is logged with its verdict; two hubs under one epoch is an alarm.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from core.vocabulary import Trust
from core.wire.freshness import Home, Verdict, follows, judge
from core.wire.messages import Holding, LockList, Now, View, read
from core.wire.refused import Refused
from node.doorman.trust import HOUR_MS, Reading, Timekeeper
from node.ports import Clock, Kept, Shelf, ShelfBroken

AGAIN_MS = 10_000  # what the disk refused: as often as the keeper looks whether there is room again
_log = logging.getLogger(__name__)


class Holdings:
    """View, locks, the store that is followed, and the time: as they are on the shelf."""

    def __init__(self, shelf: Shelf, clock: Clock, ntp: Callable[[], bool]) -> None:
        self._shelf, self._clock, self._ntp = shelf, clock, ntp
        self.home = shelf.home()
        self.view = shelf.view()
        self._locks = shelf.locks()
        self._locks_read: tuple[Kept | None, LockList | None] = (None, None)
        self.time = Timekeeper(shelf.ages(), self.reading())
        self._saved_ms = self._refused_ms = 0
        self._unkept_view: tuple[View, Mapping[str, object]] | None = None
        self._unkept_locks = False
        self._told: tuple[int, int] | None = None
        self.save()

    @property
    def locks(self) -> LockList | None:
        """The locks in force; None before the first, and when the shelf holds none that can be read."""
        kept, known = self._locks_read
        if self._locks is not kept:  # read once: every tap asks
            kept, known = self._locks_read = self._locks, _locks_in(self._locks)
        return known

    @property
    def due_ms(self) -> int:
        """When `turn` has something to do: the ages are to be written, or what the disk refused."""
        hourly_ms = self._saved_ms + HOUR_MS
        return min(hourly_ms, self._refused_ms + AGAIN_MS) if self._waits else hourly_ms

    def reading(self) -> Reading:
        """The clocks, now."""
        return Reading(self._clock.monotonic_ms(), self._clock.wall(), self._ntp())

    def hub_time(self) -> datetime | None:
        """The hub's time carried on; None before the first `now` of this start."""
        at = self.reading()
        return self.time.trusted(at) if self.time.trust(at) is Trust.HUB else None

    def holding(self, kept: Kept | None) -> Holding | None:
        """How a message names what is held."""
        return None if kept is None else Holding(kept.home.epoch, kept.rev, kept.home.store)

    @property
    def view_holding(self) -> Holding | None:
        """Which view is held."""
        return self.holding(self.view)

    @property
    def locks_holding(self) -> Holding | None:
        """Which locks are held."""
        return self.holding(self._locks)

    def is_what_was_told(self) -> bool:
        """Are view and locks the ones the last `now` named, or younger? (0: the hub has none.)"""
        if self._told is None:
            return False
        view_rev, lock_rev = self._told
        return self._rev(self.view) >= view_rev and self._rev(self._locks) >= lock_rev

    def take_view(self, view: View, body: Mapping[str, object]) -> bool:
        """Put a view on the shelf; False when it is refused."""
        told = Home(view.epoch, view.store)
        if not self._accepts("view", told, view.rev, self.view):
            return False
        newer = (told, view.rev) != self._place(self.view)
        at, self._unkept_view = self.reading(), None
        if newer or self.home != told:
            kept, ages = Kept(told, view.rev, body), self.time.if_issued(view.issued, at, newer=newer)
            if not self._kept("view", lambda: self._shelf.keep_view(kept, ages)):
                self._unkept_view, self._refused_ms = (view, body), at.mono_ms
                return False  # the one in force stays so, and goes on growing older
            self.view, self.home = kept, told
        self.time.issued(view.issued, at, newer=newer)
        return True

    def take_locks(self, locks: LockList, body: Mapping[str, object]) -> bool:
        """Put locks on the shelf; False when they are refused."""
        told = Home(locks.epoch, locks.store)
        if not self._accepts("locks", told, locks.rev, self._locks):
            return False
        if (told, locks.rev) != self._place(self._locks) or self.home != told:
            self._locks, self.home = Kept(told, locks.rev, body), told  # a lock holds, kept or not
            self._keep_locks()
        return True

    def take_now(self, now: Now) -> None:
        """The hub's time; the view is fresh when it is the one the hub means."""
        self._told = (now.view_rev or 0, now.lock_rev or 0)
        fresh = now.view_rev is not None and now.view_rev == self._rev(self.view)
        self.time.told(now.time, self.reading(), holds_the_view=fresh)

    def forget_told(self) -> None:
        """A new hello is under way: nothing is known to be fresh until it is answered."""
        self._told = None

    def follows(self, epoch: int, store: str) -> bool:
        """Does a message come from the store that is followed?"""
        return follows(self.home, epoch, store)

    def turn(self) -> tuple[View, Mapping[str, object]] | None:
        """The routine of `due_ms`: the ages once an hour, what the disk refused; a view to be taken once more."""
        now_ms, waiting = self._clock.monotonic_ms(), self._unkept_view
        if now_ms >= self._saved_ms + HOUR_MS:
            self.save()
        if not self._waits or now_ms < self._refused_ms + AGAIN_MS:
            return None
        if self._unkept_locks:
            self._keep_locks()
        self._unkept_view = None
        return waiting

    def save(self) -> None:
        """Write the ages: with every record, and once an hour."""
        at = self.reading()
        self._kept("ages", lambda: self._shelf.keep_ages(self.time.ages(at)))
        self._saved_ms = at.mono_ms

    def keep_watermark(self, journal: str, seq: int) -> None:
        """The store that is followed has the journal up to there; not kept, it is only sent twice."""
        self._kept("watermark", lambda: self._shelf.keep_watermark(journal, seq))

    def recorded(self) -> None:
        """A record was journalled."""
        self.time.dated(self.reading())
        self.save()

    @property
    def _waits(self) -> bool:
        """Has the disk refused what must lie there?"""
        return self._unkept_locks or self._unkept_view is not None

    def _keep_locks(self) -> None:
        """On the disk too, unless another store is followed by now."""
        kept, self._unkept_locks = self._locks, False
        if kept is not None and kept.home == self.home:
            self._unkept_locks = not self._kept("locks", lambda: self._shelf.keep_locks(kept))
            self._refused_ms = self._clock.monotonic_ms()

    def _kept(self, what: str, keep: Callable[[], None]) -> bool:
        """Is it on the disk? A full disk is no reason to end: it is told, and tried again when there may be room."""
        try:
            keep()
        except ShelfBroken as problem:
            _log.error("event=shelf_failed what=%s problem=%s", what, problem)
            return False
        return True

    def _accepts(self, what: str, told: Home, rev: int, kept: Kept | None) -> bool:
        held_rev = kept.rev if kept is not None and kept.home == self.home else None
        verdict = judge(self.home, held_rev, told, rev, self.time.trusted(self.reading()))
        if verdict is Verdict.ACCEPTED:
            return True
        level = logging.ERROR if verdict is Verdict.OTHER_STORE else logging.WARNING
        _log.log(level, "event=refused what=%s verdict=%s rev=%d", what, verdict.value, rev)
        return False

    def _place(self, kept: Kept | None) -> tuple[Home, int] | None:
        return None if kept is None else (kept.home, kept.rev)

    def _rev(self, kept: Kept | None) -> int:
        return kept.rev if kept is not None and kept.home == self.home else 0


def _locks_in(kept: Kept | None) -> LockList | None:
    try:
        return None if kept is None else read(LockList, kept.body)
    except Refused:
        return None
