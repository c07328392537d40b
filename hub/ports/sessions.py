"""Who used what, and what is locked?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.vocabulary import EndQuality, LockKind, SessionKind, StopReason


@dataclass(frozen=True, slots=True)
class Session:
    """Power on to power off; while it runs `end` and what follows it are None; `node` None: from before it had one."""

    id: str
    lab: str
    node: str | None
    machine: str
    person: str
    responsible: str | None
    reservation: str | None
    kind: SessionKind
    start: datetime
    until: datetime | None = None
    end: datetime | None = None
    end_reason: StopReason | None = None
    end_quality: EndQuality | None = None
    power_s: int | None = None
    busy_s: int | None = None
    minutes: int | None = None
    overran: datetime | None = None  # when it was noticed that it lasts too long (R38)


class Sessions(Protocol):
    """The usage."""

    def get(self, session: str) -> Session | None:
        """The session with this id (the node's own)."""
        ...

    def running(self, machine: str) -> Session | None:
        """The session that runs on a machine."""
        ...

    def running_in(self, lab: str) -> Sequence[Session]:
        """All sessions that run in a lab, by start."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[Session]:
        """Sessions that run past their `until` and were not noticed yet, the longest overdue first."""
        ...

    def next_overdue(self) -> datetime | None:
        """The earliest `until` of a session that runs and was not noticed yet."""
        ...

    def tapped_out(self, lab: str, since: datetime, now: datetime) -> Sequence[Session]:
        """Sessions of a lab that a badge ended between the two, by end."""
        ...

    def answered_for(self, person: str, since: datetime) -> Sequence[Session]:
        """Sessions begun since then that this person answers for, newest first."""
        ...

    def spilling(self, before: datetime, limit: int) -> Sequence[Session]:
        """Sessions that run on a walk-up which ends by `before`, and were let to run on past that end (E21)."""
        ...

    def save(self, session: Session) -> None:
        """Remember it as it stands now (insert or update)."""
        ...

    def page(  # noqa: PLR0913 -- a filter, every field named
        self,
        *,
        lab: str | None = None,
        machine: str | None = None,
        person: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> Sequence[Session]:
        """Sessions that touch [start, end), newest start first, behind the (start, id) of `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock: asked for at `since`, `in_force` when the node's record came, `lifted` by a person, `gone` at the node.

    One that the report button at the machine set is nobody's: no `owner`, no `by`.
    """

    id: str
    lab: str
    machine: str
    kind: LockKind
    owner: str | None
    by: str | None
    reason: str
    since: datetime
    in_force: datetime | None = None
    lifted: datetime | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None
    gone: datetime | None = None


class Locks(Protocol):
    """The locks on machines."""

    def get(self, lock: str) -> Lock | None:
        """The lock with this id."""
        ...

    def on(self, machine: str) -> Sequence[Lock]:
        """Locks not lifted, by since."""
        ...

    def lifted(self, machine: str) -> Sequence[str]:
        """Ids lifted whose `gone` record has not come."""
        ...

    def open_in(self, lab: str) -> Sequence[Lock]:
        """The locks of a lab that are asked for, in force, or lifted without the node's word yet, by since."""
        ...

    def page(self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None) -> Sequence[Lock]:
        """All locks of a lab, newest first."""
        ...

    def save(self, lock: Lock) -> None:
        """Remember it as it stands now (insert or update)."""
        ...
