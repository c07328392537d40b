"""What became of each strike of a person? His to read in full: why, how much, until when, and what was answered (R53)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.sanctions import DECAY, Act
from hub.ports import StrikeEvent, Tx


class Stands(StrEnum):
    """Whether a strike counts."""

    COUNTS = "counts"
    WITHDRAWN = "withdrawn"
    DECAYED = "decayed"


@dataclass(frozen=True, slots=True)
class StrikeShown:
    """One strike with all that happened to it; `events` in order, the first is the strike itself."""

    id: str
    lab: str
    person: str
    at: datetime
    until: datetime
    stands: Stands
    events: Sequence[StrikeEvent]


def strike_shown(tx: Tx, strike: str, now: datetime) -> StrikeShown | None:
    """The strike of this id; None when there is none."""
    told = tx.strikes.events(strike)
    return _shown(told, now) if told else None


def strikes_shown(tx: Tx, person: str, lab: str, now: datetime) -> list[StrikeShown]:
    """Every strike of a person in a lab, newest first, those that count no more as well."""
    by_strike: dict[str, list[StrikeEvent]] = {}
    for event in tx.strikes.of(person, lab):
        by_strike.setdefault(event.strike, []).append(event)
    shown = (_shown(told, now) for told in by_strike.values())
    return sorted(shown, key=lambda one: (one.at, one.id), reverse=True)


def _shown(told: Sequence[StrikeEvent], now: datetime) -> StrikeShown:
    first, until = told[0], told[0].at + DECAY
    withdrawn = any(event.kind == Act.WITHDRAWN for event in told)
    stands = Stands.WITHDRAWN if withdrawn else Stands.COUNTS if now < until else Stands.DECAYED
    return StrikeShown(first.strike, first.lab, first.person, first.at, until, stands, tuple(told))
