"""What went wrong with whom, and what does the lab owe? Strikes as events, tokens as claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class StrikeEvent:
    """Something that happened to a strike; `kind` is core.sanctions' word."""

    id: int
    lab: str
    person: str
    strike: str
    kind: str
    at: datetime
    by: str
    data: Mapping[str, Any]


class Strikes(Protocol):
    """The events of all strikes, append-only."""

    def of(self, person: str, lab: str) -> Sequence[StrikeEvent]:
        """All that happened to a person's strikes in a lab, in order."""
        ...

    def events(self, strike: str) -> Sequence[StrikeEvent]:
        """All that happened to one strike, in order."""
        ...

    def about(self, person: str, reservation: str) -> StrikeEvent | None:
        """The strike that this person got for a reservation."""
        ...

    def record(
        self,
        about: tuple[str, str, str],
        kind: str,
        at: datetime,
        *,
        by: str,
        data: Mapping[str, Any] | None = None,
    ) -> StrikeEvent:
        """Append an event; `about` is (lab, person, strike)."""
        ...


@dataclass(frozen=True, slots=True)
class RebookingToken:
    """One booking outside quota, two days further ahead, for a slot that the lab took back (R19)."""

    id: str
    lab: str
    person: str
    reservation: str
    issued: datetime
    expires: datetime
    used_for: str | None = None


class Rebookings(Protocol):
    """The tokens."""

    def of(self, person: str) -> Sequence[RebookingToken]:
        """All tokens of a person, newest first."""
        ...

    def open_of(self, person: str, lab: str, now: datetime) -> Sequence[RebookingToken]:
        """Those that may be used now, the first to run out first."""
        ...

    def issue(self, token: RebookingToken) -> bool:
        """Owe it; False when one was issued for this reservation already."""
        ...

    def use(self, token: str, reservation: str) -> bool:
        """Spend it; False when it is spent."""
        ...
