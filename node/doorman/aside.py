"""Is this badge for something else than power: an enrolment, a sign-off? Then that is all it does."""

from collections.abc import Callable
from functools import partial

from core.access import Objection
from node.doorman.attendance import Attendance
from node.doorman.beside import Hands
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
    ) -> None:
        self._known, self._hide, self._hands = known, hide, hands
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
