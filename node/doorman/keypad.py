"""Who is asked for a code beside his badge, and what goes on once it is typed? (R57)

The code goes to the hub, hidden, and only there is it compared: without a keypad, or without the hub, nobody can be
asked (PIN_NEEDED). One at a time, half a minute; another badge on the reader ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from core.access import Decision, Kind
from node.doorman.events import PinTyped
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage
from node.doorman.visit import Visit

OPEN_MS: Final = 30_000  # four digits with gloves on; a third of what an enrolment's badge gets (R57)
WRONG: Final = "wrong"  # the screen says it of the code before
Hide = Callable[[str], str]  # the question's nonce -> the hidden code
Go = Callable[[Visit, Hide], None]


@dataclass(frozen=True)
class Wanted:
    """Whose code is waited for, and what goes on with it."""

    visit: Visit
    go: Go
    until_ms: int


class Keypad:
    """The code that is waited for, if any; `hide` None: none can be typed here."""

    def __init__(self, known: Knowledge, stage: Stage, hide: Callable[[bytes, str], str] | None) -> None:
        self._known, self._stage, self._hide = known, stage, hide
        self._wanted: Wanted | None = None

    @property
    def usable(self) -> bool:
        """Whether a code can be typed here and compared by the hub."""
        return self._hide is not None and self._known.exchange.online

    def ask(self, visit: Visit, go: Go, *, wrong: bool = False) -> None:
        """Wait for the code of this visit's badge; the visit itself is over meanwhile."""
        until_ms = self._known.mono_ms() + OPEN_MS
        self._wanted = Wanted(visit, go, until_ms)
        self._stage.say(Word.PIN, visit.lang, ends_ms=until_ms, text=WRONG if wrong else "")

    def forget(self) -> None:
        """Another badge lies there: the code is not wanted any more."""
        self._wanted = None

    def typed(self, pin: PinTyped) -> Visit | None:
        """The visit that goes on with this code, as of the moment it was typed; None when nobody is asked."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self._hide is None or self._known.mono_ms() >= wanted.until_ms:
            return None
        return replace(wanted.visit, at_ms=pin.at_ms or self._known.mono_ms(), question=None, go=wanted.go)

    def hidden(self, digits: str) -> Hide:
        """How the code travels."""
        hide = self._hide
        return lambda nonce: "" if hide is None else hide(digits.encode("ascii", "replace"), nonce)


def wanted(visit: Visit, decision: Decision) -> bool:
    """Whether the badge may start it, but not without its code; the owner of a lockout works without."""
    grant, starts = decision.grant, decision.kind in {Kind.USE, Kind.WALK_UP}
    return decision.allowed and starts and grant is not None and grant.pin and not visit.coded
