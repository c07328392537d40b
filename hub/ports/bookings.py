"""Who has taken which seat, and for when?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from core.holder import Held
from core.vocabulary import ReservationKind, ReservationStatus


class Reservation(NamedTuple):  # a tuple: made ten times as fast as a dataclass that cannot be changed
    """A seat taken for [start, end); `rev` rises with every change.

    `held_until`: until when the seat waits for its holder (an offer, "late, coming", a condition); `planned_end`: the end
    before it was first made longer or shorter; `series` and `party`: what it was booked together with; `exempt`: no quota counts
    it (R15: made on its own day, or with a token).
    """

    id: str
    lab: str
    machine: str
    seat: int
    person: str
    start: datetime
    end: datetime
    kind: ReservationKind
    status: ReservationStatus
    note: str
    by: str
    created: datetime
    changed: datetime
    rev: int
    held_until: datetime | None = None
    planned_end: datetime | None = None
    series: str | None = None
    party: str | None = None
    exempt: bool = False


class NewReservation(NamedTuple):
    """A seat to be taken."""

    lab: str
    machine: str
    seat: int
    person: str
    start: datetime
    end: datetime
    kind: ReservationKind = ReservationKind.BOOKING
    status: ReservationStatus = ReservationStatus.CONFIRMED
    note: str = ""
    by: str = ""
    held_until: datetime | None = None
    series: str | None = None
    party: str | None = None
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class ReservationFilter:
    """Which reservations to list; newest start first; `before` is the (start, id) of the last one seen."""

    lab: str | None = None
    machine: str | None = None
    person: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    before: tuple[datetime, str] | None = None
    limit: int = 50


class HeldSpan(NamedTuple):
    """A seat taken for [start_ms, end_ms), milliseconds since 1970."""

    start_ms: int
    end_ms: int
    seat: int
    person: str
    kind: str
    id: str


class Bookings(Protocol):
    """The reservations. The database refuses an overlap on a seat; that refusal is a value here."""

    def get(self, reservation: str) -> Reservation | None:
        """The reservation with this id."""
        ...

    def taken(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a machine that touch [start, end), by start, then seat."""
        ...

    def held_spans(self, machine: str, start: datetime, end: datetime) -> Sequence[HeldSpan]:
        """The same as `taken`, bare, for those who keep them in memory."""
        ...

    def taken_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a whole lab that touch [start, end), by start, then seat."""
        ...

    def over(self, now: datetime, limit: int) -> Sequence[Reservation]:
        """Occupying ones that have ended and are not done yet, oldest end first."""
        ...

    def awaited(self, before: datetime, limit: int) -> Sequence[Reservation]:
        """Confirmed ones that began before then and whose holder has not come, oldest start first."""
        ...

    def next_start(self, after: datetime) -> datetime | None:
        """The earliest start at or after then of a confirmed one."""
        ...

    def next_end(self, after: datetime) -> datetime | None:
        """The earliest end after then of one that is not done."""
        ...

    def held(self, before: datetime, limit: int) -> Sequence[Reservation]:
        """Conditional ones whose `held_until` is at or before then, oldest first."""
        ...

    def next_held(self) -> datetime | None:
        """The earliest `held_until` of a conditional one."""
        ...

    def given_up_late(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """Those cancelled late that touch [start, end)."""
        ...

    def together(self, *, series: str | None = None, party: str | None = None) -> Sequence[Reservation]:
        """All of a series, or of a party, by start."""
        ...

    def starting(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """All of a machine, whatever their status, that start in [start, end), by start."""
        ...

    def of_person(self, person: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """All of a person, whatever their status, that touch [start, end), by start."""
        ...

    def shares(self, persons: Sequence[str], since: datetime) -> Sequence[Held]:
        """What these people hold, or held, that ends after then and may count as a share, by start."""
        ...

    def change(self, old: Reservation, now: datetime, values: Mapping[str, object]) -> Reservation | None:
        """Set held_until, note, planned_end, series, kind or exempt of what was read; None when somebody was first."""
        ...

    def page(self, wanted: ReservationFilter) -> Sequence[Reservation]:
        """Reservations, newest start first."""
        ...

    def add(self, new: NewReservation, now: datetime) -> Reservation | None:
        """Take the seat; None when the database found it taken."""
        ...

    def move(
        self, old: Reservation, start: datetime, end: datetime, seat: int, now: datetime
    ) -> Reservation | None:
        """Move as it was read (`old.rev`); None when taken or changed meanwhile."""
        ...

    def set_status(self, old: Reservation, status: ReservationStatus, now: datetime) -> Reservation | None:
        """Change the status of what was read; None when somebody was first."""
        ...
