"""What does the courier say, and what is it told? The keeper's end of the courier's socket, as a driver.

A network plug as power switch, a network sensor as busy sensor. Rules: what was reported longer than 5 s
ago, before the last order, or by somebody who has left, is unknown; nothing here waits for the network;
a courier that dies leaves the order standing, and the plug's own timer ends what nobody renews.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.wire.courier import FROM_COURIER, VERSION
from core.wire.socket import LOST_AFTER_MS, MalformedPacketError, Message, decode
from node.keeper.server import Connection, Server
from node.ports import Clock

CONFIRM_WITHIN_MS: Final = 2_000  # issue 4: confirmed within 2 s or shown as unconfirmed
NOTHING: Final[Message] = {"n": -1, "plug": None, "busy": None, "power_w": None}
log = logging.getLogger("loquet.keeper")


class CourierDesk:
    """PowerSwitch and BusySensor in one: what the courier carries. `switches`: it has a plug to switch."""

    def __init__(self, path: Path, uids: frozenset[int], clock: Clock, *, switches: bool) -> None:
        """Listen at `path`. Raises AlreadyRunningError, OSError."""
        self._clock, self._switches = clock, switches
        self._guard = threading.RLock()
        self._courier: Connection | None = None
        self._said: Message = NOTHING
        self._said_ms = 0
        self._order, self._closed = 0, False
        self._ordered_ms = clock.monotonic_ms()
        self._changed: Callable[[], None] = lambda: None
        self._ended = False
        self._flaws: set[str] = set()  # as many as the table has fields, at most
        clock.on_leap(self._forgive)
        self._server = Server(path, uids, self._receive)
        self._server.start()

    # --- PowerSwitch ----------------------------------------------------------------------------------------

    def set(self, closed: bool) -> None:
        """A new order, on its way at once."""
        with self._guard:
            if closed != self._closed or self._order == 0:
                self._order += 1
                self._closed, self._ordered_ms = closed, self._clock.monotonic_ms()
            self._tell()

    def feedback(self) -> bool | None:
        """The plug's own word since the last order; None: nobody knows."""
        with self._guard:
            plug = self._fresh()["plug"] if self._fresh()["n"] == self._order else None
        return None if plug is None else plug == "on"

    def unconfirmed(self) -> bool:
        """Whether 2 s have passed since the last order without the plug's word."""
        if not self._switches or self.feedback() is not None:
            return False
        return self._clock.monotonic_ms() - self._ordered_ms >= CONFIRM_WITHIN_MS

    # --- BusySensor -----------------------------------------------------------------------------------------

    def busy(self) -> bool | None:
        """What the sensor behind the courier says; None: lost."""
        with self._guard:
            busy = self._fresh()["busy"]
        return busy if isinstance(busy, bool) else None

    def power_w(self) -> int | None:
        """What the plug measures."""
        with self._guard:
            watts = self._fresh()["power_w"]
        return watts if isinstance(watts, int) else None

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from the socket's thread, after a report that says something new."""
        self._changed = changed

    def close(self) -> None:
        """Order off, let the courier go; may be called twice."""
        with self._guard:
            if self._ended:
                return
            self._ended = True
        self.set(closed=False)
        self._server.close()

    # --- the socket's thread --------------------------------------------------------------------------------

    def _receive(self, peer: Connection, packet: bytes | None) -> None:
        with self._guard:
            before = (self.feedback(), self.busy(), self.power_w())
            if packet is None:
                self._gone(peer)
            else:
                self._take(peer, packet)
            changed = before != (self.feedback(), self.busy(), self.power_w())
        if changed:
            self._changed()

    def _take(self, peer: Connection, packet: bytes) -> None:
        try:
            message = decode(packet, FROM_COURIER)
        except MalformedPacketError as problem:
            self._refuse(str(problem))
            return
        if message["v"] != VERSION:
            self._refuse("v")
            return
        if self._courier is not None and self._courier is not peer:
            self._courier.end()
        self._courier, self._said, self._said_ms = peer, message, self._clock.monotonic_ms()
        self._tell()

    def _refuse(self, flaw: str) -> None:
        """Logged once for each flaw; what cannot be read has not been said."""
        if flaw not in self._flaws:
            self._flaws.add(flaw)
            log.warning("event=courier_refused flaw=%s", flaw)

    def _gone(self, peer: Connection) -> None:
        if peer is self._courier:
            log.warning("event=courier_lost")
            self._courier, self._said = None, NOTHING

    def _tell(self) -> None:
        if self._courier is not None:
            age_ms = max(0, self._clock.monotonic_ms() - self._ordered_ms)
            want: Message = {"msg": "want", "v": VERSION, "n": self._order, "closed": self._closed}
            self._courier.send({**want, "age_ms": age_ms})

    def _fresh(self) -> Message:
        """The last report, or nothing once it is too old."""
        too_old = self._clock.monotonic_ms() - self._said_ms > LOST_AFTER_MS
        return NOTHING if too_old else self._said

    def _forgive(self) -> None:
        """The clock was moved: nobody was silent for as long as it says."""
        with self._guard:
            now_ms = self._clock.monotonic_ms()
            self._said_ms = self._ordered_ms = now_ms
