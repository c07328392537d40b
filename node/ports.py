"""What do the two node programs need from the world? Protocols only; the wiring chooses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Condition
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a keeper needs none of the wire
    from core.wire.freshness import Home
    from core.wire.post import FromHub, FromNode


class Clock(Protocol):
    """One clock per program; the only source of time."""

    def wall(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def monotonic_ms(self) -> int:
        """CLOCK_BOOTTIME in milliseconds: never steps, counts suspend."""
        ...

    def wait_until(self, condition: Condition, due_ms: int | None, beat_ms: int | None) -> None:
        """Wait, with `condition` held, until notified or until the earlier of two instants.

        `due_ms` is the next thing that must happen at its own time (a timer); `beat_ms` is a
        routine wake-up (a heartbeat). Both on the scale of `monotonic_ms`. A leaping clock stops
        at every due instant and ignores beats.
        """
        ...

    def on_leap(self, wake: Callable[[], None]) -> None:
        """Have `wake` called after the clock was moved; a system clock never calls it."""
        ...


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The broker let us in and every subscription is made."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The connection to the broker ended."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from the hub: sealed for us, opened, and of the right shape; nothing more is known."""

    message: "FromHub"
    body: Mapping[str, object]  # all of it, also what this version does not know


class Link(Protocol):
    """The way to the hub: says things, and puts LinkUp, LinkDown and Heard in the inbox it was given."""

    @property
    def online(self) -> bool:
        """Does the broker hold our connection?"""
        ...

    def start(self) -> None:
        """Connect, and connect again for ever, in a thread of its own."""
        ...

    def say(self, message: "FromNode") -> bool:
        """Send a message body of `core.wire.messages`; False when there is no connection: it is gone."""
        ...

    def stop(self) -> None:
        """Say goodbye (`online: false`), disconnect and end the thread."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A view or the locks as they lie on the shelf."""

    home: "Home"
    rev: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ages:
    """What is known of time, to be carried over a start: nothing of it may be forgotten by pulling the plug."""

    age_ms: int = 0  # of the view
    fresh_at: datetime | None = None  # the view was the hub's present one at this instant
    spent_ms: int = 0  # of the budget of untrusted time
    floor: datetime | None = None  # it is never earlier than this


class ShelfBroken(Exception):  # noqa: N818 - the shelf is what broke
    """The shelf cannot be read or written: no view may be used from it."""


class Shelf(Protocol):
    """What the doorman remembers: each call is one transaction, on the disk when it returns.

    Every method raises ShelfBroken when the disk refuses.
    """

    def home(self) -> "Home | None":
        """The store this node follows."""
        ...

    def view(self) -> Kept | None:
        """The view, whatever store it came from."""
        ...

    def locks(self) -> Kept | None:
        """The locks, whatever store they came from."""
        ...

    def keep_view(self, kept: Kept, ages: Ages) -> None:
        """Take a view, follow its store; another store than before starts the watermarks again."""
        ...

    def keep_locks(self, kept: Kept) -> None:
        """Take locks, follow their store; another store than before starts the watermarks again."""
        ...

    def watermark(self) -> tuple[str, int] | None:
        """(journal, seq) up to which the followed store has everything; None: send from the oldest."""
        ...

    def keep_watermark(self, journal: str, seq: int) -> None:
        """The followed store has acknowledged `journal` up to `seq`."""
        ...

    def ages(self) -> Ages:
        """What is known of time."""
        ...

    def keep_ages(self, ages: Ages) -> None:
        """Remember it."""
        ...

    def recall(self, name: str) -> object:
        """What was remembered under `name`; None: nothing."""
        ...

    def remember(self, name: str, value: object) -> None:
        """Remember a small thing of JSON under `name`."""
        ...


@dataclass(frozen=True)
class Inputs:
    """What the keeper's contacts say now; None: not wired, or lost, as each line tells."""

    estop: bool | None = False  # True pressed; None unreadable, which counts as pressed
    stop: bool = False
    extend: bool = False
    report: bool = False
    extraction_ok: bool | None = None  # None: not wired or unreadable, which counts as lost
    feedback: bool | None = None  # the relay's own contact, True closed; None: not wired
    bypass: bool | None = False  # None unreadable, which counts as on
    busy: bool | None = None  # True: it draws; None: not wired or lost
    power_w: int | None = None  # what it draws, where the driver measures it
    unconfirmed: bool = False  # the switch has not said within 2 s what it stands at


class Hardware(Protocol):
    """The keeper's lines: two outputs, eight inputs."""

    def inputs(self) -> Inputs:
        """Read every contact now."""
        ...

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from any thread, after an input moved."""
        ...

    def set_relay(self, closed: bool) -> None:
        """Power on or off; returns when the line is driven."""
        ...

    def set_extraction(self, on: bool) -> None:
        """Extraction on or off."""
        ...

    def close(self) -> None:
        """Relay open, then the lines are given back; may be called twice."""
        ...


class PowerSwitch(Protocol):
    """What gives the machine its power: a relay on a pin, or a network plug behind the courier."""

    def set(self, closed: bool) -> None:
        """Power on or off; returns when the line is driven or the order is on its way."""
        ...

    def feedback(self) -> bool | None:
        """What the switch itself says it stands at; None where it cannot say, or has not yet."""
        ...

    def unconfirmed(self) -> bool:
        """Whether 2 s have passed since the last order without the switch's own word for it."""
        ...

    def close(self) -> None:
        """Power off, then the switch is given back; may be called twice."""
        ...


class BusySensor(Protocol):
    """What tells that the machine works: an input, a current, a plug's power figure, a printer's word."""

    def busy(self) -> bool | None:
        """Does it work? None: the sensor is lost."""
        ...

    def power_w(self) -> int | None:
        """What it draws, where the sensor measures it."""
        ...

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from any thread, after the answer changed."""
        ...

    def close(self) -> None:
        """Give the sensor back; may be called twice."""
        ...
