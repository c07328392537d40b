"""What can be put in the courier's inbox? One small frozen class each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keeper's order, its number, and how long ago it was given."""

    n: int
    closed: bool
    age_ms: int


@dataclass(frozen=True, slots=True)
class KeeperGone:
    """The connection to the keeper ended: it opens its relay, and so do we."""


@dataclass(frozen=True, slots=True)
class LinkMoved:
    """The broker of the plug holds our connection, or no longer."""

    online: bool


@dataclass(frozen=True, slots=True)
class PlugSaid:
    """One message of the plug; `kept` when the broker had it from before (a retained message)."""

    topic: str
    payload: str
    kept: bool


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The body of an answer to an HTTP call to the plug."""

    body: str


@dataclass(frozen=True, slots=True)
class PrinterSaid:
    """The printer's server says that it prints, or not; None: nobody knows."""

    busy: bool | None


@dataclass(frozen=True, slots=True)
class Leave:
    """SIGTERM."""
