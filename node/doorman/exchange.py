"""What does the node say to the hub, what does it believe of what it hears, and what follows?

Called by the doorman's one loop alone; it publishes by the link and gives back effects for the
brain. Nothing here closes a relay or lifts what the node latched itself.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.vocabulary import Purpose
from core.wire.freshness import Home
from core.wire.messages import (
    Ack,
    Answer,
    Ask,
    Badge,
    Done,
    Hello,
    HubState,
    LockList,
    LocksShown,
    NodeState,
    Now,
    Order,
    Records,
    View,
)
from node.doorman.effects import (
    Acked,
    Answered,
    Effect,
    Hinted,
    LinkChanged,
    LocksTaken,
    NowTaken,
    OrderTaken,
    ReadJournal,
    ViewTaken,
)
from node.doorman.greeting import Greeting
from node.doorman.hints import StateBoard
from node.doorman.orders import Orders
from node.doorman.questions import Questions
from node.doorman.standing import Me, Standing, World
from node.ports import Heard, LinkDown, LinkUp

__all__ = ["Exchange", "FromLink", "Me", "World"]
_log = logging.getLogger(__name__)
FromLink = LinkUp | LinkDown | Heard
Hide = Callable[[str], str]


class Exchange(Standing):
    """The node's side of the protocol."""

    def __init__(self, me: Me, world: World) -> None:
        super().__init__(me, world)
        self._greeting = Greeting(world.nonce)
        self._questions = Questions()
        self._orders = Orders(me.boot)
        self._board = StateBoard()
        self._heads: dict[str, int] = {}

    # -- time

    def due_ms(self) -> int | None:
        """When something must happen at its own time: the end of the wait for an answer."""
        return self._questions.due_ms

    def beat_ms(self) -> int | None:
        """When a routine wants the loop: hello, state, resending, silence, ages."""
        waits = [self.holdings.due_ms, self._hint.until_ms]
        if self.online:
            waits += [self._greeting.next_ms, self._board.again_ms, self._delivery.again_ms]
        return min((at for at in waits if at is not None), default=None)

    def tick(self) -> list[Effect]:
        """Do what is due; called at every turn of the loop."""
        mono = self._mono()
        given_up = self._questions.given_up(mono)
        effects: list[Effect] = [] if given_up is None else [Answered(given_up, None)]
        effects += [Hinted(hub_up=False)] if self._hint.silent(mono) else []
        if (refused := self.holdings.turn()) is not None:  # there may be room on the disk again
            effects += self._take_view(*refused)
        if self.online:
            self._beat(mono)
            effects += self._reads(mono)
        return effects

    def greet(self) -> None:
        """Say hello now: at every keeper start, and after the clock was moved."""
        self._hint.leapt(self._mono())
        self.holdings.forget_told()
        if self.online:
            self._hello(self._mono())

    # -- the keeper

    def keeper_met(self) -> list[Effect]:
        """The keeper has started: it hears again whom we follow and which locks there are."""
        self._delivery.restart(self._world.shelf.watermark())
        self.greet()
        return [*self._acknowledged(), *self._locks_again(), *self.journal_grew()]

    def journal_grew(self) -> list[Effect]:
        """The journal may hold more than before."""
        self._delivery.grew()
        return self._reads(self._mono()) if self.online else []

    def records(self, packet: Mapping[str, object]) -> list[Effect]:
        """Take the keeper's `records`."""
        step = self._delivery.packet(packet, self._mono())
        if isinstance(step, Records):
            self._send(step)
        return [step] if isinstance(step, ReadJournal) else []

    def recorded(self) -> None:
        """A record was journalled: what is known of time goes to the disk with it."""
        self.holdings.recorded()

    # -- what the brain says

    def show(self, state: NodeState) -> None:
        """This is how the machine stands; said on a change and at least every ten seconds."""
        locks = self.holdings.locks_holding
        shown = LocksShown(0 if locks is None else locks.rev, () if state.locks is None else state.locks.ids)
        mine = replace(state, machine=self._me.machine, boot=self._me.boot, locks=shown)
        self._board.want(replace(mine, view=self.view_held, trust=self.trust))
        if self.online:
            self._say_state(self._mono())

    def ask(self, key: str, kind: str, purpose: Purpose, hide: Hide | None = None) -> str | None:
        """Ask the hub about a badge: the question's id; None when it cannot be asked now."""
        if not self.online:
            return None
        question, nonce = self._world.nonce(), self._world.nonce()
        if not self._questions.begin(question, nonce, self._mono()):
            return None
        secret = None if hide is None else hide(nonce)
        if self._world.link.say(Ask(question, nonce, self.now(), Badge(key, kind), purpose, secret)):
            return question
        self._questions.given_up()
        return None

    def done(self, order: str, *, ok: bool, code: str | None = None, detail: str | None = None) -> None:
        """This became of an order."""
        done = Done(order, ok, code, detail)
        self._orders.done(done)
        self._world.link.say(done)

    def farewell(self) -> None:
        """The doorman ends."""
        self.holdings.save()
        self._world.link.stop()

    # -- what the link brings

    def take(self, item: FromLink) -> list[Effect]:
        """Take what the link put in the inbox."""
        if isinstance(item, LinkUp):
            return self._connected()
        if isinstance(item, LinkDown):
            return self._disconnected()
        return self._heard(item)

    def _connected(self) -> list[Effect]:
        mono = self._mono()
        self._board.forget()
        self._hello(mono)
        self._say_state(mono)
        if (batch := self._delivery.again(mono, connected=True)) is not None:
            self._send(batch)
        return [LinkChanged(online=True), *self._reads(mono)]

    def _disconnected(self) -> list[Effect]:
        given_up = self._questions.given_up()
        self._hint.lost()
        closed: list[Effect] = [] if given_up is None else [Answered(given_up, None)]
        return [LinkChanged(online=False), *closed]

    def _heard(self, item: Heard) -> list[Effect]:
        message = item.message
        match message:
            case HubState():
                return self._take_hint(message)
            case View():
                return self._take_view(message, item.body)
            case LockList():
                return self._take_locks(message, item.body)
            case Now() | Ack() | Answer() | Order():
                return self._take_from_home(message)

    def _take_hint(self, state: HubState) -> list[Effect]:
        changed = self._hint.beat(state, self._mono())
        if self._hint.up and self.online and self._greeting.unheard(self._mono()):
            self._hello(self._mono())  # the hub has come after us: it knows nothing of our hello
        return [Hinted(self._hint.up)] if changed else []

    def _take_view(self, view: View, body: Mapping[str, object]) -> list[Effect]:
        if not self._world.sound(body):
            _log.error("event=refused what=view verdict=unsound rev=%d", view.rev)
            return []
        before = self.home
        if not self.holdings.take_view(view, body):
            return []
        return [ViewTaken(body), *self._moved(before)]

    def _take_locks(self, locks: LockList, body: Mapping[str, object]) -> list[Effect]:
        before = self.home
        if not self.holdings.take_locks(locks, body):
            return []
        return [LocksTaken(locks.locks, locks.lifted), *self._moved(before)]

    def _moved(self, before: Home | None) -> list[Effect]:
        """Another store is followed: its time is asked for, and it gets every record again."""
        if self.home == before:
            return []
        self._delivery.restart(None)
        self.greet()
        return [*self._acknowledged(), *self.journal_grew()]

    def _take_from_home(self, message: Now | Ack | Answer | Order) -> list[Effect]:
        if not self.holdings.follows(message.epoch, message.store):
            _log.warning("event=refused what=%s verdict=another-store", type(message).__name__.lower())
            return []
        match message:
            case Now():
                return self._take_now(message)
            case Ack():
                return self._take_ack(message)
            case Answer():
                closed = self._questions.closed_by(message, self._mono())
                return [Answered(message.id, message)] if closed else []
            case Order():
                return self._take_order(message)

    def _take_now(self, now: Now) -> list[Effect]:
        if not self._greeting.answered_by(now, self._mono()):
            _log.info("event=refused what=now verdict=no-such-hello")
            return []
        self.holdings.take_now(now)
        return [NowTaken(now.time)]

    def _take_ack(self, ack: Ack) -> list[Effect]:
        place = self._delivery.acked(ack)
        if place:
            self.holdings.keep_watermark(*place)
        return [Acked(ack.epoch, ack.store, ack.journals), *self._reads(self._mono())]

    def _take_order(self, order: Order) -> list[Effect]:
        verdict = self._orders.refusal(order, self.holdings.hub_time())
        if verdict is None:
            self._orders.taken(order)
            return [OrderTaken(order)]
        outcome = self._orders.outcome(order.id) if verdict == "seen" else None
        if outcome is not None:
            self._world.link.say(outcome)
        if verdict != "seen":
            _log.warning("event=refused what=order verdict=%s", verdict)
        return []

    def _beat(self, mono: int) -> None:
        if mono >= self._greeting.next_ms:
            self._hello(mono)
        self._say_state(mono)
        batch = self._delivery.again(mono)
        if batch is not None:
            self._send(batch)

    def _hello(self, mono: int) -> None:
        self._delivery.grew()  # a checkpoint changes no state: nobody tells of it
        epoch, store = (None, None) if self.home is None else (self.home.epoch, self.home.store)
        held, nonce = (self.holdings.view_holding, self.holdings.locks_holding), self._greeting.begin(mono)
        self._world.link.say(Hello(nonce, self._me.boot, epoch, store, *held, self._heads))

    def _say_state(self, mono: int) -> None:
        if (state := self._board.due(mono)) is not None:
            self._world.link.say(state)

    def _send(self, batch: Records) -> None:
        last = batch.records[-1]["seq"]
        self._heads = {batch.journal: last} if isinstance(last, int) else {}
        self._world.link.say(batch)

    def _reads(self, mono: int) -> list[Effect]:
        wanted = self._delivery.next_read(mono)
        return [] if wanted is None else [wanted]

    def _acknowledged(self) -> list[Effect]:
        place = self._world.shelf.watermark()
        journals = {} if place is None else dict([place])
        return [] if self.home is None else [Acked(self.home.epoch, self.home.store, journals)]

    def _locks_again(self) -> list[Effect]:
        locks = self.locks
        return [] if locks is None else [LocksTaken(locks.locks, locks.lifted)]

    def _mono(self) -> int:
        return self._world.clock.monotonic_ms()
