"""Somebody has tapped: what now? The one place that turns a badge into a request to the keeper.

Rules: one tap at a time; the decision is `core.access.decide`'s; the hub is asked about walk-ups,
unknown badges and old views, 800 ms in all; `energise` is never sent twice; every tap is recorded.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access import AT_THE_MACHINE, Decision, Kind, Objection, decide, objection
from core.grants import Grant
from core.vocabulary import Purpose, Reason, StopReason
from node.doorman import handing_over, taking_over
from node.doorman.aside import Aside
from node.doorman.attendance import Attendance
from node.doorman.beside import Beside, Hands
from node.doorman.effects import Answered
from node.doorman.events import PinTyped, TapSeen
from node.doorman.flood import Bucket
from node.doorman.hub_answer import from_answer
from node.doorman.keeper_talk import Reply
from node.doorman.keypad import Hide, Keypad, wanted
from node.doorman.knowledge import Knowledge
from node.doorman.once_more import Asked, OnceMore
from node.doorman.outcome import TapOutcome, outcome_of
from node.doorman.showing import Word
from node.doorman.stage import Stage
from node.doorman.visit import Visit, action_of, reason_of, start_fields, tap_note

WAITING_MAX = 3  # taps laid while another is decided; more is play


@dataclass(frozen=True)
class Given:
    """What the desk works with: the badge's key, new ids, who is told; how a UID is hidden, and whether codes can be typed."""

    key_of: Callable[[bytes], str]
    new_id: Callable[[], str]
    told: Callable[[TapOutcome], None]
    hide: Callable[[bytes, str], str] | None = None
    keypad: bool = False


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
        self._visit: Visit | None = None
        self._waiting: deque[TapSeen] = deque(maxlen=WAITING_MAX)
        self._number = 0
        self._bucket = Bucket()
        hands = Hands(self._start, self._refuse, self._finish, self.minder.watched)
        self._keypad = Keypad(known, stage, given.hide if given.keypad else None)
        self._beside = Beside(known, stage, self.supervision, hands, self._keypad)
        self._aside, self._once_more = Aside(known, attendance, given.hide, hands, self._keypad), OnceMore()

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
        self._keypad.forget()
        if not (at_home := self._at_home(visit)) and not self._bucket.take(tap.at_ms):
            self._pass_over(visit)
        elif tap.random:
            self._refuse(visit, (objection(Reason.BADGE_RANDOM),))
        elif not self._known.keeper.present:
            self._not_ready(visit)
        elif self._known.view is None or not self._known.exchange.locks_taken:
            self._refuse(visit, (objection(Reason.STALE),))
        elif at_home or not self._aside.takes(visit, tap.uid):
            self._judge(visit)
        visit.moment = None  # what comes later reads the clocks anew

    def typed(self, pin: PinTyped) -> None:
        """A code was typed: the visit that it was asked for goes on."""
        visit = self._keypad.typed(pin) if self._visit is None else None
        if visit is not None and visit.go is not None:
            self._visit = visit
            visit.go(visit, self._keypad.hidden(pin.digits))

    def answered(self, effect: Answered) -> None:
        """The hub has answered, or has not within its time."""
        visit = self._visit
        if visit is None or visit.question != effect.id:
            self._aside.heard(effect)
            return
        visit.question = visit.moment = None
        if visit.signs or visit.supervises is not None or visit.watches:
            hears = self._aside.sealed if visit.signs else self._beside.answered
            hears(visit, effect.answer)
            return
        decision = None if effect.answer is None else from_answer(effect.answer, visit.key, visit.kind)
        visit.fresh = decision is not None
        codes = {one.code for one in decision.objections} if decision is not None else set()
        if Reason.PIN_NEEDED in codes or (visit.coded and decision is None):
            self._want_code(visit, wrong=visit.coded and decision is not None)
        elif decision is not None and Reason.CONCURRENT in codes:
            self._offer_to_bring(visit, decision)
        else:
            self._settle(visit, decision or self._decide(visit))

    def _decide(self, visit: Visit) -> Decision:
        view = self._known.view
        if view is None:
            return Decision(False, None, (objection(Reason.STALE),), Kind.USE)  # noqa: FBT003  as it is built
        at = visit.moment = self._known.moment()
        return decide(visit.key, view, at.now, self._known.situation(at))

    def _judge(self, visit: Visit) -> None:
        decision = self._decide(visit)
        person = self._known.view.grants.get(visit.key) if self._known.view else None
        if person is not None:
            visit.who, visit.lang = person.who, person.lang
        visit.kind = decision.kind
        if decision.kind is Kind.END and decision.allowed:
            self._end_or_stay(visit)
            return
        yes = self._once_more.answered(visit.key, self._known.mono_ms())
        if self._beside.concerns(visit, decision):
            return
        took_over = handing_over.decision(visit.key, self._known)
        if took_over is not None:
            self._settle(visit, took_over)
        elif decision.allowed or not self._takes_over(visit, decision, yes):
            self._ask_or_settle(visit, decision, yes)

    def _takes_over(self, visit: Visit, refused: Decision, yes: Asked | None) -> bool:
        """An idle machine that its holder left: asked at the first tap, done at the second."""
        taken = taking_over.decision(visit.key, self._known, self.minder.idle_ms)
        if taken is None or refused.allowed:
            return False
        if yes is Asked.TAKE_OVER:
            visit.took_over = True
            self._start(visit, taken, "handover")
        else:
            ends_ms = self._once_more.ask(Asked.TAKE_OVER, visit.key, self._known.mono_ms())
            self._stage.say(Word.TAKE_OVER, visit.lang, ends_ms=ends_ms)
            self._finish(visit, "refuse", refused.objections)
        return True

    def _offer_to_bring(self, visit: Visit, refused: Decision) -> None:
        """His booking is at a machine beside: another tap brings it here (E22)."""
        named = next((one.params.get("machine") for one in refused.objections), None)
        ends_ms = self._once_more.ask(Asked.BRING, visit.key, self._known.mono_ms())
        self._stage.say(Word.BRING, visit.lang, ends_ms=ends_ms, name=str(named or ""))
        self._finish(visit, "refuse", refused.objections)

    def _want_code(self, visit: Visit, *, wrong: bool = False) -> None:
        """His code beside his badge: typed here, or not at all."""
        if self._keypad.usable:
            self._keypad.ask(visit, self._with_code, wrong=wrong)
            self._finish(visit, "refuse", (objection(Reason.PIN_NEEDED),))
        else:
            self._refuse(visit, (objection(Reason.PIN_NEEDED),))

    def _with_code(self, visit: Visit, hide: Hide) -> None:
        """The hub compares the code and answers the tap in one."""
        visit.coded = True
        purpose = Purpose.WALK_UP if visit.kind is Kind.WALK_UP else Purpose.USE
        visit.question = self._known.exchange.ask(visit.key, "uid", purpose, hide)
        if visit.question is None:
            self._refuse(visit, (objection(Reason.PIN_NEEDED),))

    def _ask_or_settle(self, visit: Visit, decision: Decision, yes: Asked | None) -> None:
        if wanted(visit, decision):
            self._want_code(visit)
            return
        visit.question = self._ask(visit, decision, yes)
        if visit.question is None:
            self._settle(visit, decision)
        else:
            self._stage.say(Word.CHECKING, visit.lang)

    def _ask(self, visit: Visit, decision: Decision, yes: Asked | None) -> str | None:
        codes = {one.code for one in decision.objections}
        unsure = bool(codes & {Reason.BADGE_UNKNOWN, Reason.STALE}) or codes == {Reason.RESERVED_OTHER}
        walks_up = decision.kind is Kind.WALK_UP
        if codes & AT_THE_MACHINE or not (unsure or (walks_up and decision.allowed)):
            return None
        purpose = Purpose.WALK_UP if walks_up and yes is not Asked.BRING else Purpose.USE
        return self._known.exchange.ask(visit.key, "uid", purpose)

    def _settle(self, visit: Visit, decision: Decision) -> None:
        if decision.grant is not None:
            visit.who, visit.lang = decision.grant.who, decision.grant.lang
        if not decision.allowed:
            self._refuse(visit, decision.objections)
        elif wanted(visit, decision):
            self._want_code(visit)
        else:
            follows = handing_over.decision(visit.key, self._known) is not None
            self._start(visit, decision, "handover" if follows else "energise")

    def _start(self, visit: Visit, decision: Decision, msg: str) -> None:
        grant, until = decision.grant, decision.until
        if grant is None or until is None:
            self._refuse(visit, (objection(Reason.BADGE_UNKNOWN),))
            return
        visit.session, visit.until = self._given.new_id(), until
        booking = decision.booking.id if decision.booking else None
        if visit.fresh:
            self._known.tell_stale(on=False)
        visit.action = action_of(msg, decision, taken_over=visit.took_over)
        until_ms = self._known.until_ms(until, visit.moment)
        fields = start_fields(visit, decision, grant, self._known.view, until_ms)
        self._known.keeper.request(msg, fields, lambda reply: self._started(visit, reply, (booking, grant)))

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
        outcome = outcome_of(self._number, action, objections, visit.until, self._known.keeper.state)
        self._visit = None
        self._given.told(outcome)
        if self._waiting:
            self.tap(self._waiting.popleft())

    def _note(self, visit: Visit, objections: tuple[Objection, ...]) -> None:
        self._known.keeper.request("note", tap_note(visit, objections), lambda _: None)
