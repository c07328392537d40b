"""Which machines are there, what are their rules, and when is the lab open?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from core.vocabulary import Audience, MachineStatus, Risk


@dataclass(frozen=True, slots=True)
class Lab:
    """One workshop."""

    id: str
    name: str
    zone: str
    lang: str
    charter: int
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine; `rules` and `policy` are resolved already: lab, then family, then machine, nearest wins."""

    id: str
    lab: str
    family: str
    model: str
    room: str
    risk: Risk
    status: MachineStatus
    status_note: str
    own_hours: bool
    needs: tuple[str, ...]
    materials: tuple[str, ...]
    rules: Mapping[str, Any]
    policy: Mapping[str, Any]
    zone: str
    family_names: Mapping[str, str]
    upkeep: str = ""  # how its upkeep stands: nothing to do, "due" or "overdue" (R48)
    lacks: tuple[str, ...] = ()  # what it depends on and is down (R49)
    shared_run_on_s: int = (
        0  # E33: its extraction runs on so long at least, for the sake of others; in `policy` already
    )
    own_run_on_s: int = 0  # what it asks for by itself


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at a machine; its integer id is what the database guards."""

    id: int
    machine: str
    number: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A weekly range in local wall time ("18:00"); weekday 0 is Monday; an end not after the start is next day's."""

    weekday: int
    from_local: str
    to_local: str
    audience: Audience
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class DayException:
    """One local date that beats the week; no hours = closed; `reason` by language."""

    day: date
    hours: tuple[tuple[str, str, Audience], ...]
    reason: Mapping[str, str]
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A span in which lab or machine is closed; `words` is the reason by language, where it was said in three (R02)."""

    id: str
    lab: str
    machine: str | None
    start: datetime
    end: datetime
    reason: str
    by: str
    created: datetime
    words: Mapping[str, str] = field(default_factory=dict, hash=False)

    def why(self, lang: str) -> str:
        """The reason in this language, if it was said in it."""
        return self.words.get(lang, self.reason)


class Machines(Protocol):
    """Labs, machines, their seats and hours."""

    def lab(self, lab: str) -> Lab | None:
        """The lab with this id."""
        ...

    def labs(self) -> Sequence[Lab]:
        """All labs by id."""
        ...

    def get(self, machine: str) -> Machine | None:
        """The machine with this name."""
        ...

    def all(self, *, lab: str | None = None, family: str | None = None) -> Sequence[Machine]:
        """Machines by name."""
        ...

    def seats(self, machine: str, *, lock: bool = False) -> Sequence[Seat]:
        """Its seats by id; `lock` holds their rows till the transaction ends (PostgreSQL)."""
        ...

    def lock_seats(self, machine: str) -> None:
        """Hold its seats' rows till the transaction ends (PostgreSQL; SQLite has one writer)."""
        ...

    def hours_in(self, lab: str) -> Mapping[str | None, tuple[Sequence[Opening], Sequence[DayException]]]:
        """Every week in a lab with the days that differ, the latest saved of each: the lab's (None), and what machines say."""
        ...

    def closures(self, machine: Machine, start: datetime, end: datetime) -> Sequence[Closure]:
        """Closures of lab or machine that touch the span, by start."""
        ...

    def seat_counts(self, lab: str) -> Mapping[str, int]:
        """How many seats each machine of a lab has."""
        ...

    def seats_in(self, lab: str) -> Mapping[str, tuple[int, ...]]:
        """The ids of each machine's seats in a lab, in order."""
        ...

    def closures_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Closure]:
        """Closures of a lab and of its machines that touch the span, by start."""
        ...

    def closure(self, closure: str) -> Closure | None:
        """The closure with this id."""
        ...

    def remove_closure(self, closure: str) -> bool:
        """Open again; False when there is no such closure."""
        ...

    def add_lab(self, lab: Lab) -> None:
        """Found a lab."""
        ...

    def add_family(
        self, lab: str, family: str, names: Mapping[str, str], risk: Risk, rules: Mapping[str, Any]
    ) -> None:
        """Make a family known."""
        ...

    def add(self, machine: Machine, *, seats: int = 1) -> None:
        """Put up a machine; its `rules` and `policy` are its own overrides alone."""
        ...

    def add_opening(self, lab: str, opening: Opening) -> None:
        """Open every week."""
        ...

    def add_exception(self, lab: str, exception: DayException) -> None:
        """Except one date; the latest saved of a date wins."""
        ...

    def add_closure(self, closure: Closure) -> None:
        """Close for a span."""
        ...

    def set_status(self, machine: str, status: MachineStatus, note: str = "") -> bool:
        """Say how the machine is; False when there is no such machine."""
        ...

    def set_upkeep(self, machine: str, stands: str) -> None:
        """Say how its upkeep stands."""
        ...

    def set_lacks(self, machine: str, resources: Sequence[str]) -> None:
        """Say what it depends on and is down."""
        ...

    def set_shared_run_on(self, machine: str, seconds: int) -> None:
        """Say how long its extraction runs on at least, because others share it."""
        ...
