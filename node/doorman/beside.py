"""Is this tap one of a learner and a supervisor, and what follows? (R29; the two are kept in `supervising`.)"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from core.access import Decision, Objection, objection
from core.vocabulary import Purpose, Reason, StopReason
from core.wire.messages import Answer
from node.doorman.keypad import Hide, Keypad
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.sitting import Sitting
from node.doorman.stage import Stage
from node.doorman.supervising import Learner, Supervision, supervised_by
from node.doorman.visit import Visit


@dataclass(frozen=True)
class Hands:
    """What the desk does with a visit that is decided; `watched` is the minder's."""

    start: Callable[[Visit, Decision, str], None]
    refuse: Callable[[Visit, tuple[Objection, ...]], None]
    finish: Callable[[Visit, str, tuple[Objection, ...]], None]
    watched: Callable[[str], bool]


class Beside:
    """The taps of learners and supervisors at the desk."""

    def __init__(
        self, known: Knowledge, stage: Stage, supervision: Supervision, hands: Hands, keypad: Keypad
    ) -> None:
        self._known, self._stage, self._supervision, self._hands = known, stage, supervision, hands
        self._keypad = keypad

    def concerns(self, visit: Visit, decision: Decision) -> bool:
        """Is this tap one of a learner and a supervisor?"""
        if decision.allowed and self._supervision.alone:
            return False
        if visit.who and self._hands.watched(visit.who):
            self._hands.finish(visit, "stay", ())
        elif (alone := self._supervision.left_alone(visit.key)) is not None:
            visit.watches, visit.responsible = alone.id, visit.who
            self._vouch(visit, visit.key)
        elif self._supervision.beckons(visit.key):
            self._come_beside(visit)
        elif self._supervision.too_late(visit.key):
            self._hands.refuse(visit, (objection(Reason.SUPERVISOR_MISSING),))
        elif not decision.allowed and self._supervision.beside(visit.key) is not None:
            self._learn(visit, decision)
        else:
            return False
        return True

    def answered(self, visit: Visit, answer: Answer | None) -> None:
        """The hub has said whether the supervisor may, or has not."""
        codes = {one.code for one in answer.decision.objections} if answer is not None else set()
        if Reason.PIN_NEEDED in codes and self._keypad.usable:
            self._keypad.ask(visit, self._vouch_with_code, wrong=visit.coded)
            self._hands.finish(visit, "refuse", (objection(Reason.PIN_NEEDED),))
        else:
            self._supervise(visit, supervised_by(answer, self._supervision))

    def started(self, visit: Visit) -> None:
        """Remember, and write down, who answers for a learner's session."""
        if visit.responsible is None or visit.session is None or visit.supervises is None:
            return
        now_ms = self._known.mono_ms()
        sitting = Sitting(now_ms, visit.responsible, watched_ms=now_ms)
        self._known.keep_sitting(visit.session, sitting)
        self._supervision.done()
        told = {"supervisor": visit.responsible, "trainee": visit.supervises.grant.who}
        note = {"type": "supervise", "session": visit.session, "data": told}
        self._known.keeper.request("note", note, lambda _: None)

    def _come_beside(self, visit: Visit) -> None:
        against = self._supervision.against(visit.key)
        if against is not None:
            self._hands.refuse(visit, (against,))
            return
        visit.supervises, visit.responsible = self._supervision.learner, visit.who
        self._vouch(visit, visit.key)

    def _learn(self, visit: Visit, decision: Decision) -> None:
        """A learner's tap: a supervisor's session that has just begun becomes his, or he waits for one."""
        supervisor, grant = self._supervision.came_first(), self._known.grant_of(visit.who or "")
        if supervisor is None or supervisor.key is None or grant is None:
            self._hands.refuse(visit, decision.objections)
            self._supervision.wait(visit.key, visit.at_ms)
            return
        visit.supervises, visit.responsible = Learner(visit.key, grant, visit.at_ms), supervisor.who
        self._vouch(visit, supervisor.key)

    def _vouch_with_code(self, visit: Visit, hide: Hide) -> None:
        """His code makes him sure where a badge alone does not (R29)."""
        visit.coded = True
        self._vouch(visit, visit.vouches, hide)

    def _vouch(self, visit: Visit, supervisor: str, hide: Hide | None = None) -> None:
        """The hub knows whether this supervisor may, here and now."""
        visit.vouches = supervisor
        visit.question = self._known.exchange.ask(supervisor, "uid", Purpose.SUPERVISE, hide)
        if visit.question is None:
            self._supervise(visit, self._supervision.unasked())
        else:
            self._stage.say(Word.CHECKING, visit.lang)

    def _supervise(self, visit: Visit, against: Objection | None) -> None:
        """Start the learner's session under the supervisor's responsibility."""
        if visit.watches:
            self._relieve(visit, against)
            return
        learner = visit.supervises
        decision = self._supervision.beside(learner.key) if learner else None
        if against is not None or learner is None or decision is None:
            self._hands.refuse(visit, (against or objection(Reason.SUPERVISOR_INVALID),))
            return
        visit.key = learner.key
        before, state = self._supervision.came_first(), self._known.keeper.state
        powered = state is not None and state.relay == "closed"
        if before is not None and not powered:
            fields = {"session": before.id, "reason": StopReason.BADGE_OUT.value, "by": before.who}
            start = partial(self._hands.start, visit, decision, "energise")
            self._known.keeper.request("stop", fields, lambda _: start())
        else:
            self._hands.start(visit, decision, "energise" if before is None else "handover")

    def _relieve(self, visit: Visit, against: Objection | None) -> None:
        """Another supervisor stays with the learner from now on."""
        session = self._known.session()
        if against is not None or session is None or session.id != visit.watches or visit.responsible is None:
            self._hands.refuse(visit, (against or objection(Reason.SUPERVISOR_INVALID),))
            return
        sitting = self._known.sitting(session.id)
        stays = replace(sitting, responsible=visit.responsible, watched_ms=self._known.mono_ms())
        self._known.keep_sitting(session.id, stays)
        told = {"supervisor": visit.responsible, "trainee": session.who}
        note = {"type": "supervise", "session": session.id, "data": told}
        self._known.keeper.request("note", note, lambda _: None)
        visit.session = session.id
        self._stage.clear()
        self._hands.finish(visit, "stay", ())
