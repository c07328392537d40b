"""What time is it, how far is that to be believed, and how old is the view? Pure; the caller reads clocks.

Trusted time is that of the hub's last `now`, carried on by CLOCK_BOOTTIME; without one since this
start, NTP's; else none, and a budget runs out. It is never earlier than anything already dated.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from core.vocabulary import Trust
from node.ports import Ages

HOUR_MS = 3_600_000
BLIND_START_MS = HOUR_MS  # a start without a `now` hides at least this much time (wire.md)
STALE_BUDGET_MS = 4 * HOUR_MS  # in sum, without any trusted time; a `now` alone refills it (wire.md)
NTP_MOST_OFF = timedelta(seconds=60)  # NTP that differs by more is refused and shown (wire.md)


class Reading(NamedTuple):
    """The clocks at one instant: CLOCK_BOOTTIME, the wall, and whether NTP vouches for the wall."""

    mono_ms: int
    wall: datetime
    ntp: bool


class Moment(NamedTuple):
    """One instant, and what it says of the view: `now` as `Timekeeper.now`, `trusted` unless trust is stale."""

    mono_ms: int
    now: datetime
    trusted: bool
    age_ms: int
    stale_left_ms: int


@dataclass(frozen=True, slots=True)
class _Anchor:
    time: datetime
    mono_ms: int

    def carried(self, mono_ms: int) -> datetime:
        return self.time + timedelta(milliseconds=mono_ms - self.mono_ms)


class Timekeeper:
    """Trusted time and the view's age since this start; `ages` is what must lie on the shelf."""

    def __init__(self, ages: Ages, at: Reading) -> None:
        self._kept = replace(ages, age_ms=ages.age_ms + BLIND_START_MS)
        self._since_ms = at.mono_ms  # where `_kept` was last brought up to date
        self._anchor: _Anchor | None = None

    def trust(self, at: Reading) -> Trust:
        """Where the time comes from at this instant."""
        if self._anchor is not None:
            return Trust.HUB
        believable = at.ntp and (self._kept.floor is None or at.wall >= self._kept.floor)
        return Trust.NTP if believable else Trust.STALE

    def trusted(self, at: Reading) -> datetime | None:
        """The trusted instant; None when trust is stale."""
        if self._anchor is not None:
            return self._not_before_floor(self._anchor.carried(at.mono_ms))
        return at.wall if self.trust(at) is Trust.NTP else None

    def now(self, at: Reading) -> datetime:
        """The best instant there is: the trusted one, else the wall's, never before what is dated already."""
        return self.trusted(at) or self._not_before_floor(at.wall)

    def moment(self, at: Reading) -> Moment:
        """All that a tap asks of time, worked out together."""
        trusted = self.trusted(at)
        age_ms, spent_ms = self._passed(at, trusted)
        now = self._not_before_floor(at.wall) if trusted is None else trusted
        return Moment(at.mono_ms, now, trusted is not None, age_ms, max(0, STALE_BUDGET_MS - spent_ms))

    def clock_off(self, at: Reading) -> bool:
        """Does NTP contradict the hub by more than a minute? Then it is refused, and shown."""
        if self._anchor is None:
            return at.ntp and self._kept.floor is not None and at.wall < self._kept.floor - NTP_MOST_OFF
        return at.ntp and abs(at.wall - self._anchor.carried(at.mono_ms)) > NTP_MOST_OFF

    def zero_ms(self, at: Reading) -> int:
        """The best instant at CLOCK_BOOTTIME 0, in milliseconds since 1970: dates records of the keeper."""
        return (self.now(at) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) - at.mono_ms

    def age_ms(self, at: Reading) -> int:
        """How long ago the view was the hub's present one, by the greater of trusted and monotonic time."""
        return self._passed(at, self.trusted(at))[0]

    def stale_left_ms(self, at: Reading) -> int:
        """What is left of the budget of untrusted time."""
        return max(0, STALE_BUDGET_MS - self._passed(at, self.trusted(at))[1])

    def ages(self, at: Reading) -> Ages:
        """What is known now, to be kept on the shelf."""
        self._kept = self._brought_up(at)
        self._since_ms = at.mono_ms
        return self._kept

    def told(self, time: datetime, at: Reading, *, holds_the_view: bool) -> None:
        """An accepted `now`: this is the time; the view is fresh if it is the one the hub means."""
        kept = self._brought_up(at)
        self._anchor = _Anchor(time, at.mono_ms)
        fresh = replace(kept, age_ms=0, fresh_at=time) if holds_the_view else kept
        self._settle(replace(fresh, spent_ms=0, floor=_later(kept.floor, time)), at)

    def issued(self, instant: datetime, at: Reading, *, newer: bool) -> None:
        """A view was taken that the hub issued at `instant`; its age counts from there if it is newer."""
        self._settle(self.if_issued(instant, at, newer=newer), at)

    def if_issued(self, instant: datetime, at: Reading, *, newer: bool) -> Ages:
        """What `issued` would make of the ages: for the shelf, before anything counts."""
        floor = _later(self._kept.floor, instant)
        kept = replace(self._brought_up(at), floor=floor)
        if newer:
            trusted = self.trusted(at)
            age = kept.age_ms if trusted is None and kept.fresh_at is not None else _ms(trusted, instant)
            kept = replace(kept, age_ms=age, fresh_at=instant)
        return kept

    def dated(self, at: Reading) -> None:
        """Something was journalled now: it is never earlier again.

        Only instants that rest on the hub's word count: one wrong NTP server must not push the
        floor into a future from which no `now` could bring it back.
        """
        if self._anchor is not None:
            self._kept = replace(self._kept, floor=_later(self._kept.floor, self._anchor.carried(at.mono_ms)))

    def _settle(self, kept: Ages, at: Reading) -> None:
        self._kept, self._since_ms = kept, at.mono_ms

    def _brought_up(self, at: Reading) -> Ages:
        age_ms, spent_ms = self._passed(at, self.trusted(at))
        return replace(self._kept, age_ms=age_ms, spent_ms=spent_ms)

    def _passed(self, at: Reading, trusted: datetime | None) -> tuple[int, int]:
        """The view's age and the untrusted time spent, up to this instant; `trusted` is what it is by trusted time."""
        kept, passed = self._kept, max(0, at.mono_ms - self._since_ms)
        age = max(kept.age_ms + passed, _ms(trusted, kept.fresh_at))
        return age, kept.spent_ms + (passed if trusted is None else 0)

    def _not_before_floor(self, instant: datetime) -> datetime:
        return _later(self._kept.floor, instant)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _ms(end: datetime | None, start: datetime | None) -> int:
    if end is None or start is None:
        return 0
    return max(0, (end - start) // timedelta(milliseconds=1))
