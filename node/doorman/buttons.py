"""Which button has been pushed at the machine? The keeper tells; a rise since the last look is a push.

Stop and report act in the keeper, with the doorman dead too; here they are only shown.
"""

from node.doorman.effects import Answered
from node.doorman.extending import Extender
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.signing_off import SignOff
from node.doorman.stage import Stage

REPORTED = "report-"  # how the keeper names the lock of its report button


class Buttons:
    """What was pushed since the keeper was met."""

    def __init__(self, known: Knowledge, stage: Stage, extender: Extender, sign_off: SignOff) -> None:
        self._known, self._stage = known, stage
        self._extender, self._sign_off = extender, sign_off
        self._presses: int | None = None  # until a keeper has told how often it was pushed before
        self._reports: frozenset[str] = frozenset()

    @property
    def busy(self) -> bool:
        """Whether a push has not had its consequence yet."""
        return self._extender.busy

    def begin(self) -> None:
        """A keeper that has just come: what was pushed before is not pushed now."""
        state = self._known.keeper.state
        self._presses = state.presses if state else None
        self._reports = self._held()

    def look(self) -> None:
        """Has something been pushed?"""
        state = self._known.keeper.state
        if state is None:
            return
        if self._presses is None:
            self.begin()
            return
        pushed, self._presses = state.presses > self._presses, state.presses
        reports, self._reports = self._reports, self._held()
        if self._reports - reports:
            self._stage.say(Word.REPORTED)
        if pushed:
            self.extend()

    def extend(self) -> None:
        """The extend button: an item of a sign-off where one is possible, else more time."""
        if not self._sign_off.pushed():
            self._extender.pressed()

    def answered(self, effect: Answered) -> bool:
        """Whether this was the answer to a button."""
        return self._extender.answered(effect)

    @property
    def reported(self) -> bool:
        """Whether a danger that was reported here still stands."""
        return bool(self._held())

    def _held(self) -> frozenset[str]:
        state = self._known.keeper.state
        locks = state.locks if state else ()
        return frozenset(lock.id for lock in locks if lock.id.startswith(REPORTED))
