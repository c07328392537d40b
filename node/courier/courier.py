"""The courier: carries the keeper's order to a plug, and what plug and printer say to the keeper.

Rules: it decides nothing about power. Without the keeper's word for 5 s, or when the keeper has gone, the
order is off; before the first word of a start nothing is sent at all, so that a new courier leaves a running
machine alone. Figures older than 10 s are no figures.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from core.wire.courier import VERSION
from core.wire.socket import BEAT_MS, LOST_AFTER_MS, Message
from node.courier.events import CallAnswered, KeeperGone, Leave, LinkMoved, PlugSaid, PrinterSaid, Wanted
from node.courier.plug import OLD_MS, PlugMemory
from node.courier.plugs import Call, Heard, Say, Step
from node.inbox import Inbox
from node.ports import Clock

TURN_MS: Final = 250
log = logging.getLogger("loquet.courier")


class Outside(Protocol):
    """Where the courier speaks: to the keeper, to the plug's broker, to the plug's own server."""

    def report(self, message: Message) -> bool:
        """One packet to the keeper."""
        ...

    def say(self, topic: str, payload: str) -> bool:
        """One message to the plug; dropped when there is no connection."""
        ...

    def call(self, url: str) -> None:
        """One HTTP call to the plug, soon."""
        ...


@dataclass(frozen=True)
class Errand:
    """What this courier is for."""

    plug: PlugMemory | None
    by_watts: int | None  # busy from so many watts of the plug on
    printer: bool


class Courier:
    """The actor; one loop owns all of it."""

    def __init__(self, clock: Clock, inbox: Inbox[object], outside: Outside, errand: Errand) -> None:
        self._clock, self._inbox, self._outside, self._errand = clock, inbox, outside, errand
        self._order: Wanted | None = None
        self._heard_ms = clock.monotonic_ms()  # the keeper has 5 s to speak
        self._online = False
        self._printer: bool | None = None
        self._printer_ms = self._heard_ms
        self._reported: Message = {}
        self._reported_ms: int | None = None
        self.pulse: Callable[[], object] = lambda: None
        clock.on_leap(self._forgive)

    def run(self) -> None:
        """Until told to leave; the plug then keeps what it has, and its own timer ends it."""
        while True:
            item = self._inbox.take(None, self._clock.monotonic_ms() + TURN_MS)
            if isinstance(item, Leave):
                return
            self.turn(item)

    def turn(self, item: object | None) -> None:
        """One turn, with one item or with none."""
        if item is not None:
            self._take(item)
        self._mind_keeper()
        self._drive()
        self._report()
        self.pulse()

    def _take(self, item: object) -> None:
        now_ms = self._clock.monotonic_ms()
        match item:
            case Wanted():
                self._order, self._heard_ms = item, now_ms
                if self._errand.plug is not None:
                    self._errand.plug.want(item.closed, now_ms - item.age_ms)
            case KeeperGone():
                self._off("keeper gone")
            case PrinterSaid():
                self._printer, self._printer_ms = item.busy, now_ms
            case LinkMoved() | PlugSaid() | CallAnswered() if self._errand.plug is not None:
                self._listen(self._errand.plug, item, now_ms)
            case _:
                log.error("event=unknown_item kind=%s", type(item).__name__)

    def _listen(self, plug: PlugMemory, item: LinkMoved | PlugSaid | CallAnswered, now_ms: int) -> None:
        match item:
            case LinkMoved():
                self._online = item.online
                if not item.online:
                    plug.forget()
            case PlugSaid():
                said = plug.dialect.read(item.topic, item.payload)
                plug.heard(Heard(online=said.online) if item.kept else said, now_ms)
            case CallAnswered():
                plug.heard(plug.dialect.answered(item.body), now_ms)

    def _mind_keeper(self) -> None:
        if self._clock.monotonic_ms() - self._heard_ms > LOST_AFTER_MS:
            self._heard_ms = self._clock.monotonic_ms()
            self._off("keeper silent")

    def _off(self, why: str) -> None:
        if self._errand.plug is not None:
            if self._order is None or self._order.closed:
                log.warning("event=plug_off why=%s", why.replace(" ", "_"))
            self._errand.plug.want(closed=False, since_ms=self._clock.monotonic_ms())
        self._order = None

    def _drive(self) -> None:
        plug = self._errand.plug
        if plug is None or not self._online:
            return
        for step in plug.steps(self._clock.monotonic_ms()):
            self._do(step)

    def _do(self, step: Step) -> None:
        match step:
            case Say():
                self._outside.say(step.topic, step.payload)
            case Call():
                self._outside.call(step.url)

    def _report(self) -> None:
        now_ms = self._clock.monotonic_ms()
        message = self._message(now_ms)
        due = self._reported_ms is None or now_ms - self._reported_ms >= BEAT_MS
        if due or message != self._reported:
            self._reported, self._reported_ms = message, now_ms
            self._outside.report(message)

    def _message(self, now_ms: int) -> Message:
        plug, order = self._errand.plug, self._order
        watts = plug.watts(now_ms) if plug is not None else None
        return {
            "msg": "report",
            "v": VERSION,
            "n": order.n if order is not None else 0,
            "plug": plug.word(now_ms) if plug is not None and order is not None else None,
            "busy": self._busy(watts, now_ms),
            "power_w": None if watts is None else max(0, round(watts)),
        }

    def _busy(self, watts: float | None, now_ms: int) -> bool | None:
        if self._errand.printer:
            return self._printer if now_ms - self._printer_ms <= OLD_MS else None
        if self._errand.by_watts is None or watts is None:
            return None
        return watts >= self._errand.by_watts

    def _forgive(self) -> None:
        """The clock was moved: nobody was silent for as long as it says."""
        self._heard_ms = self._printer_ms = self._clock.monotonic_ms()
