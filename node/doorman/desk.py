"""Somebody has tapped: what now? The one place that turns a badge into a request to the keeper.

Rules: one tap at a time; the decision is `core.access.decide`'s; the hub is asked about walk-ups,
unknown badges and old views, 800 ms in all; `energise` is never sent twice; every tap is recorded.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from core.access import Decision, Kind, Objection, decide, objection
from core.grants import Grant
from core.timeline import stamp
from core.vocabulary import Purpose, Reason, SessionKind, StopReason
from node.doorman import handing_over
from node.doorman.attendance import Attendance
from node.doorman.beside import Beside, Hands
from node.doorman.effects import Answered
from node.doorman.events import TapSeen
from node.doorman.flood import Bucket
from node.doorman.hub_answer import from_answer
from node.doorman.keeper_talk import Reply
from node.doorman.knowledge import Knowledge
from node.doorman.outcome import TapOutcome
from node.doorman.showing import Word
from node.doorman.stage import Stage
from node.doorman.visit import AT_THE_MACHINE, Visit, action_of, reason_of

WAITING_MAX = 3  # taps laid while another is decided; more is play


@dataclass(frozen=True)
class Given:
    """What the desk works with: the badge's key, new ids, who is told; how a UID is hidden, where it can be."""

    key_of: Callable[[bytes], str]
    new_id: Callable[[], str]
    told: Callable[[TapOutcome], None]
    hide: Callable[[bytes, str], str] | None = None


class Desk:
    """Decides taps one after the other; `told` hears what became of each."""

    def __init__(
        self,
        known: Knowledge,
        stage: Stage,
        given: Given,
        attendance: Attendance,
    ) -> None:
        self._known, self._stage, self._given = known, stage, given
        self.minder, self.supervision = attendance.minder, attendance.supervision
        self._sign_off, self._enrolment = attendance.sign_off, attendance.enrolment
        self._visit: Visit | None = None
        self._waiting: deque[TapSeen] = deque(maxlen=WAITING_MAX)
        self._number = 0
        self._bucket = Bucket()
        hands = Hands(self._start, self._refuse, self._finish, self._watched)
        self._beside = Beside(known, stage, self.supervision, hands)

    @property
    def busy(self) -> bool:
        """Whether a tap is being decided."""
        return self._visit is not None

    def tap(self, tap: TapSeen) -> None:
        """A card was laid on the reader."""
        if self._visit is not None:
            self._waiting.append(tap)
            return
        visit = self._visit = Visit(tap.at_ms, self._given.key_of(tap.uid))
        self.minder.card(visit.key)
        if not self._at_home(visit) and not self._bucket.take(tap.at_ms):
            self._pass_over(visit)
        elif tap.random:
            self._refuse(visit, (objection(Reason.BADGE_RANDOM),))
        elif not self._known.keeper.present:
            self._not_ready(visit)
        elif self._known.view is None or not self._known.exchange.locks_taken:
            self._refuse(visit, (objection(Reason.STALE),))
        elif not self._taken_aside(visit, tap.uid):
            self._judge(visit)

    def _taken_aside(self, visit: Visit, uid: bytes) -> bool:
        """Is the badge for something else than power: an enrolment, a sign-off?"""
        hide = self._given.hide
        if self._at_home(visit):
            return False
        if self._enrolment.open and hide is not None:
            done = partial(self._enrolled, visit)
            self._enrolment.tap(visit.key, lambda nonce: hide(uid, nonce), done)
        elif self._sign_off.open:
            self._sign(visit)
        else:
            return False
        return True

    def _enrolled(self, visit: Visit, against: tuple[Objection, ...]) -> None:
        if against:
            self._refuse(visit, against)
        else:
            self._finish(visit, "enrol", ())

    def _sign(self, visit: Visit) -> None:
        """A badge for a sign-off: it powers nothing."""
        view = self._known.view
        person = view.grants.get(visit.key) if view else None
        if person is not None:
            visit.who, visit.lang = person.who, person.lang
        against = self._sign_off.tap(visit.key)
        if against:
            self._refuse(visit, against)
        else:
            self._finish(visit, "sign-off", ())

    def answered(self, effect: Answered) -> None:
        """The hub has answered, or has not within its time."""
        visit = self._visit
        if visit is None or visit.question != effect.id:
            return
        visit.question = None
        if visit.supervises is not None:
            self._beside.answered(visit, effect.answer)
            return
        decision = None if effect.answer is None else from_answer(effect.answer, visit.key, visit.kind)
        visit.fresh = decision is not None
        self._settle(visit, decision or self._decide(visit))

    def _decide(self, visit: Visit) -> Decision:
        view = self._known.view
        if view is None:
            return Decision(False, None, (objection(Reason.STALE),), Kind.USE)  # noqa: FBT003  as it is built
        return decide(visit.key, view, self._known.now(), self._known.situation())

    def _judge(self, visit: Visit) -> None:
        decision = self._decide(visit)
        person = self._known.view.grants.get(visit.key) if self._known.view else None
        if person is not None:
            visit.who, visit.lang = person.who, person.lang
        visit.kind = decision.kind
        if decision.kind is Kind.END and decision.allowed:
            self._end_or_stay(visit)
            return
        if self._beside.concerns(visit, decision):
            return
        took_over = handing_over.decision(visit.key, self._known)
        if took_over is not None:
            self._start(visit, took_over, "handover")
            return
        visit.question = self._ask(visit, decision)
        if visit.question is None:
            self._settle(visit, decision)
        else:
            self._stage.say(Word.CHECKING, visit.lang)

    def _ask(self, visit: Visit, decision: Decision) -> str | None:
        codes = {one.code for one in decision.objections}
        unsure = bool(codes & {Reason.BADGE_UNKNOWN, Reason.STALE})
        walks_up = decision.kind is Kind.WALK_UP
        if codes & AT_THE_MACHINE or not (unsure or (walks_up and decision.allowed)):
            return None
        purpose = Purpose.WALK_UP if walks_up else Purpose.USE
        return self._known.exchange.ask(visit.key, "uid", purpose)

    def _settle(self, visit: Visit, decision: Decision) -> None:
        if decision.grant is not None:
            visit.who, visit.lang = decision.grant.who, decision.grant.lang
        if not decision.allowed:
            self._refuse(visit, decision.objections)
        else:
            self._start(visit, decision, "energise")

    def _start(self, visit: Visit, decision: Decision, msg: str) -> None:
        grant, until = decision.grant, decision.until
        if grant is None or until is None:
            self._refuse(visit, (objection(Reason.BADGE_UNKNOWN),))
            return
        visit.session, visit.until = self._given.new_id(), until
        booking = decision.booking.id if decision.booking else None
        if visit.fresh:
            self._known.tell_stale(on=False)
        visit.action = action_of(msg, decision)
        known_as = (booking, grant)
        fields = self._request(visit, decision, grant, booking)
        self._known.keeper.request(msg, fields, lambda reply: self._started(visit, reply, known_as))

    def _request(
        self, visit: Visit, decision: Decision, grant: Grant, booking: str | None
    ) -> Mapping[str, object]:
        view, until = self._known.view, visit.until
        kind = SessionKind.MAINTENANCE if decision.kind is Kind.MAINTENANCE else SessionKind.USE
        return {
            "session": visit.session,
            "kind": kind.value,
            "who": grant.who,
            "responsible": visit.responsible,
            "booking": booking,
            "tap_ms": visit.at_ms,
            "until_ms": self._known.until_ms(until) if until else visit.at_ms,
            "until": stamp(until) if until else None,
            "view": [view.epoch, view.rev] if view else None,
            "reason": None,
        }

    def _started(self, visit: Visit, reply: Reply, known_as: tuple[str | None, Grant]) -> None:
        if reply.silent:
            self._known.keeper.request("stop", self._stop_fields(visit), lambda _: None)
            self._not_ready(visit)
        elif not reply.ok:
            self._refuse(visit, (objection(reason_of(reply.code)),))
        else:
            self._known.started(visit.session or "", visit.key, *known_as)
            self._beside.started(visit)
            self._stage.clear()
            self._finish(visit, visit.action, ())

    def _watched(self, supervisor: str) -> bool:
        return self.minder.watched(supervisor)

    def _end_or_stay(self, visit: Visit) -> None:
        """A person's second tap ends his session, but where it was asked for as a sign of life."""
        if self.minder.confirmed(visit.key):
            session = self._known.session()
            visit.session = session.id if session else None
            self._finish(visit, "stay", ())
        else:
            self._end(visit)

    def _end(self, visit: Visit) -> None:
        session = self._known.session()
        visit.session = session.id if session else None
        visit.who = session.who if session else visit.who
        self._known.keeper.request("stop", self._stop_fields(visit), lambda reply: self._ended(visit, reply))

    def _stop_fields(self, visit: Visit) -> Mapping[str, object]:
        return {"session": visit.session or "", "reason": StopReason.BADGE_OUT.value, "by": visit.who}

    def _ended(self, visit: Visit, reply: Reply) -> None:
        if reply.ok:
            self._stage.clear()
            self._finish(visit, "end", ())
        else:
            self._not_ready(visit)

    def _refuse(self, visit: Visit, objections: tuple[Objection, ...]) -> None:
        handing_over.note_arrival(visit.who, self._known)
        self._stage.deny(objections, visit.lang)
        self._finish(visit, "refuse", objections)

    def _not_ready(self, visit: Visit) -> None:
        self._stage.say(Word.NOT_READY, visit.lang)
        self._finish(visit, "refuse", (objection(Reason.FAULT),))

    def _at_home(self, visit: Visit) -> bool:
        """Whether this badge runs the machine: its holder can end that whatever others play."""
        session = self._known.session()
        return session is not None and session.key == visit.key

    def _pass_over(self, visit: Visit) -> None:
        """A flood: nothing is decided, and only its first tap is journalled."""
        objections = (objection(Reason.BUSY),)
        self._stage.say(Word.NOT_READY)
        if self._bucket.first_over():
            self._note(visit, objections)
        self._close(visit, "refuse", objections)

    def _finish(self, visit: Visit, action: str, objections: tuple[Objection, ...]) -> None:
        self._note(visit, objections)
        if not objections:
            self._bucket.give_back()
        self._close(visit, action, objections)

    def _close(self, visit: Visit, action: str, objections: tuple[Objection, ...]) -> None:
        self._number += 1
        state = self._known.keeper.state
        outcome = TapOutcome(
            number=self._number,
            allowed=not objections,
            action=action,
            reason=objections[0].code.value if objections else None,
            objections=tuple({"code": one.code.value, "params": dict(one.params)} for one in objections),
            until=stamp(visit.until) if visit.until and not objections else None,
            phase=state.phase.value if state else None,
            relay=bool(state and state.relay == "closed"),
        )
        self._visit = None
        self._given.told(outcome)
        if self._waiting:
            self.tap(self._waiting.popleft())

    def _note(self, visit: Visit, objections: tuple[Objection, ...]) -> None:
        person: dict[str, object] = {"who": visit.who} if visit.who else {"key": visit.key}
        tapped = {**person, "allowed": not objections, "reasons": [one.code.value for one in objections]}
        session = None if objections else visit.session
        fields = {"type": "tap", "session": session, "data": tapped}
        self._known.keeper.request("note", fields, lambda _: None)
