"""Is this badge for something else than power: an enrolment, a sign-off? Then that is all it does.

A trainer who has a PIN may type it after his badge: then what he signs is final at once (R28). He need not.
"""

from collections.abc import Callable
from functools import partial

from core.access import Objection, objection
from core.vocabulary import Purpose, Reason
from core.wire.messages import Answer
from node.doorman.attendance import Attendance
from node.doorman.beside import Hands
from node.doorman.effects import Answered
from node.doorman.keypad import Hide, Keypad
from node.doorman.knowledge import Knowledge
from node.doorman.visit import Visit


class Aside:
    """What is open beside the plain tap; `hide` None: no UID can travel, so no badge is taken."""

    def __init__(
        self,
        known: Knowledge,
        attendance: Attendance,
        hide: Callable[[bytes, str], str] | None,
        hands: Hands,
        keypad: Keypad,
    ) -> None:
        self._known, self._hide, self._hands, self._keypad = known, hide, hands, keypad
        self._asked: tuple[str, Visit] | None = None  # the question about a trainer's PIN, and his tap
        self._sign_off, self._enrolment = attendance.sign_off, attendance.enrolment

    def takes(self, visit: Visit, uid: bytes) -> bool:
        """Whether this badge was for it; it powers nothing."""
        hide = self._hide
        if self._enrolment.open and hide is not None:
            self._enrolment.tap(visit.key, lambda nonce: hide(uid, nonce), partial(self._enrolled, visit))
        elif self._sign_off.open:
            self._sign(visit)
        else:
            return False
        return True

    def _enrolled(self, visit: Visit, against: tuple[Objection, ...]) -> None:
        if against:
            self._hands.refuse(visit, against)
        else:
            self._hands.finish(visit, "enrol", ())

    def _sign(self, visit: Visit) -> None:
        view = self._known.view
        person = view.grants.get(visit.key) if view else None
        if person is not None:
            visit.who, visit.lang = person.who, person.lang
        against = self._sign_off.tap(visit.key)
        if against:
            self._hands.refuse(visit, against)
        else:
            self._hands.finish(visit, "sign-off", ())
            self._ask_of_trainer(visit)

    def _ask_of_trainer(self, visit: Visit) -> None:
        """Whether he has a PIN that would make it final; without a keypad nobody asks."""
        if self._keypad.usable and self._sign_off.awaits_trainee:
            question = self._known.exchange.ask(visit.key, "uid", Purpose.SIGN_OFF)
            self._asked = None if question is None else (question, visit)

    def heard(self, effect: Answered) -> None:
        """The hub's word about the trainer's PIN; a silent hub leaves the signature provisional."""
        if self._asked is None or self._asked[0] != effect.id:
            return
        visit, self._asked = self._asked[1], None
        if _wanted(effect.answer) and self._sign_off.awaits_trainee:
            self._keypad.ask(visit, self._with_code)

    def _with_code(self, visit: Visit, hide: Hide) -> None:
        visit.signs, visit.coded = True, True
        visit.question = self._known.exchange.ask(visit.key, "uid", Purpose.SIGN_OFF, hide)
        if visit.question is None:
            self.sealed(visit, None)

    def sealed(self, visit: Visit, answer: Answer | None) -> None:
        """The hub has compared the code, or has not; the sign-off goes on either way."""
        if _wanted(answer):
            self._keypad.ask(visit, self._with_code, wrong=True)
        else:
            self._sign_off.again()
        right = answer is not None and answer.decision.allowed
        self._hands.finish(visit, "sign-off", () if right else (objection(Reason.PIN_NEEDED),))


def _wanted(answer: Answer | None) -> bool:
    """Whether the hub asks for the PIN."""
    return answer is not None and any(one.code is Reason.PIN_NEEDED for one in answer.decision.objections)
