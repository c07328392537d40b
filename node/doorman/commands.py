"""What does an order of the hub do at the machine? It stops, extends or resets; it never powers.

Every order is answered once, with what the keeper made of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.access import OpenSession
from core.timeline import BadInstant, instant, stamp
from core.vocabulary import Reason, StopReason
from core.wire.messages import Order, OrderKind
from node.doorman.enrolling import Enrolment
from node.doorman.examining import Examination, Report
from node.doorman.keeper_talk import SILENCE, Reply
from node.doorman.knowledge import Knowledge
from node.doorman.showing import Word
from node.doorman.stage import Stage
from node.doorman.supervising import WATCH_MS
from node.health import BAD, WARN

RESETS: Final = frozenset({"estop", "fault"})


class Commands:
    """Carries out orders, one request to the keeper each."""

    def __init__(
        self, known: Knowledge, stage: Stage, examination: Examination, enrolment: Enrolment
    ) -> None:
        self._known, self._stage, self._examination = known, stage, examination
        self._enrolment = enrolment

        self._does: Mapping[OrderKind, Callable[[Order], None]] = {
            OrderKind.STOP: self._stop,
            OrderKind.STOP_NOW: self._stop,
            OrderKind.EXTEND: self._extend,
            OrderKind.RESET: self._reset,
            OrderKind.RELOAD: self._reload,
            OrderKind.IDENTIFY: self._identify,
            OrderKind.SELFTEST: self._selftest,
            OrderKind.ENROL: self._enrol,
        }

    def take(self, order: Order) -> None:
        """Do it, and tell the hub what became of it."""
        does = self._does.get(order.order)
        if does is None:
            self._done(order, Reply(ok=False, code=Reason.INVALID.value))
        elif not self._known.keeper.present:
            self._done(order, SILENCE)
        else:
            does(order)

    def _stop(self, order: Order) -> None:
        session = self._known.session()
        if session is None or (order.session is not None and order.session != session.id):
            self._done(order, Reply(ok=True))
            return
        if (order.args or {}).get("wind_down") is True:
            self._wind_down(order, session)
            return
        reason = order.reason if order.reason in set(StopReason) else StopReason.STAFF_STOP.value
        self._ask(order, order.order.value, {"session": session.id, "reason": reason, "by": order.by})

    def _wind_down(self, order: Order, session: OpenSession) -> None:
        """The supervisor has left: his hour is over now, and five minutes are counted down (E19)."""
        if session.responsible is not None:
            sitting = self._known.sitting(session.id)
            over_ms = self._known.mono_ms() - WATCH_MS
            self._known.keep_sitting(session.id, replace(sitting, watched_ms=over_ms))
        self._done(order, Reply(ok=True))

    def _extend(self, order: Order) -> None:
        session = self._known.session()
        try:
            until = instant(str((order.args or {}).get("until")))
        except BadInstant:
            until = None
        if session is None or until is None or order.session not in {None, session.id}:
            self._done(order, Reply(ok=False, code=Reason.INVALID.value))
            return
        until_ms = self._known.until_ms(until)
        fields: dict[str, object] = {"session": session.id, "until_ms": until_ms, "until": stamp(until)}
        end = until
        fields["by"] = order.by
        self._known.keeper.request("extend", fields, lambda reply: self._extended(order, reply, end))

    def _extended(self, order: Order, reply: Reply, until: datetime) -> None:
        guest = self._known.guest()
        if reply.ok:
            self._stage.say(Word.EXTENDED, guest.lang if guest else None, until)
        self._done(order, reply)

    def _reset(self, order: Order) -> None:
        inhibit = str((order.args or {}).get("inhibit") or "").lower()
        if inhibit not in RESETS or order.by is None:
            self._done(order, Reply(ok=False, code=Reason.INVALID.value))
        else:
            self._ask(order, "reset", {"inhibit": inhibit, "by": order.by})

    def _reload(self, order: Order) -> None:
        self._known.exchange.greet()
        self._done(order, Reply(ok=True))

    def _enrol(self, order: Order) -> None:
        named = bool((order.args or {}).get("person"))
        if named:
            self._enrolment.begin(order)
        self._done(order, Reply(ok=named, code=None if named else Reason.INVALID.value))

    def _identify(self, order: Order) -> None:
        self._stage.say(Word.CHECKING)
        self._done(order, Reply(ok=True))

    def _selftest(self, order: Order) -> None:
        self._examination.begin(lambda report: self._examined(order, report))

    def _examined(self, order: Order, report: Report) -> None:
        """The answer to the order: what is not good, by part; the whole of it is the record."""
        amiss = [
            f"{one['part']}={one['result']}" for one in report["findings"] if one["result"] in {BAD, WARN}
        ]
        detail = f"{report['result']} at {report['at']}" + "".join(f", {one}" for one in amiss)
        self._known.exchange.done(order.id, ok=True, detail=detail)

    def _ask(self, order: Order, msg: str, fields: Mapping[str, object]) -> None:
        self._known.keeper.request(msg, fields, lambda reply: self._done(order, reply))

    def _done(self, order: Order, reply: Reply) -> None:
        code = None if reply.ok else reply.code or Reason.FAULT.value
        self._known.exchange.done(order.id, ok=reply.ok, code=code)
