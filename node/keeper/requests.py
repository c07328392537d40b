"""What does the doorman want? Each message of interlock.md's left column into events, and its answer.

Nothing here decides about power: requests become events of the table, its answer goes back.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from core.interlock import (
    Accept,
    AddLock,
    Energise,
    Extend,
    Handover,
    Lift,
    LiftLock,
    Lock,
    Record,
    Refuse,
    Session,
    Stop,
    StopNow,
)
from core.vocabulary import Inhibit, LockKind, Reason, SessionKind, StopReason, Trust
from core.wire.socket import Message
from node.keeper import archive
from node.keeper.keeper import Keeper, Young
from node.keeper.ledger import JournalError
from node.keeper.policy import from_message, to_text
from node.keeper.report import state_message
from node.keeper.store import JournalFault, Store
from node.keeper.timers import LATE_MS
from node.keeper.trial import Trial

log = logging.getLogger("loquet.keeper")
NOBODY: Final = (0, "")
LATEST_MS: Final = (
    4_102_444_800_000  # the year 2100: a later "now" is a mistake; nothing is 90 days behind it
)
MOST_WHY: Final = 200  # signs; a record must fit a packet


class Requests:
    """The answers of one keeper start."""

    def __init__(self, keeper: Keeper, store: Store, policy_rev: int | None) -> None:
        self._keeper, self._store, self.policy_rev = keeper, store, policy_rev
        self._follows: tuple[int, str] = NOBODY
        self.trial = Trial(keeper)
        self._too_risky = False
        self._answers: dict[str, Callable[[Message], Message | None]] = {
            "energise": self._energise,
            "handover": self._handover,
            "extend": self._extend,
            "stop": self._stop,
            "stop-now": self._stop_now,
            "lock": self._lock,
            "lift": self._lift,
            "reset": self._reset,
            "stale": self._stale,
            "test": self._test,
            "policy": self._policy,
            "note": self._note,
            "read": self._read,
            "acked": self._acked,
            "alive": self._alive,
        }

    def answer(self, message: Message) -> Message | None:
        """Do what a checked message asks; what cannot be done is refused, what breaks is a fault."""
        try:
            return self._answers[str(message["msg"])](message)
        except (JournalError, ValueError) as problem:
            log.warning("event=request_refused msg=%s problem=%s", message["msg"], problem)
            return refusal(message.get("id"), Reason.INVALID)
        except JournalFault:
            log.exception("event=journal_failed msg=%s", message["msg"])
            self._keeper.ledger.distrust()
            return refusal(message.get("id"), Reason.FAULT)

    # --- starting and ending --------------------------------------------------------------------------------

    def _energise(self, asked: Message) -> Message:
        if (barred := self._barred(asked)) is not None:
            return barred
        session, young = _session(asked), self._young(asked)
        event = Energise(session, not young(), self._repeated(session), _facts(asked))
        return self._start(asked, self._keeper.feed(event, young))

    def _handover(self, asked: Message) -> Message:
        if (barred := self._barred(asked)) is not None:
            return barred
        session, young = _session(asked), self._young(asked)
        event = Handover(session, not young(), session.id in self._keeper.known, _facts(asked))
        return self._start(asked, self._keeper.feed(event, young))

    def _barred(self, asked: Message) -> Message | None:
        """A high-risk machine behind a network driver gets no power at all."""
        return refusal(asked["id"], Reason.FAULT) if self._too_risky else None

    def _start(self, asked: Message, answer: Accept | Refuse | None) -> Message:
        self._keeper.known.add(str(asked["session"]))
        return self._say(asked, answer)

    def _repeated(self, session: Session) -> bool:
        open_now = self._keeper.state.session
        return session.id in self._keeper.known and (open_now is None or open_now.id != session.id)

    def _young(self, asked: Mapping[str, Any]) -> Young:
        """Is the tap of this keeper's time, at most 5 s old, and its lease not over?"""
        tap_ms, until_ms = asked["tap_ms"], asked["until_ms"]
        clock, started_ms = self._keeper.clock, self._keeper.started_ms

        def young() -> bool:
            now_ms = clock.monotonic_ms()
            return bool(started_ms <= tap_ms <= now_ms <= tap_ms + LATE_MS and now_ms < until_ms)

        return young

    def _extend(self, asked: Message) -> Message:
        until_ms = cast("int", asked["until_ms"])
        event = Extend(str(asked["session"]), until_ms, str(asked["until"]), _text(asked["by"]))
        return self._say(asked, self._keeper.feed(event))

    def _stop(self, asked: Message) -> Message:
        reason = StopReason(str(asked["reason"]))
        self._keeper.feed(Stop(str(asked["session"]), reason, _text(asked["by"])))
        self._keeper.look()  # a stop may be quiet at once
        return self._ok(asked)

    def _stop_now(self, asked: Message) -> Message:
        reason = StopReason(str(asked["reason"]))
        self._keeper.feed(StopNow(str(asked["session"]), reason, _text(asked["by"])))
        return self._ok(asked)

    # --- locks, inhibits, policy ----------------------------------------------------------------------------

    def _lock(self, asked: Message) -> Message:
        lock = Lock(str(asked["lock"]), LockKind(str(asked["kind"])), str(asked["owner"]))
        if self._store.was_lifted(lock.id):
            return self._ok(asked)
        self._keeper.feed(AddLock(lock, _text(asked["by"]), _why(asked)))
        return self._ok(asked) if self._keeper.ledger.complete else refusal(asked["id"], Reason.FAULT)

    def _lift(self, asked: Message) -> Message:
        lock = str(asked["lock"])
        if self._keeper.state.lock(lock) is None:
            return self._lift_unheld(asked, lock)
        self._store.lift(lock)  # first: cut off in between, the lock stays and the lift is asked again
        return self._say(asked, self._keeper.feed(LiftLock(lock, _text(asked["by"]), _why(asked))))

    def _lift_unheld(self, asked: Message, lock: str) -> Message:
        """A lock that never came here: the hub waits for a record that it is gone, once."""
        if not self._store.was_lifted(lock):
            data = {"inhibit": None, "lock": lock, "by": _text(asked["by"]), "cause": _why(asked)}
            self._keeper.ledger.write((Record("inhibit-lifted", None, data),), {})
            self._store.lift(lock)
        return self._ok(asked)

    def _reset(self, asked: Message) -> Message:
        inhibit = Inhibit(str(asked["inhibit"]))
        self._keeper.look()
        if inhibit is Inhibit.ESTOP and self._keeper.seen.estop is not False:
            return refusal(asked["id"], Reason.ESTOP)
        if inhibit is Inhibit.FAULT and not self._keeper.at_rest():
            return refusal(asked["id"], Reason.FAULT)
        return self._say(asked, self._keeper.feed(Lift(inhibit, "reset", _text(asked["by"]))))

    def _stale(self, asked: Message) -> None:
        self._keeper.stale = asked["on"] is True
        self._keeper.look()

    def _test(self, asked: Message) -> Message:
        if asked["part"] == "result":
            return {**self._ok(asked), "tested": self.trial.result()}
        return self._ok(asked) if self.trial.begin() else refusal(asked["id"], Reason.OCCUPIED)

    def _policy(self, asked: Message) -> Message:
        self._too_risky = self._keeper.networked and asked["risk"] == "high"
        if self._too_risky:
            log.error("event=policy_refused why=network_driver_on_a_high_risk_machine")
            return refusal(asked["id"], Reason.INVALID)
        policy, rev = from_message(asked), cast("int", asked["rev"])
        if not self._keeper.ledger.write((), {"policy": to_text(policy, rev)}):
            return refusal(asked["id"], Reason.FAULT)
        self.policy_rev = rev
        self._keeper.take_policy(policy)
        self._keeper.look()
        return self._ok(asked)

    # --- the journal ----------------------------------------------------------------------------------------

    def _note(self, asked: Message) -> Message:
        data = cast("dict[str, object]", asked["data"])
        seq = self._keeper.ledger.note(Record(str(asked["type"]), _text(asked["session"]), data))
        if seq is None:
            return refusal(asked["id"], Reason.FAULT)
        return {"msg": "ok", "id": asked["id"], "seq": seq}

    def _read(self, asked: Message) -> Message:
        place = cast("list[object] | None", asked["after"])
        after = (str(place[0]), cast("int", place[1])) if place else None
        most = max(1, cast("int", asked["max"]))
        return archive.records_after(self._store, after, most, self._follows)

    def _acked(self, asked: Message) -> None:
        follows = (cast("int", asked["epoch"]), str(asked["store"]))
        self._follows = follows
        journals = cast("dict[str, object]", asked["journals"])
        at_ms = self._keeper.ledger.trusted_ms()
        archive.take_ack(self._store, follows, journals, LATEST_MS if at_ms is None else at_ms)

    def _alive(self, asked: Message) -> None:
        told = asked.get("time")
        if isinstance(told, dict):
            zero_ms = told.get("zero_ms")
            if not isinstance(zero_ms, int) or not 0 <= zero_ms <= LATEST_MS:
                raise ValueError("time.zero_ms")
            self._keeper.ledger.trust(Trust(str(told.get("trust"))).value, zero_ms)

    # --- answers --------------------------------------------------------------------------------------------

    def _say(self, asked: Message, answer: Accept | Refuse | None) -> Message:
        if isinstance(answer, Refuse):
            return refusal(asked["id"], answer.code)
        return self._ok(asked)

    def _ok(self, asked: Message) -> Message:
        return {"msg": "ok", "id": asked["id"], "state": state_message(self._keeper)}


def refusal(request: object, code: Reason) -> Message:
    """The answer `no`."""
    return {"msg": "no", "id": request if isinstance(request, str) else None, "code": code.value}


def _why(asked: Message) -> str:
    """The reason a person gave, short enough for a record."""
    return (_text(asked["reason"]) or "")[:MOST_WHY]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _session(asked: Mapping[str, Any]) -> Session:
    kind = SessionKind.USE if asked["kind"] == "use" else SessionKind.MAINTENANCE
    return Session(asked["session"], kind, asked["who"], asked["until_ms"], asked["until"])


def _facts(asked: Message) -> dict[str, object]:
    """What session-start tells beside the session itself."""
    return {
        "responsible": asked["responsible"],
        "reservation": asked["booking"],
        "view": asked["view"],
    }
