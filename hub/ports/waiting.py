"""Who waits for which machine, and what was offered to them?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class WaitingStatus(StrEnum):
    """Where an entry of the waiting list stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    LEFT = "left"
    EXPIRED = "expired"


class OfferStatus(StrEnum):
    """What became of an offer; `missed`: somebody else was first, or its time was taken away."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PASSED = "passed"
    LAPSED = "lapsed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """Somebody waits for at least `min_minutes` within [start, end) on a machine, or on any of a family."""

    id: str
    lab: str
    person: str
    machine: str | None
    family: str | None
    start: datetime
    end: datetime
    min_minutes: int
    expires: datetime
    status: WaitingStatus
    created: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A time offered till `expires`; `hold` is the reservation that keeps the seat, None: first come, first served."""

    id: str
    lab: str
    waiting: str
    person: str
    machine: str
    hold: str | None
    start: datetime
    end: datetime
    expires: datetime
    status: OfferStatus
    created: datetime


class WaitingList(Protocol):
    """The waiting list and its offers."""

    def get(self, entry: str) -> WaitingEntry | None:
        """The entry with this id."""
        ...

    def of(self, person: str) -> Sequence[WaitingEntry]:
        """All entries of a person, newest first."""
        ...

    def open_for(
        self, machine: str, family: str, lab: str, start: datetime, end: datetime
    ) -> Sequence[WaitingEntry]:
        """Who waits for this machine or its family in a window that touches [start, end), first come first."""
        ...

    def expired(self, now: datetime, limit: int) -> Sequence[WaitingEntry]:
        """Entries that still wait and whose time is over."""
        ...

    def add(self, entry: WaitingEntry) -> None:
        """Let somebody wait."""
        ...

    def set_status(self, entry: str, status: WaitingStatus) -> bool:
        """Change the status of an entry that waits; False when it does not wait any more."""
        ...

    def offers(self, entry: str) -> Sequence[Offer]:
        """All offers ever made to an entry, newest first."""
        ...

    def offer_of(self, entry: str, *, lock: bool = False) -> Offer | None:
        """The open offer of an entry; `lock` holds its row (PostgreSQL)."""
        ...

    def offer_held_by(self, reservation: str) -> Offer | None:
        """The open offer whose hold is this reservation."""
        ...

    def offers_due(self, now: datetime, limit: int) -> Sequence[Offer]:
        """Open offers whose time is over, oldest first."""
        ...

    def next_lapse(self) -> datetime | None:
        """When the first open offer runs out."""
        ...

    def add_offer(self, offer: Offer) -> None:
        """Offer a time."""
        ...

    def close_offer(self, offer: str, status: OfferStatus) -> bool:
        """End an open offer; False when it is not open any more."""
        ...
