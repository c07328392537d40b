"""The doorman: one loop that owns all he knows. Whatever happens is put into his inbox.

Each turn: take one thing (or wake at a due instant), let it have its consequences, look at the
timers, show how things stand. Nothing here blocks, and nothing here can close the relay by itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.wire.messages import NodeState
from node.doorman import effects as done
from node.doorman.attendance import Attendance
from node.doorman.chores import Chores
from node.doorman.commands import Commands
from node.doorman.desk import Desk, Given
from node.doorman.effects import Effect
from node.doorman.events import (
    CardGone,
    Finish,
    KeeperLost,
    KeeperMet,
    KeeperSaid,
    Leapt,
    PinTyped,
    Pressed,
    ReaderBack,
    ReaderLost,
    TapSeen,
)
from node.doorman.examining import DEAF, Examination, Examine, Senses
from node.doorman.exchange import Exchange
from node.doorman.keeper_talk import KeeperTalk, Line
from node.doorman.knowledge import Knowledge
from node.doorman.outcome import NOTHING_YET, Seen, TapOutcome
from node.doorman.portrait import node_state
from node.doorman.showing import Face
from node.doorman.stage import Stage
from node.inbox import Inbox
from node.ports import Clock, Heard, LinkDown, LinkUp

log = logging.getLogger(__name__)
GAP_MS = 3_000  # the loop turns every second; a longer pause is no silence of others
HOLD_MS = 2_000  # after a leap: how long the hub's `now` is waited for before timers go on
VERSION = "0.1.0"


@dataclass(frozen=True)
class House:
    """What the doorman is given: the world behind small doors."""

    clock: Clock
    inbox: Inbox[object]
    exchange: Exchange
    line: Line
    face: Face
    key_of: Callable[[bytes], str]
    new_id: Callable[[], str]
    outcome: Callable[[TapOutcome], None] | None = None
    pulse: Callable[[], object] | None = None  # called at every turn: the watchdog's
    senses: Senses = DEAF
    hide: Callable[[bytes, str], str] | None = None  # (UID, nonce) -> hidden, for enrolment
    shelf_damaged: bool = False  # the former shelf was put aside: staff are told
    keypad: bool = False  # a tablet on which a code can be typed


class Doorman:
    """The actor. `run` returns after `Finish`; `seen` may be read from any thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        clock = house.clock
        keeper = KeeperTalk(house.line, clock.monotonic_ms)
        self._known = Knowledge(house.exchange, keeper, clock)
        self._stage = Stage(house.face, self._known)
        self._chores = Chores(self._known, self._journal_grew)
        self._attendance = Attendance(self._known, self._stage, self._chores)
        given = Given(house.key_of, house.new_id, self._decided, house.hide, house.keypad)
        self._desk = Desk(self._known, self._stage, given, self._attendance)
        self._examination = Examination(
            self._known, house.senses, lambda: self._seen.reader, lambda: self._seen.screen
        )
        self._commands = Commands(self._known, self._stage, self._examination, self._attendance.enrolment)
        self._seen = NOTHING_YET
        self._unsaid_damage = house.shelf_damaged
        self._undelivered: list[TapOutcome] = []
        self._hold_until_ms: int | None = None
        self._started_ms = self._turned_ms = clock.monotonic_ms()
        clock.on_leap(lambda: house.inbox.put(Leapt()))
        if house.exchange.view is not None:
            self._known.take_view(house.exchange.view)

    @property
    def seen(self) -> Seen:
        """How the doorman stands; `idle` is true only while he waits for news."""
        seen = self._seen
        return replace(seen, idle=seen.idle and self._house.inbox.settled())

    def run(self) -> None:
        """Turn until told to finish; then say goodbye."""
        self._turned_ms = self._known.mono_ms()
        self._after_turn()
        while True:
            item = self._house.inbox.take(self._due_ms(), self._beat_ms())
            if isinstance(item, Finish):
                break
            self.turn(item)
        self._house.exchange.farewell()
        self._stage.close()

    def turn(self, item: object | None) -> None:
        """One turn of the loop, with one item or with none."""
        before_ms, self._turned_ms = self._turned_ms, self._known.mono_ms()
        if self._turned_ms - before_ms > GAP_MS:
            self._leapt()  # woken before `Leapt` came, or the board was suspended
        free = not self._desk.busy
        if item is not None:
            self._take(item)
        if free and self._desk.busy and not self._known.keeper.quiet:
            return  # the keeper is at it, perhaps on this very core: the rest of the turn follows his answer
        self._timers()
        self._after_turn()

    def _take(self, item: object) -> None:
        match item:
            case TapSeen() | CardGone():
                self._card(item)
            case ReaderLost() | ReaderBack():
                self._reader(lost=isinstance(item, ReaderLost))
            case KeeperMet() | KeeperSaid() | KeeperLost():
                self._keeper(item)
            case LinkUp() | LinkDown() | Heard():
                self._follow(self._house.exchange.take(item))
            case Leapt():
                self._leapt()
            case Pressed() | PinTyped():
                self._tablet(item)
            case Examine():
                self._examination.take(item)
            case _:
                log.error("unknown item kind=%s", type(item).__name__)

    def _tablet(self, item: Pressed | PinTyped) -> None:
        if isinstance(item, PinTyped):
            self._desk.typed(item)
        else:
            self._attendance.pressed(item)

    def _card(self, item: TapSeen | CardGone) -> None:
        if isinstance(item, TapSeen):
            self._desk.tap(item)  # first: whoever laid the card waits, whoever watches does not
            idle = self._seen.idle and not self._desk.busy
            self._seen = replace(self._seen, taps=self._seen.taps + 1, card=True, idle=idle)
        else:
            self._seen = replace(self._seen, card=False)
            self._attendance.card_gone()

    def _keeper(self, item: KeeperMet | KeeperSaid | KeeperLost) -> None:
        if isinstance(item, KeeperSaid) and item.packet["msg"] == "records":
            self._follow(self._house.exchange.records(item.packet))
            return
        changed = self._known.keeper.take(item)
        self._known.tidy()
        if isinstance(item, KeeperMet):
            self._chores.keeper_met()
            self._chores.age()
            self._attendance.keeper_met()
            self._say_damage()
            self._follow(self._house.exchange.keeper_met())
        elif changed:
            self._attendance.keeper_said()
            self._journal_grew()

    def _say_damage(self) -> None:
        """Once: the hub reads it in the journal and tells staff."""
        if self._unsaid_damage:
            self._unsaid_damage = False
            self._chores.note("report", {"who": None, "category": "shelf-damaged", "severity": "fault"})

    def _journal_grew(self) -> None:
        self._house.exchange.recorded()
        self._follow(self._house.exchange.journal_grew())

    def _reader(self, *, lost: bool) -> None:
        self._seen = replace(self._seen, reader="lost" if lost else "ok")
        self._attendance.reader(lost=lost)
        if lost:
            self._chores.note("reader-lost", {})

    def _leapt(self) -> None:
        self._known.keeper.excuse()
        self._house.exchange.greet()
        if self._house.exchange.online:
            self._hold_until_ms = self._known.mono_ms() + HOLD_MS

    def _follow(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case done.ViewTaken():
                view = self._known.take_view(effect.body)
                if view is not None:
                    self._chores.view_taken(view)
            case done.LocksTaken():
                self._chores.locks(effect)
            case done.OrderTaken():
                self._commands.take(effect.order)
            case done.Answered():
                self._answered(effect)
            case done.ReadJournal() | done.Acked():
                self._chores.records(effect)
            case done.NowTaken():
                self._hold_until_ms = None

    def _answered(self, effect: done.Answered) -> None:
        if not self._attendance.answered(effect):
            self._desk.answered(effect)

    def _timers(self) -> None:
        exchange, keeper = self._house.exchange, self._known.keeper
        self._follow(exchange.tick())
        keeper.tick({"time": {"trust": exchange.trust.value, "zero_ms": exchange.zero_ms}})
        if not self._held():
            self._attendance.turn()
            self._examination.turn()
        if not self._held() and not self._desk.busy:  # a tap in hand may rest on the hub's word
            self._chores.age()

    def _held(self) -> bool:
        """Whether the hub's `now` after a leap is still to come, so that no age is judged."""
        due_ms = self._hold_until_ms
        if due_ms is not None and (self._known.mono_ms() >= due_ms or not self._house.exchange.online):
            self._hold_until_ms = None
        return self._hold_until_ms is not None

    def _due_ms(self) -> int | None:
        old_at_ms = None if self._held() or self._renewed() else self._known.old_at_ms()
        waits = (
            self._house.exchange.due_ms(),
            old_at_ms,
            self._attendance.due_ms(),
            self._examination.due_ms(),
        )
        return min((at for at in waits if at is not None), default=None)

    def _renewed(self) -> bool:
        """Whether the view's age begins anew with every hello: then its limit is never reached on time's own."""
        exchange = self._house.exchange
        return exchange.online and exchange.hub_up and exchange.fresh

    def _beat_ms(self) -> int:
        old_at_ms = self._known.old_at_ms() if self._renewed() else None
        waits = (self._house.exchange.beat_ms(), self._known.keeper.due_ms(), self._hold_until_ms, old_at_ms)
        return min(at for at in waits if at is not None)

    def _decided(self, outcome: TapOutcome) -> None:
        self._undelivered.append(outcome)

    def _after_turn(self) -> None:
        state, keeper = self._known.keeper.state, self._known.keeper
        screen = self._stage.draw(keeper=keeper.present)
        exchange = self._house.exchange
        exchange.show(self._node_state())
        outcomes, self._undelivered = self._undelivered, []
        self._seen = replace(
            self._seen,
            display=screen.lines,
            led=screen.led,
            buzz=screen.buzz,
            qr=screen.qr,
            screen=screen.name,
            online=exchange.online,
            keeper="ok" if keeper.present else "lost",
            phase=state.phase.value if state else None,
            inhibits=tuple(sorted(one.value for one in state.inhibits)) if state else (),
            relay=state.relay if state and keeper.present else "unknown",
            busy=bool(state and state.busy),
            outcome=outcomes[-1] if outcomes else self._seen.outcome,
            idle=keeper.quiet and not self._desk.busy and not self._attendance.busy,
            fresh=exchange.fresh,
            unacked=int(exchange.unacked),
        )
        for outcome in outcomes:
            if self._house.outcome is not None:
                self._house.outcome(outcome)
        if self._house.pulse is not None:
            self._house.pulse()

    def _node_state(self) -> NodeState:
        uptime_s = (self._known.mono_ms() - self._started_ms) // 1000
        return node_state(self._known, self._seen.reader, VERSION, uptime_s)
