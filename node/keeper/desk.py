"""Who speaks, and who is heard? The doorman's connection: hello, packets, the state pushed back.

Rules: the newest `hello` has the desk, the older connection is closed; a packet that cannot be read
is answered `no INVALID` and logged; nothing here decides about power.
"""

import logging

from core.vocabulary import Reason
from core.wire.socket import FROM_DOORMAN, LOST_AFTER_MS, VERSION, MalformedPacketError, Message, decode
from node.keeper.keeper import Keeper
from node.keeper.report import state_message
from node.keeper.requests import Requests, refusal
from node.keeper.server import Connection
from node.keeper.store import Store

log = logging.getLogger("loquet.keeper")


class Desk:
    """One doorman at a time."""

    def __init__(self, keeper: Keeper, store: Store, policy_rev: int | None) -> None:
        self._keeper, self._store = keeper, store
        self._requests = Requests(keeper, store, policy_rev)
        self._doorman: Connection | None = None
        self._pushed: Message = {}
        self._heard_ms: int | None = None
        keeper.clock.on_leap(self._forgive)
        self._flaws: set[str] = set()  # as many as the table has fields, at most

    # --- connections ----------------------------------------------------------------------------------------

    def packet(self, peer: Connection, packet: bytes) -> None:
        """One packet of one peer."""
        if peer is self._doorman:
            self._heard_ms = self._keeper.clock.monotonic_ms()
        try:
            message = decode(packet, FROM_DOORMAN)
        except MalformedPacketError as problem:
            self._refused(peer, problem)
            return
        if message["msg"] == "hello":
            self._hello(peer, message)
        elif peer is not self._doorman:
            peer.send(refusal(message.get("id"), Reason.FORBIDDEN))
        else:
            answer = self._requests.answer(message)
            if answer is not None:
                peer.send(answer)

    def _refused(self, peer: Connection, problem: MalformedPacketError) -> None:
        """Told each time, logged once for each flaw."""
        if str(problem) not in self._flaws:
            self._flaws.add(str(problem))
            log.warning("event=packet_refused flaw=%s", problem)
        peer.send(refusal(problem.request, Reason.INVALID))

    def gone(self, peer: Connection) -> None:
        """A peer has left; if it was the doorman, its word about the view goes with it."""
        if peer is self._doorman:
            log.warning("event=doorman_lost")
            self._doorman, self._keeper.doorman, self._keeper.stale = None, False, True
            self._keeper.look()

    def push(self, *, beat: bool) -> None:
        """Tell the doorman the state: at each change, and with every beat."""
        self._requests.trial.look()
        if self._doorman is None:
            return
        message = state_message(self._keeper)
        same = {**message, "now_ms": 0} == self._pushed
        self._mind_silence()
        if beat or not same:
            self._pushed = {**message, "now_ms": 0}
            if not self._doorman.send(message):
                self._doorman.end()

    def _forgive(self) -> None:
        """The clock was moved: nobody was silent for as long as it says."""
        if self._heard_ms is not None:
            self._heard_ms = self._keeper.clock.monotonic_ms()

    def _mind_silence(self) -> None:
        """A doorman that hangs is told of once; the machine goes on without it."""
        now_ms = self._keeper.clock.monotonic_ms()
        if self._heard_ms is not None and now_ms - self._heard_ms > LOST_AFTER_MS:
            log.warning("event=doorman_silent for_ms=%d", now_ms - self._heard_ms)
            self._heard_ms = None

    def _hello(self, peer: Connection, message: Message) -> None:
        if message["v"] != VERSION:
            log.warning("event=hello_refused v=%s", message["v"])
            peer.send(refusal(None, Reason.INVALID))
            peer.end()
            return
        if self._doorman is not None and self._doorman is not peer:
            self._doorman.end()
        self._doorman, self._keeper.doorman, self._keeper.stale = peer, True, True
        self._keeper.look()
        peer.send(
            {
                "msg": "welcome",
                "v": VERSION,
                "journal": self._store.journal,
                "started_ms": self._keeper.started_ms,
                "now_ms": self._keeper.clock.monotonic_ms(),
                "policy_rev": self._requests.policy_rev,
                "state": state_message(self._keeper),
            }
        )
