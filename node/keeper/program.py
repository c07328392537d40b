"""How does the keeper live? Socket, journal, loop; whatever happens, the relay ends open (how it starts: starting.py).

Rules: SIGTERM and every exception open the relay before the process ends; a press of the e-stop opens it from
the pin's own thread, without the loop.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from core.interlock import StopNow
from core.vocabulary import StopReason
from core.wire.socket import BEAT_MS
from node.inbox import Inbox
from node.keeper import archive
from node.keeper.desk import Desk
from node.keeper.keeper import Keeper
from node.keeper.ledger import Ledger
from node.keeper.policy import from_profile, from_text
from node.keeper.salvage import open_store
from node.keeper.server import Connection, Hearing, Server
from node.keeper.store import JournalFault, Store
from node.ports import Clock, Hardware
from node.settings import NodeSettings
from node.settling import settle
from node.watchdog import ALIVE, READY, notify

FORGET_MS: Final = 3_600_000  # old records are looked for once an hour
log = logging.getLogger("loquet.keeper")


class Packet(NamedTuple):
    """A peer sent something, or (None) left."""

    peer: Connection
    packet: bytes | None


class Moved:
    """An input moved."""


class Leave:
    """Somebody wants the program to end."""


News = Packet | Moved | Leave


class Program:
    """The keeper at work; the bench asks it `settled` and looks at `keeper`."""

    def __init__(self, clock: Clock, keeper: Keeper, desk: Desk, store: Store, inbox: Inbox[News]) -> None:
        self.keeper, self.inbox = keeper, inbox
        self._clock, self._desk, self._store = clock, desk, store
        self._beat_ms = self._forget_ms = clock.monotonic_ms()
        keeper.on_change = lambda: desk.push(beat=False)

    def settled(self) -> bool:
        """Is the loop at rest, with nothing to read?"""
        return self.inbox.settled()

    def leave(self) -> None:
        """Ask the program to end; from any thread, or a signal handler."""
        self.inbox.put(Leave())

    def live(self) -> None:
        """Until somebody says leave."""
        notify(READY)
        while True:
            news = self.inbox.take(self.keeper.due_ms(), self._beat_ms)
            if isinstance(news, Leave):
                return
            if isinstance(news, Packet):
                self._deliver(news)
            self.keeper.look()
            self._beat()

    def _deliver(self, news: Packet) -> None:
        if news.packet is None:
            self._desk.gone(news.peer)
        else:
            self._desk.packet(news.peer, news.packet)

    def _beat(self) -> None:
        now_ms = self._clock.monotonic_ms()
        beat = now_ms >= self._beat_ms
        self._desk.push(beat=beat)
        if beat:
            self._beat_ms = now_ms + BEAT_MS
            notify(ALIVE)
        if now_ms >= self._forget_ms:
            self._forget_ms = now_ms + FORGET_MS
            self._forget()

    def _forget(self) -> None:
        """Clear out what the hub has long had; a disk that refuses even this must not end a session."""
        now_ms = self.keeper.ledger.trusted_ms()
        if now_ms is None:
            return  # nothing is old on a board that does not know what day it is
        try:
            archive.forget(self._store, now_ms)
        except JournalFault as problem:
            log.error("event=forget_failed problem=%s", problem)  # noqa: TRY400 - one line, no trace


Parts = tuple[frozenset[int], "Callable[[Program], None] | None"]


def work(settings: NodeSettings, clock: Clock, hardware: Hardware, parts: Parts) -> None:
    """Hold the machine until told to leave: `parts` are the uids who may speak, and who is told that we started."""
    uids, started = parts
    inbox: Inbox[News]
    server = Server(settings.socket, uids, lambda peer, raw: inbox.put(Packet(peer, raw)), held=True)
    inbox = Inbox(clock, Hearing(server))
    try:
        _work(settings, clock, hardware, (inbox, started))
    finally:
        server.close()


def _work(
    settings: NodeSettings,
    clock: Clock,
    hardware: Hardware,
    parts: "tuple[Inbox[News], Callable[[Program], None] | None]",
) -> None:
    inbox, started = parts
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    store, found = open_store(settings.state_dir / "journal.db")
    try:
        program = _assemble(settings, clock, hardware, (inbox, store))
        program.keeper.boot(found)
        hardware.on_change(lambda: _moved(hardware, inbox))
        _listen_to_signals(program)
        if started is not None:
            started(program)
        settle()
        program.live()
        program.keeper.feed(StopNow(None, StopReason.INTERRUPTED, "keeper"))
    finally:
        hardware.set_relay(closed=False)
        store.close()


def _assemble(
    settings: NodeSettings, clock: Clock, hardware: Hardware, parts: tuple[Inbox[News], Store]
) -> Program:
    inbox, store = parts
    boot = os.urandom(16).hex()
    store.begin(os.urandom(16).hex(), boot)
    policy, rev = from_text(store.recall("policy"))
    if rev is None and settings.profile is not None:
        policy = from_profile(settings.profile)
    keeper = Keeper(clock, hardware, Ledger(store, clock, boot), policy)
    keeper.networked = settings.drivers.courier is not None
    return Program(clock, keeper, Desk(keeper, store, rev), store, inbox)


def _moved(hardware: Hardware, inbox: Inbox[News]) -> None:
    """From the pin's thread: the e-stop opens the relay here, however long the loop waits for a disk."""
    if hardware.inputs().estop is not False:
        hardware.set_relay(closed=False)
    inbox.put(Moved())


def _listen_to_signals(program: Program) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # a terminal that closes says HUP
            signal.signal(number, lambda _number, _frame: program.leave())
