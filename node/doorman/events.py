"""What can be put in the doorman's inbox by its own parts? One small frozen class each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class TapSeen:
    """A card was laid on the reader; said once for each laying."""

    uid: bytes = field(repr=False)  # never in a log
    at_ms: int = 0  # CLOCK_BOOTTIME

    @property
    def random(self) -> bool:
        """A 4-byte UID that begins with 08 is made up anew each time (ISO/IEC 14443-3, 6.5.4)."""
        return len(self.uid) == 4 and self.uid[0] == 0x08


@dataclass(frozen=True)
class CardGone:
    """The card was taken away."""


@dataclass(frozen=True)
class ReaderLost:
    """The reader chip does not answer."""


@dataclass(frozen=True)
class ReaderBack:
    """The reader chip answers again."""


class Button(StrEnum):
    """What the tablet's page has beside the box's own buttons."""

    EXTEND = "extend"
    FINISH = "finish"
    REPORT = "report"


@dataclass(frozen=True)
class Pressed:
    """A button of the tablet beside the machine: as good as the button on the box, and no better.

    `session` is the one the page showed when it was pressed ("" for none); `category`, `severity` and `id`
    belong to a report.
    """

    button: Button
    session: str = ""
    category: str = ""
    severity: str = ""
    id: str = ""


@dataclass(frozen=True)
class PinTyped:
    """Somebody typed a code on the tablet or the keypad while the screen asked for one."""

    digits: str = field(repr=False)  # never in a log
    at_ms: int = 0  # CLOCK_BOOTTIME


@dataclass(frozen=True)
class KeeperMet:
    """The keeper answered our hello; `welcome` as in interlock.md."""

    welcome: Mapping[str, Any]


@dataclass(frozen=True)
class KeeperSaid:
    """One packet from the keeper."""

    packet: Mapping[str, Any]


@dataclass(frozen=True)
class KeeperLost:
    """The connection to the keeper ended, or could not be made."""


@dataclass(frozen=True)
class Leapt:
    """The bench moved the clock: ask the hub for the time before anything falls due."""


@dataclass(frozen=True)
class Finish:
    """SIGTERM: say goodbye and end."""
