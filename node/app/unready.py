"""What does a person see at a box whose card takes no writing? That it is not ready, in light, sound and words.

Rules: no badge is read and nothing is heard or said here; once the card can be written again the program ends, and
systemd starts the doorman in its place. The relay is the keeper's, who starts on such a card as little.
"""

import logging
from typing import Final

from node.app.fitting import face_of
from node.clock import SystemClock
from node.doorman.events import Finish
from node.doorman.shelf.salvage import open_shelf
from node.doorman.showing import Face, Showing
from node.inbox import Inbox
from node.ports import Clock, ShelfBroken
from node.settings import NodeSettings
from node.watchdog import ALIVE, READY, STOPPING, notify

BEAT_MS: Final = 2_000  # systemd waits for ten seconds
AGAIN_MS: Final = 10_000
log = logging.getLogger(__name__)


class Unready:
    """A face, and a look at the card every ten seconds. `run` in the main thread; `stop` from any."""

    def __init__(self, settings: NodeSettings, clock: Clock | None = None, face: Face | None = None) -> None:
        self._clock, self._shelf = clock or SystemClock(), settings.state_dir / "shelf.db"
        self._inbox: Inbox[object] = Inbox(self._clock)
        self._face = face or face_of(settings.fittings, self._inbox.put)

    def stop(self) -> None:
        """End soon; `run` then returns."""
        self._inbox.put(Finish())

    def run(self) -> None:
        """Until the shelf can be opened, or somebody says stop."""
        notify(READY)
        try:
            again_ms = self._clock.monotonic_ms() + AGAIN_MS
            while not isinstance(self._turn(again_ms), Finish):
                if self._clock.monotonic_ms() >= again_ms:
                    again_ms += AGAIN_MS
                    if self._mended():
                        return
        finally:
            notify(STOPPING)
            self._face.close()

    def _turn(self, again_ms: int) -> object | None:
        now_ms = self._clock.monotonic_ms()
        notify(ALIVE)
        self._face.show(Showing(now_ms, self._clock.wall(), keeper=False, online=False))
        return self._inbox.take(again_ms, now_ms + BEAT_MS)

    def _mended(self) -> bool:
        try:
            shelf, _ = open_shelf(self._shelf)
        except ShelfBroken:
            return False
        shelf.close()
        log.warning("event=card_takes_writing_again")
        return True
