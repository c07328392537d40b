"""What is said of a machine that is not well: members' reports from afar; and when was it looked after?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.vocabulary import ResourceKind, Trouble


class Severity(StrEnum):
    """How bad a member says it is; `notice` stops nobody."""

    DANGER = "danger"
    OUT_OF_ORDER = "out_of_order"
    NOTICE = "notice"


class Verdict(StrEnum):
    """What staff answer."""

    FALSE_ALARM = "false-alarm"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Report:
    """One report; `lock` is what took the machine out because of it, `reason` what staff said with their answer.

    `photo`: whether a picture came with it.
    """

    id: str
    lab: str
    machine: str
    person: str
    severity: Severity
    words: str
    at: datetime
    lock: str | None = None
    answer: Verdict | None = None
    answered: datetime | None = None
    answered_by: str | None = None
    reason: str = ""
    category: Trouble = Trouble.OTHER
    photo: bool = False


class Reports(Protocol):
    """The reports, and their pictures."""

    def get(self, report: str) -> Report | None:
        """The report with this id."""
        ...

    def unanswered(self, machine: str) -> Sequence[Report]:
        """Those of a machine that staff have not answered, the oldest first."""
        ...

    def waiting(self, lab: str) -> int:
        """How many reports of a lab staff have not answered."""
        ...

    def of(self, person: str) -> Sequence[Report]:
        """All that a person reported, newest first."""
        ...

    def page(self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None) -> Sequence[Report]:
        """All reports of a lab, newest first."""
        ...

    def save(self, report: Report) -> None:
        """Remember it as it stands now (insert or update)."""
        ...

    def picture(self, report: str) -> bytes | None:
        """The picture that came with it, as JPEG."""
        ...

    def keep_picture(self, report: Report, picture: bytes) -> None:
        """Put the picture beside a report that was saved."""
        ...

    def drop_picture(self, report: str) -> None:
        """Forget the picture for good."""
        ...


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Somebody looked after a machine; `by` None: the hub began to count."""

    id: str
    lab: str
    machine: str
    at: datetime
    by: str | None
    note: str


class Upkeeps(Protocol):
    """When each machine was looked after."""

    def last(self, machine: str) -> Upkeep | None:
        """The latest of a machine."""
        ...

    def of(self, machine: str, limit: int = 50) -> Sequence[Upkeep]:
        """Those of a machine, newest first."""
        ...

    def add(self, upkeep: Upkeep) -> None:
        """Write it down."""
        ...

    def power_s(self, machine: str, since: datetime, now: datetime) -> int:
        """For how many seconds the machine had power in sessions begun since then; one that runs counts to `now`."""
        ...


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that several machines depend on; `down` since when, `until` None: nobody knows how long.

    `reason` is what staff said of it; `missed` are the machines whose own boxes miss it (E33).
    """

    id: str
    lab: str
    name: str
    machines: tuple[str, ...]
    down: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    kind: ResourceKind = ResourceKind.OTHER
    missed: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """As people at the machines are told: its kind, where that says what it is; else its name."""
        return self.name if self.kind is ResourceKind.OTHER else self.kind.value


class Resources(Protocol):
    """What machines share."""

    def get(self, resource: str) -> Resource | None:
        """The resource with this id."""
        ...

    def all(self, lab: str, *, lock: bool = False) -> Sequence[Resource]:
        """Those of a lab by name; `lock` holds them till the transaction ends (PostgreSQL)."""
        ...

    def save(self, resource: Resource) -> None:
        """Remember it as it stands now (insert or update)."""
        ...

    def forget(self, resource: str) -> None:
        """There is none of this id any more."""
        ...
