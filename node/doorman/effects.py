"""What follows from a message of the hub? What the doorman's brain has to do, one small class each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.wire.messages import Answer, Lock, Order


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection to the broker came or went."""

    online: bool


@dataclass(frozen=True, slots=True)
class Hinted:
    """The hub seems up or down: for the display alone."""

    hub_up: bool


@dataclass(frozen=True, slots=True)
class NowTaken:
    """The hub has said what time it is."""

    time: datetime


@dataclass(frozen=True, slots=True)
class ViewTaken:
    """A view is on the shelf and in force."""

    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LocksTaken:
    """Locks are on the shelf: set and lift them with the keeper, who takes each once."""

    locks: tuple[Lock, ...]
    lifted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderTaken:
    """The hub asks for something, now, of this start; answer with `Exchange.done`."""

    order: Order


@dataclass(frozen=True, slots=True)
class Answered:
    """The open question is closed; without an answer the node decides alone."""

    id: str
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """Ask the keeper for at most `most` records behind this place (None: from the oldest)."""

    after: tuple[str, int] | None
    most: int


@dataclass(frozen=True, slots=True)
class Acked:
    """The hub has stored these journals up to these places: tell the keeper."""

    epoch: int
    store: str
    journals: Mapping[str, int]


Effect = (
    LinkChanged | Hinted | NowTaken | ViewTaken | LocksTaken | OrderTaken | Answered | ReadJournal | Acked
)
