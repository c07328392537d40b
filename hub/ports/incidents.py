"""What nearly went wrong in the workshop, or did: a log of its own, for the staff alone (R50)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class IncidentKind(StrEnum):
    """Whether somebody came to harm, or only nearly."""

    NEAR_MISS = "near-miss"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Incident:
    """One entry: `at` is when it happened, `made` when it was written down; `done` is what was done about it.

    `concerned` are the people it happened to or through, in the order of their ids.
    """

    id: str
    lab: str
    kind: IncidentKind
    machine: str | None
    at: datetime
    words: str
    by: str
    made: datetime
    concerned: tuple[str, ...] = ()
    done: str = ""
    closed: datetime | None = None
    closed_by: str | None = None


class Incidents(Protocol):
    """The log."""

    def get(self, incident: str, *, lock: bool = False) -> Incident | None:
        """The entry with this id; `lock` holds it till the transaction ends (PostgreSQL)."""
        ...

    def page(
        self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> Sequence[Incident]:
        """Those of a lab, newest first by when they happened; `before` is (at, id) of the last one seen."""
        ...

    def save(self, incident: Incident) -> None:
        """Remember it as it stands now (insert or update)."""
        ...

    def concerning(self, person: str, since: datetime) -> Sequence[Incident]:
        """Those that concerned a person and happened at or after then, newest first (E41)."""
        ...
