"""What has been asked of the keeper, and is it still there? Requests, answers, silence.

Every request is answered within two seconds or counts as unanswered; none is ever sent twice.
Silence of five seconds means that the keeper is lost, but for a gap in which this program itself
did not run: a leap of the bench or a suspended board proves nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.wire.socket import ANSWER_WITHIN_MS, BEAT_MS, LOST_AFTER_MS, MalformedPacketError
from node.doorman.events import KeeperLost, KeeperMet, KeeperSaid
from node.doorman.keeper_state import KeeperState, keeper_state

log = logging.getLogger(__name__)
GAP_MS = 2 * BEAT_MS  # the loop turns once a beat; a longer pause is its own


class Line(Protocol):
    """The way to the keeper."""

    def send(self, message: Mapping[str, object]) -> bool:
        """Send one packet; False when it is lost."""
        ...

    def drop(self) -> None:
        """Break the line, so that a new one is made."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a request: `ok`; refused with `code`; or neither, unanswered."""

    ok: bool
    code: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)  # the whole packet

    @property
    def silent(self) -> bool:
        """No answer came."""
        return not self.ok and self.code is None


Then = Callable[[Reply], None]
SILENCE = Reply(ok=False)


class KeeperTalk:
    """One side of the conversation; used by the doorman's loop alone."""

    def __init__(self, line: Line, now_ms: Callable[[], int]) -> None:
        self._line, self._now_ms = line, now_ms
        self._number = 0  # of the last request: an id says only which answer is whose
        self._open: dict[str, tuple[int, Then]] = {}
        self._heard_ms = now_ms()
        self._said_ms = self._turned_ms = now_ms()
        self._met = False
        self.state: KeeperState | None = None

    @property
    def present(self) -> bool:
        """Whether the keeper is there and has told its state."""
        return self._met and self.state is not None

    @property
    def quiet(self) -> bool:
        """Whether no request is open."""
        return not self._open

    def due_ms(self) -> int:
        """When `tick` must be called next: a routine."""
        return min([self._said_ms + BEAT_MS, *(due for due, _ in self._open.values())])

    def request(self, msg: str, fields: Mapping[str, object], then: Then) -> None:
        """Ask; `then` is called once, perhaps before this returns."""
        self._number += 1
        request = str(self._number)
        try:
            sent = self._line.send({"msg": msg, "id": request, **fields})
        except MalformedPacketError:
            log.exception("request does not fit msg=%s", msg)
            sent = False
        if sent:
            self._open[request] = (self._now_ms() + ANSWER_WITHIN_MS, then)
        else:
            then(SILENCE)

    def tell(self, msg: str, fields: Mapping[str, object]) -> bool:
        """Say what has no answer; False when it is lost."""
        return self._line.send({"msg": msg, **fields})

    def take(self, item: KeeperMet | KeeperSaid | KeeperLost) -> bool:
        """Take what the line brought; True when the state changed."""
        if isinstance(item, KeeperLost):
            return self._lost()
        self._heard_ms = self._now_ms()
        if isinstance(item, KeeperMet):
            self._met = True
            return self._see(item.welcome["state"])
        msg = item.packet["msg"]
        if msg == "state":
            return self._see(item.packet)
        if msg in {"ok", "no"}:
            return self._answered(item.packet)
        return False

    def tick(self, alive: Mapping[str, object]) -> None:
        """Beat, and give up what was not answered. `alive` is what goes with the beat."""
        now_ms = self._now_ms()
        if now_ms - self._turned_ms > GAP_MS:
            self.excuse()
        self._turned_ms = now_ms
        if self._met and now_ms - self._heard_ms >= LOST_AFTER_MS:
            log.error("keeper silent")
            self._line.drop()
            self._lost()
        if now_ms - self._said_ms >= BEAT_MS:
            self._said_ms = now_ms
            self._line.send({"msg": "alive", **alive})
        for request in [name for name, (due_ms, _) in self._open.items() if due_ms <= now_ms]:
            self._open.pop(request)[1](SILENCE)

    def excuse(self) -> None:
        """Count silence and waiting from now: the clock was moved."""
        now_ms = self._now_ms()
        self._heard_ms = self._turned_ms = now_ms
        self._open = {name: (now_ms + ANSWER_WITHIN_MS, then) for name, (_, then) in self._open.items()}

    def _lost(self) -> bool:
        was, self._met = self._met, False
        unanswered, self._open = self._open, {}
        for _, then in unanswered.values():
            then(SILENCE)
        return was

    def _answered(self, packet: Mapping[str, Any]) -> bool:
        if isinstance(packet.get("state"), dict):
            self._see(packet["state"])
        _, then = self._open.pop(str(packet["id"]), (0, None))
        if then is not None:
            then(Reply(ok=packet["msg"] == "ok", code=packet.get("code"), said=packet))
        return True

    def _see(self, said: Mapping[str, Any]) -> bool:
        try:
            state = keeper_state(said)
        except (KeyError, TypeError, ValueError):
            log.exception("keeper state refused")
            return False
        changed, self.state = state != self.state, state
        return changed
