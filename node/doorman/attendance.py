"""What goes on at the machine beside the plain tap? Minding, supervising, buttons, signing, enrolling.

One handle for the doorman's loop: what happens is passed on, `turn` looks at every timer, `due_ms` says
when the next one is due.
"""

from node.doorman.buttons import Buttons
from node.doorman.chores import Chores
from node.doorman.effects import Answered
from node.doorman.enrolling import Enrolment
from node.doorman.events import Pressed
from node.doorman.extending import Extender
from node.doorman.knowledge import Knowledge
from node.doorman.minding import Minder
from node.doorman.signing_off import SignOff
from node.doorman.stage import Stage
from node.doorman.supervising import Supervision
from node.doorman.tablet import Tablet


class Attendance:
    """The parts, made once for a doorman."""

    def __init__(self, known: Knowledge, stage: Stage, chores: Chores) -> None:
        self.minder = Minder(known, stage, chores)
        self.supervision = Supervision(known, stage)
        self.sign_off = SignOff(known, stage, chores)
        self.enrolment = Enrolment(known, stage)
        self._buttons = Buttons(known, stage, Extender(known, stage), self.sign_off)
        self._tablet = Tablet(known, stage, chores, self._buttons)

    @property
    def busy(self) -> bool:
        """Whether something has been asked for and has not had its answer."""
        return self._buttons.busy or self.enrolment.asking

    def keeper_met(self) -> None:
        """A keeper has come: what was pushed before is not pushed now."""
        self._buttons.begin()

    def keeper_said(self) -> None:
        """The keeper's state has changed."""
        self._buttons.look()

    def pressed(self, press: Pressed) -> None:
        """A button of the tablet."""
        self._tablet.pressed(press)

    def answered(self, effect: Answered) -> bool:
        """Whether the hub's answer was for one of these."""
        return self._buttons.answered(effect) or self.enrolment.answered(effect)

    def card_gone(self) -> None:
        """The card was taken away."""
        self.minder.card_gone()

    def reader(self, *, lost: bool) -> None:
        """The reader has gone or come back."""
        self.minder.reader(lost=lost)

    def turn(self) -> None:
        """Look at every timer."""
        self.minder.turn()
        self.supervision.turn()
        self.sign_off.turn()
        self.enrolment.turn()

    def due_ms(self) -> int | None:
        """When the next timer is due."""
        parts = (self.minder, self.supervision, self.sign_off, self.enrolment)
        return min((at for part in parts if (at := part.due_ms()) is not None), default=None)
