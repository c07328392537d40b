"""What does a button of the tablet do? The same as the button on the box, for whoever stands before it.

A press counts for the moment it was made in: when another session has begun meanwhile, or the one it was
meant for is over, nothing happens. Danger cuts at once, as the box's own button does (interlock.md, DANGER);
a lesser report is written down and the machine goes on.
"""

from collections import deque
from typing import Final

from core.access import objection
from core.case import OpenSession
from core.timeline import stamp
from core.vocabulary import LockKind, Reason, StopReason
from node.doorman.buttons import REPORTED, Buttons
from node.doorman.chores import Chores
from node.doorman.events import Button, Pressed
from node.doorman.keeper_talk import Reply
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage

DANGER: Final = "danger"
MOST_REPORTS: Final = 5  # in ten minutes; a sixth is play, and staff have been told
WITHIN_MS: Final = 600_000


class Tablet:
    """The buttons of the page beside the machine."""

    def __init__(self, known: Knowledge, stage: Stage, chores: Chores, buttons: Buttons) -> None:
        self._known, self._stage, self._chores, self._buttons = known, stage, chores, buttons
        self._reports: deque[int] = deque(maxlen=MOST_REPORTS)

    def pressed(self, press: Pressed) -> None:
        """Do it, if the moment it was meant for is still there."""
        session = self._known.session()
        if (session.id if session else "") != press.session or not self._known.keeper.present:
            return
        if press.button is Button.EXTEND:
            self._buttons.extend()
        elif press.button is Button.FINISH and session is not None:
            self._chores.stop(session.id, StopReason.STOP_BUTTON, None)
        elif press.button is Button.REPORT:
            self._report(press, session)

    def _report(self, press: Pressed, session: OpenSession | None) -> None:
        """The first danger always counts; what comes beside it, and all else, within reason."""
        cuts = press.severity == DANGER and not self._buttons.reported
        if not cuts and not self._counts(self._known.mono_ms()):
            self._stage.deny((objection(Reason.RATE_LIMITED),), self._lang())
            return
        if cuts:
            self._lock(f"{REPORTED}{press.id}")
        who = session.who if session else None
        told = {"who": who, "category": press.category, "severity": press.severity}
        note = {"type": "report", "session": session.id if session else None, "data": told}
        self._known.keeper.request("note", note, _nothing if cuts else self._noted)

    def _counts(self, now_ms: int) -> bool:
        """Whether this is not one too many."""
        if len(self._reports) == MOST_REPORTS and now_ms - self._reports[0] < WITHIN_MS:
            return False
        self._reports.append(now_ms)
        return True

    def _lock(self, name: str) -> None:
        """As the keeper's own button: a lock of nobody's that staff lift; the hub adopts it."""
        at = stamp(self._known.now())
        lock = {"lock": name, "kind": LockKind.DANGER.value, "owner": "", "by": None, "reason": "report"}
        self._known.keeper.request("lock", {**lock, "at": at}, self._locked)

    def _locked(self, reply: Reply) -> None:
        if not reply.ok:
            self._stage.say(Word.NOT_READY, self._lang())

    def _noted(self, reply: Reply) -> None:
        self._stage.say(Word.NOTED if reply.ok else Word.NOT_READY, self._lang())

    def _lang(self) -> str | None:
        guest = self._known.guest()
        return guest.lang if guest else None


def _nothing(_: Reply) -> None:
    """The lock's own answer is what is shown."""
