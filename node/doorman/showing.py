"""What is there to be seen at the machine? The facts a face turns into four lines, a light and a sound.

No text here: texts, languages and colours are the face's business.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.case import Objection
from core.vocabulary import Inhibit, Phase, SessionKind


class Word(StrEnum):
    """What the last tap is told, before the machine's own state is shown again."""

    CHECKING = "checking"
    DENIED = "denied"
    NOT_READY = "not-ready"
    EXTENDED = "extended"
    SUPERVISE = "supervise"
    ENROL = "enrol"
    REBADGE = "rebadge"
    SIGN_OFF = "sign-off"
    CHECK = "check"
    SIGNED = "signed"
    IDLE_SOON = "idle-soon"
    REPORTED = "reported"
    NOTED = "noted"
    PIN = "pin"
    TAKE_OVER = "take-over"
    BRING = "bring"


@dataclass(frozen=True, slots=True)
class Said:
    """A word to the person who tapped; `lang` None where it is not known.

    It is shown up to `ends_ms` (CLOCK_BOOTTIME) where that is given, which is counted down where its text
    says so. `name`: the other person meant. `text`: an item of a checklist, a course. `page`: n of m.
    """

    word: Word
    since_ms: int
    lang: str | None = None
    objections: tuple[Objection, ...] = ()
    until: datetime | None = None
    ends_ms: int | None = None
    name: str = ""
    text: str = ""
    page: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Guest:
    """The person in session; `since_ms` is when the doorman first saw the session, `session` its id."""

    name: str
    lang: str | None
    kind: SessionKind
    until: datetime | None
    since_ms: int
    session: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """The next or present reservation; `name` is empty unless its holder chose to show one."""

    name: str
    start: datetime
    end: datetime
    held_until: datetime


@dataclass(frozen=True, slots=True)
class Down:
    """Why the machine is locked or out of order."""

    owner: str = ""
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """Today's hours, from the first opening to the last closing, and what is taken of them."""

    opens: datetime
    closes: datetime
    taken: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Showing:
    """Everything a face may need, at one instant. `now_ms` is CLOCK_BOOTTIME, `now` trusted UTC."""

    now_ms: int
    now: datetime
    zone: str = "Europe/Brussels"
    keeper: bool = True
    online: bool = True
    phase: Phase | None = Phase.IDLE
    inhibits: frozenset[Inhibit] = frozenset()
    drawing: bool = False  # it has power though it should have none
    fault: str = ""  # which, while FAULT holds
    alarm: bool = False
    extraction: bool = False
    phase_until_ms: int | None = None
    guest: Guest | None = None
    slot: Slot | None = None
    opens: datetime | None = None
    closed: bool = False
    view_of: datetime | None = None
    down: Down = field(default_factory=Down)
    out: bool = False  # staff say that it is out of order
    lacks: tuple[str, ...] = ()  # what it shares with others and is down (R49)
    said: Said | None = None
    machine: str = ""
    title: str = ""  # the machine's name and make
    family: str = ""
    taught: bool = False  # it needs a course: a trainer may sign for one here
    finishes: bool = True  # its stop lets a running job end
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """Four lines of at most 21 characters, the light and the sound; `name` is the state's."""

    name: str
    lines: tuple[str, str, str, str]
    led: str
    buzz: str = ""
    qr: str = ""  # the address a QR code leads to; empty: none is shown


class Face(Protocol):
    """Display, light and buzzer."""

    def show(self, showing: Showing) -> Screen:
        """Show it; the screen that it became. Never raises for broken hardware."""
        ...

    def close(self) -> None:
        """Dark and silent."""
        ...
