"""Who learns here, and who stands beside? Two badges within a minute of each other (R29).

A learner's tap waits for a supervisor's; a supervisor's own fresh session is given to the learner who
taps next. A tap that comes too late is told so, and starts nothing of its own.
"""

from dataclasses import dataclass, replace
from typing import Final

from core.access import Decision, Objection, OpenSession, decide, objection
from core.grants import Grant
from core.vocabulary import GrantLevel, Phase, Reason, Risk, SessionKind
from core.wire.messages import Answer
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage

WITHIN_MS: Final = 60_000  # R29: either order, 60 s
WATCH_MS: Final = 3_600_000  # R29: the supervisor taps again every 60 minutes
BESIDE: Final = frozenset(
    {Reason.CERT_DORMANT, Reason.CERT_PROVISIONAL}
)  # these need nothing but a supervisor
TOO_LATE_MS: Final = 30_000  # so long a supervisor's late tap is answered as what it was meant to be


@dataclass(frozen=True, slots=True)
class Learner:
    """One who waits for a supervisor since `since_ms`."""

    key: str
    grant: Grant
    since_ms: int


def supervised_by(answer: Answer | None, supervision: "Supervision") -> Objection | None:
    """What the hub's answer says against the supervisor; without one the node decides alone."""
    if answer is None:
        return supervision.unasked()
    if answer.decision.allowed:
        return None
    told = [objection(one.code, dict(one.params or {})) for one in answer.decision.objections]  # type: ignore[arg-type]
    return told[0] if told else objection(Reason.SUPERVISOR_INVALID)


class Supervision:
    """The learner at the reader, if one waits."""

    def __init__(self, known: Knowledge, stage: Stage) -> None:
        self._known, self._stage = known, stage
        self._learner: Learner | None = None
        self._told = False

    @property
    def learner(self) -> Learner | None:
        """Who waits, while there is still time."""
        one = self._learner
        return one if one is not None and self._now() - one.since_ms <= WITHIN_MS else None

    @property
    def alone(self) -> bool:
        """Whether nobody learns here and nobody runs the machine: then nobody can stand beside."""
        state = self._known.keeper.state
        return self._learner is None and (state is None or state.session is None)

    def due_ms(self) -> int | None:
        """When the wait is over."""
        return None if self._learner is None or self._told else self._learner.since_ms + WITHIN_MS + 1

    def turn(self) -> None:
        """Say that nobody came, once; forget it a little later."""
        one, state = self._learner, self._known.keeper.state
        if one is None:
            return
        if (state is not None and state.session is not None) or (
            self.learner is None and self._now() - one.since_ms > WITHIN_MS + TOO_LATE_MS
        ):
            self._learner = None
        elif self.learner is None and not self._told:
            self._told = True
            self._stage.deny((objection(Reason.SUPERVISOR_MISSING),), one.grant.lang)

    def beside(self, key: str) -> Decision | None:
        """The decision for a learner with a supervisor beside; None for anybody else, or when even so not."""
        view, grant = self._known.view, self._grant(key)
        if view is None or grant is None or grant.level != GrantLevel.SUPERVISED:
            return None
        situation = replace(self._known.situation(), session=None, supervised=True)
        decision = decide(key, view, self._known.now(), situation)
        return decision if decision.allowed else None

    def wait(self, key: str, at_ms: int) -> None:
        """The learner waits; who is on the way to the certificate is told that a supervisor may come."""
        grant, view = self._grant(key), self._known.view
        if grant is None or view is None:
            return
        self._learner, self._told = Learner(key, grant, at_ms), False
        lacks = view.refusals.get(key, ())
        if any(one.code in BESIDE or "step" in one.params for one in lacks):
            self._stage.say(Word.SUPERVISE, grant.lang, name=grant.name, ends_ms=at_ms + WITHIN_MS)

    def done(self) -> None:
        """The learner has started."""
        self._learner = None

    def beckons(self, key: str) -> bool:
        """Is this a supervisor's tap while somebody else waits for one? All others come for themselves."""
        waits = self.learner
        return waits is not None and waits.key != key and self._may_supervise(key)

    def left_alone(self, key: str) -> OpenSession | None:
        """The learner's session whose supervisor's hour is over, if this badge is another supervisor's (E19)."""
        session = self._known.session()
        if session is None or session.responsible is None or session.key == key:
            return None
        sitting = self._known.sitting(session.id)
        over = self._now() >= (sitting.watched_ms or sitting.began_ms) + WATCH_MS
        return session if over and self._may_supervise(key) else None

    def too_late(self, key: str) -> bool:
        """Is this a supervisor's tap that came after the minute?"""
        return self._learner is not None and self.learner is None and self._may_supervise(key)

    def against(self, key: str) -> Objection | None:
        """Why the person with this badge may not supervise the learner who waits."""
        grant, learner = self._grant(key), self.learner
        if learner is None or grant is None or grant.who == learner.grant.who:
            return objection(Reason.SUPERVISOR_MISSING)
        return None if self._may_supervise(key) else objection(Reason.SUPERVISOR_INVALID)

    def unasked(self) -> Objection | None:
        """What stands against a supervisor of whom the hub has said nothing: a copied badge is easy (R29)."""
        view = self._known.view
        high = view is None or view.machine.risk is Risk.HIGH
        return objection(Reason.SUPERVISOR_INVALID) if high else None

    def came_first(self) -> OpenSession | None:
        """The session that a supervisor began less than a minute ago, and nothing has been done with."""
        session, state = self._known.session(), self._known.keeper.state
        if session is None or state is None or state.busy or session.kind is not SessionKind.USE:
            return None
        fresh = self._now() - self._known.sitting(session.id).began_ms <= WITHIN_MS
        mine = session.key is not None and self._may_supervise(session.key)
        standing = state.phase in {Phase.STARTING, Phase.IN_USE} and session.responsible is None
        return session if fresh and mine and standing else None

    def _may_supervise(self, key: str) -> bool:
        grant = self._grant(key)
        if grant is None or (grant.until is not None and self._known.now() >= grant.until):
            return False
        return grant.level == GrantLevel.TRAINER

    def _grant(self, key: str) -> Grant | None:
        return None if self._known.view is None else self._known.view.grants.get(key)

    def _now(self) -> int:
        return self._known.mono_ms()
