"""A new badge for one person: the hub opens it for 90 s, the next strange card is taken (R57).

It takes one badge, powers nothing and interrupts nothing: the person whose session runs taps as ever.
The UID travels hidden (wire.md, "Asking"), and only here; without the hub nothing is taken.
"""

from collections.abc import Callable
from typing import Final

from core.access import Objection, objection
from core.vocabulary import Purpose, Reason
from core.wire.messages import Order
from node.doorman.effects import Answered
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage

OPEN_MS: Final = 90_000  # R57

Done = Callable[[tuple[Objection, ...]], None]
Hide = Callable[[str], str]  # the question's nonce -> the hidden UID


class Enrolment:
    """One at a time; a new order takes the place of the old one."""

    def __init__(self, known: Knowledge, stage: Stage) -> None:
        self._known, self._stage = known, stage
        self._until_ms: int | None = None
        self._question: str | None = None
        self._name = ""
        self._done: Done | None = None

    @property
    def open(self) -> bool:
        """Whether a badge is waited for."""
        return self._until_ms is not None and self._known.mono_ms() < self._until_ms

    @property
    def asking(self) -> bool:
        """Whether the hub has the badge, and has not answered."""
        return self._question is not None

    def begin(self, order: Order) -> None:
        """Staff have opened it: name and the figures to compare with the console's are shown."""
        args = order.args or {}
        self._name = str(args.get("name") or "")
        self._until_ms = self._known.mono_ms() + OPEN_MS
        check = str(args.get("check") or "")
        self._stage.say(Word.ENROL, None, ends_ms=self._until_ms, name=self._name, text=check)

    def tap(self, key: str, hide: Hide, done: Done) -> None:
        """The badge: to the hub, hidden; `done` hears what stands against it."""
        self._until_ms = None
        self._question = self._known.exchange.ask(key, "uid", Purpose.ENROL, hide)
        if self._question is None:
            done((objection(Reason.NODE_OFFLINE),))
        else:
            self._done = done
            self._stage.say(Word.CHECKING)

    def answered(self, effect: Answered) -> bool:
        """Whether this was the answer about the badge."""
        if self._question is None or effect.id != self._question:
            return False
        done, self._question, self._done = self._done, None, None
        if done is None:
            return True
        if effect.answer is None:
            done((objection(Reason.NODE_OFFLINE),))
        elif effect.answer.decision.allowed:
            self._stage.say(Word.SIGNED, None, name=self._name, text="Badge")
            done(())
        else:
            told = effect.answer.decision.objections
            done(tuple(objection(one.code) for one in told) or (objection(Reason.INVALID),))
        return True

    def turn(self) -> None:
        """Ninety seconds are over."""
        if self._until_ms is not None and not self.open:
            self._until_ms = None
            self._stage.clear()

    def due_ms(self) -> int | None:
        """When it closes by itself."""
        return self._until_ms
