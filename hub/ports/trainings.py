"""What is taught when: a course, its places, and the reservations that keep the machines free for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NewTraining:
    """A training to be; `slots` are its reservations, the first of them names it."""

    lab: str
    course: str
    places: int
    slots: tuple[str, ...]
    made: datetime


@dataclass(frozen=True, slots=True)
class Training:
    """A training as it stands: who gives it, and when, its first reservation says; `taken` of its places are given."""

    id: str
    lab: str
    course: str
    places: int
    slots: tuple[str, ...]
    machines: tuple[str, ...]
    trainer: str
    start: datetime
    end: datetime
    taken: int

    @property
    def free(self) -> int:
        """How many places are left."""
        return max(0, self.places - self.taken)


class Trainings(Protocol):
    """The trainings whose reservations stand; one that fell is none."""

    def get(self, training: str, *, lock: bool = False) -> Training | None:
        """The training with this id; `lock` holds its places till the transaction ends (PostgreSQL)."""
        ...

    def coming(
        self, lab: str, now: datetime, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> Sequence[Training]:
        """Those of a lab that are not over, latest start first; `before` is (start, id) of the last one seen."""
        ...

    def add(self, new: NewTraining) -> None:
        """Remember what the reservations are for."""
        ...

    def enrolled(self, training: str) -> Sequence[str]:
        """Who has a place, in the order in which it was given."""
        ...
