"""Is this node fit for tomorrow? The selftest: asked by the hub, by hand, and by the clock at night.

Rules: everything is tried but the closing of the main relay, which only a badge may do: that is judged at the
first session of each day by the relay's own contact. The result is a `selftest` record (it reaches the hub as
every record does), the answer to an order, and what the person at the keyboard reads.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from core.timeline import at_local, local_day, stamp
from core.vocabulary import Phase, Trust
from node.doorman.keeper_talk import Reply
from node.doorman.knowledge import Knowledge
from node.health import BAD, GOOD, UNKNOWN, WARN, Finding, as_dicts, worst

NIGHT_MIN: Final = 3 * 60 + 30  # 03:30 on the wall: after the last closing, before the first opening
AGAIN: Final = timedelta(minutes=30)  # where somebody works at night
FAN_MS: Final = 12_000  # interlock.md: extraction counts as good after 10 s
CLOSED_MS: Final = 2_000  # interlock.md: a mismatch is one after 2 s
FEWEST: Final = 20  # readings; fewer say nothing of a reader
SHAKY: Final = 0.8  # of the readings clear: below it people have to tap twice
ZONE: Final = "Europe/Brussels"
log = logging.getLogger(__name__)

Report = dict[str, Any]
Then = Callable[[Report], None]


@dataclass(frozen=True)
class Examine:
    """Somebody at the keyboard asks: put into the doorman's inbox. `then` must return at once."""

    then: Then
    only_look: bool = False


@dataclass(frozen=True)
class Senses:
    """What the doorman can say of his own parts; `readings` are (clear, unclear) since the start."""

    board: Callable[[], list[Finding]] = list
    readings: Callable[[], tuple[int, int]] = lambda: (0, 0)
    display: Callable[[], bool | None] = lambda: None  # does it stand there as sent? None: it cannot say
    feedback: bool = False  # is the relay's contact wired?


DEAF = Senses()
"""A doorman who can say nothing of his own parts: a test's."""


@dataclass
class Examination:
    """One at a time; who asks meanwhile gets the same report."""

    known: Knowledge
    senses: Senses
    reader: Callable[[], str]
    screen: Callable[[], str]
    _asked: list[Then] = field(default_factory=list)
    _result_ms: int | None = None
    _night: datetime | None = None
    _closed_day: date | None = None
    _power_ms: int | None = None

    def take(self, item: Examine) -> None:
        """Begin, or only look."""
        if item.only_look:
            item.then(self._report([*self._own(), *self.senses.board()]))
        else:
            self.begin(item.then)

    def begin(self, then: Then) -> None:
        """Try everything that may be tried; `then` gets the report in about 12 s."""
        self._asked.append(then)
        if len(self._asked) == 1:
            self.known.keeper.request("test", {"part": "begin"}, self._begun)

    def due_ms(self) -> int | None:
        """When `turn` must be called next."""
        night_ms = None if self._night is None else self.known.until_ms(self._night)
        power_ms = None if self._power_ms is None else self._power_ms + CLOSED_MS
        return min((at for at in (self._result_ms, night_ms, power_ms) if at is not None), default=None)

    def turn(self) -> None:
        """Look at the timers."""
        now_ms = self.known.mono_ms()
        if self._result_ms is not None and now_ms >= self._result_ms:
            self._result_ms = None
            self.known.keeper.request("test", {"part": "result"}, self._tested)
        self._by_night()
        self._by_day(now_ms)

    # --- the test itself ------------------------------------------------------------------------------------

    def _begun(self, reply: Reply) -> None:
        if reply.ok:
            self._result_ms = self.known.mono_ms() + FAN_MS
            return
        if reply.silent:
            self._finish([Finding("keeper", BAD, "does not answer")])
        else:  # nothing was tried: the last test stays the last
            self._tell(self._report([Finding("keeper", WARN, "the machine is in use"), *self._own()]))

    def _tested(self, reply: Reply) -> None:
        tested = reply.said.get("tested")
        found = _contacts(tested) if isinstance(tested, dict) else [Finding("keeper", BAD, "does not answer")]
        self._finish(found)

    def _finish(self, found: list[Finding]) -> None:
        report = self._report([*found, *self._own(), *self.senses.board()])
        parts = {one["part"]: one["result"] for one in report["findings"]}
        words = {one["part"]: one["words"] for one in report["findings"] if one["result"] in {BAD, WARN}}
        told = {"result": report["result"], "parts": parts}
        self._note(told | {"words": words} if words else told)
        self._tell(report)

    def _tell(self, report: Report) -> None:
        asked, self._asked = self._asked, []
        for then in asked:
            then(report)

    def _report(self, findings: list[Finding]) -> Report:
        at = stamp(self.known.now())
        return {"at": at, "result": worst(findings), "findings": as_dicts(findings)}

    def _note(self, data: Mapping[str, object]) -> None:
        note = {"type": "selftest", "session": None, "data": dict(data)}
        self.known.keeper.request("note", note, self._noted)

    def _noted(self, reply: Reply) -> None:
        if not reply.ok:
            log.error("event=selftest_unwritten code=%s", reply.code)

    def _own(self) -> list[Finding]:
        return [self._reader(), self._display(), *self._hub()]

    def _display(self) -> Finding:
        shown = self.senses.display()
        if shown is None:
            return Finding(
                "display", UNKNOWN, f"sent {self.screen() or 'nothing yet'}; it cannot say what it shows"
            )
        return (
            Finding("display", GOOD, f"shows {self.screen()}") if shown else Finding("display", BAD, "lost")
        )

    def _reader(self) -> Finding:
        if self.reader() != "ok":
            return Finding("reader", BAD, "the chip does not answer")
        clear, unclear = self.senses.readings()
        if clear + unclear < FEWEST:
            return Finding("reader", GOOD, f"answers; margin unknown after {clear + unclear} readings")
        share = clear / (clear + unclear)
        words = f"answers; {share:.0%} of {clear + unclear} readings clear (shaky below {SHAKY:.0%})"
        return Finding("reader", GOOD if share >= SHAKY else WARN, words)

    def _hub(self) -> list[Finding]:
        exchange = self.known.exchange
        link = (
            Finding("link", GOOD, "the broker holds it") if exchange.online else Finding("link", WARN, "down")
        )
        if exchange.clock_off:
            return [link, Finding("clock", BAD, "NTP and the hub differ by more than a minute")]
        stale = exchange.trust is Trust.STALE
        return [link, Finding("clock", WARN if stale else GOOD, f"trusted by {exchange.trust.value}")]

    # --- by itself ------------------------------------------------------------------------------------------

    def _zone(self) -> str:
        return self.known.view.machine.zone if self.known.view is not None else ZONE

    def _by_night(self) -> None:
        now = self.known.now()
        if self._night is None:
            self._night = _next_night(now, self._zone())
        if now < self._night:
            return
        state = self.known.keeper.state
        if self.known.keeper.present and state is not None and state.phase is not Phase.IDLE:
            self._night = now + AGAIN
            return
        self._night = _next_night(now, self._zone())
        self.begin(lambda report: log.info("event=selftest result=%s", report["result"]))

    def _by_day(self, now_ms: int) -> None:
        """The first session of the day shows whether the relay closes."""
        state = self.known.keeper.state
        powered = state is not None and self.known.keeper.present and state.phase is Phase.IN_USE
        if not powered or state is None or not self.senses.feedback:
            self._power_ms = None
            return
        today = local_day(self.known.now(), self._zone())
        if self._closed_day == today:
            return
        if self._power_ms is None:
            self._power_ms = now_ms
        elif now_ms - self._power_ms >= CLOSED_MS:
            self._power_ms, self._closed_day = None, today
            result = GOOD if state.relay == "closed" else BAD
            self._note({"result": result, "parts": {"closing": result}})


def _next_night(now: datetime, zone: str) -> datetime:
    """The next 03:30 of that zone."""
    today = local_day(now, zone)
    tonight = at_local(today, NIGHT_MIN, zone)
    return tonight if tonight > now else at_local(today + timedelta(days=1), NIGHT_MIN, zone)


def _contacts(tested: Mapping[str, object]) -> list[Finding]:
    """What the keeper tried and saw."""
    feedback, power = tested.get("feedback"), tested.get("power") is True
    fits = feedback == ("closed" if power else "open")
    lost = tested.get("sensor") != "none" and tested.get("busy") == "lost"
    return [
        Finding("keeper", GOOD, "answers"),
        _judged("extraction", tested.get("extraction")),
        Finding("feedback", UNKNOWN, "not wired")
        if feedback == "unwired"
        else Finding(
            "feedback", GOOD if fits else BAD, f"{feedback}, as commanded" if fits else "against command"
        ),
        Finding("estop", GOOD if tested.get("estop") == "closed" else WARN, str(tested.get("estop"))),
        Finding("bypass", GOOD if tested.get("bypass") == "off" else WARN, str(tested.get("bypass"))),
        Finding("busy", BAD if lost else GOOD, "sensor lost" if lost else str(tested.get("busy"))),
        _judged("journal", tested.get("journal")),
        Finding(
            "closing", UNKNOWN, "not tried: shown by the first session of the day, or by hand without load"
        ),
    ]


def _judged(part: str, result: object) -> Finding:
    """A part that the keeper judged itself."""
    known = {"good": GOOD, "bad": BAD, "interrupted": WARN}
    return Finding(part, known.get(str(result), UNKNOWN), str(result))
