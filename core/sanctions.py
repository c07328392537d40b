"""What follows from strikes? Events -> where a person stands now (R53); nothing of it is ever stored.

A strike counts 60 days. Three in that time switch booking ahead off for 7 days, walk-ups stay; the strikes
that led there are spent. A further time within 60 days asks for 14, then 30 days, and only a human grants those.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DECAY = timedelta(days=60)  # R53
ENOUGH_HALVES = 6  # R53: three strikes; counted in halves, for a late cancellation is half of one
AUTOMATIC_D = 7  # R53: longer ones only by a human (GDPR art. 22)
STEPS_D = (7, 14, 30)  # R53


class Cause(StrEnum):
    """What a strike is for: a member-side cause, never the lab's (I13)."""

    NO_SHOW = "no-show"
    LATE_CANCEL = "late-cancel"
    OVERRUN = "overrun"
    FALSE_ALARM = "false-alarm"


HALVES = {
    Cause.NO_SHOW: 2,
    Cause.LATE_CANCEL: 1,
    Cause.OVERRUN: 2,
    Cause.FALSE_ALARM: 2,
}  # R34, R35, R38, R46


class Act(StrEnum):
    """What may happen to a strike; `lengthened` is about the ban that it completed."""

    STRUCK = "struck"
    WITHDRAWN = "withdrawn"
    APPEALED = "appealed"
    UPHELD = "upheld"
    LENGTHENED = "lengthened"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a strike; `halves` with STRUCK, `until` with LENGTHENED."""

    strike: str
    act: Act
    at: datetime
    halves: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    """One that counts, and till when."""

    id: str
    at: datetime
    halves: int
    appealed: bool

    @property
    def until(self) -> datetime:
        """When it decays."""
        return self.at + DECAY


@dataclass(frozen=True, slots=True)
class Ban:
    """Booking ahead is off from `start` to `until`, because of these strikes; `asked_d` days a human may grant."""

    start: datetime
    until: datetime
    strikes: tuple[str, ...]
    asked_d: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: the strikes that count now, and the ban that holds now, if any."""

    strikes: tuple[Strike, ...] = ()
    ban: Ban | None = None

    @property
    def halves(self) -> int:
        """The sum of what counts, in half strikes."""
        return sum(strike.halves for strike in self.strikes)

    @property
    def barred_until(self) -> datetime | None:
        """Until when booking ahead is off."""
        return self.ban.until if self.ban else None


def standing(events: Iterable[Event], now: datetime) -> Standing:
    """Where the person of these events stands at `now`."""
    known = [event for event in events if event.at <= now]
    strikes = _not_withdrawn(known)
    counting = tuple(strike for strike in strikes if now < strike.until)
    held = [ban for ban in bans(strikes, known) if ban.start <= now < ban.until]
    return Standing(counting, max(held, key=lambda ban: ban.until, default=None))


def bans(strikes: Iterable[Strike], events: Iterable[Event]) -> tuple[Ban, ...]:
    """Every ban that these strikes led to, over ones too, in order."""
    longer = {event.strike: event.until for event in events if event.act is Act.LENGTHENED}
    unspent: list[Strike] = []
    found: list[Ban] = []
    for strike in strikes:
        unspent = [*(one for one in unspent if strike.at < one.until), strike]
        if sum(one.halves for one in unspent) >= ENOUGH_HALVES:
            found.append(_ban(unspent, found, longer.get(strike.id)))
            unspent = []
    return tuple(found)


def _ban(spent: list[Strike], before: list[Ban], longer: datetime | None) -> Ban:
    start = spent[-1].at
    again = sum(start < ban.start + DECAY for ban in before)
    until = max(start + timedelta(days=AUTOMATIC_D), longer or start)
    return Ban(start, until, tuple(one.id for one in spent), STEPS_D[min(again, len(STEPS_D) - 1)])


def _not_withdrawn(events: list[Event]) -> tuple[Strike, ...]:
    acts = {(event.strike, event.act) for event in events}
    kept = [
        Strike(event.strike, event.at, event.halves, (event.strike, Act.APPEALED) in acts)
        for event in events
        if event.act is Act.STRUCK and (event.strike, Act.WITHDRAWN) not in acts
    ]
    return tuple(sorted(kept, key=lambda strike: (strike.at, strike.id)))
