"""What repeats, and which rules held when?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from core.rulebook import Level


@dataclass(frozen=True, slots=True)
class Series:
    """A slot that repeats by `rrule` from `start_local` ("2026-10-01T17:00"), `minutes` long, in wall time of `zone`."""

    id: str
    lab: str
    machine: str
    person: str
    rrule: str
    start_local: str
    minutes: int
    zone: str
    before: str | None
    by: str
    created: datetime


class SeriesShelf(Protocol):
    """The series."""

    def get(self, series: str) -> Series | None:
        """The series with this id."""
        ...

    def add(self, series: Series) -> None:
        """Remember a series."""
        ...

    def change(self, series: Series) -> None:
        """Let its rule, first start and length be these from now on."""
        ...


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one lab, family or machine as somebody saved them."""

    lab: str
    level: Level
    subject: str
    version: int
    rules: Mapping[str, Any]
    reason: str
    by: str
    at: datetime


class Rules(Protocol):
    """Every version of the rules."""

    def present(self, lab: str, level: Level, subject: str) -> Mapping[str, Any] | None:
        """The rules that hold there now; None when there is no such place."""
        ...

    def versions(self, lab: str, level: Level, subject: str) -> Sequence[RuleSet]:
        """What was saved there, newest first."""
        ...

    def save(self, new: RuleSet) -> bool:
        """Let these rules hold; False when somebody saved this version already."""
        ...
