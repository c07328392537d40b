"""Who handles what the nodes say, and in which order? A few lanes; one node always takes the same.

In a lane messages are handled one after the other, so a node is heard in order; lanes run side by
side, so their transactions share commits. A full lane drops and counts: nodes repeat what matters.
"""

import queue
import threading
import zlib
from collections.abc import Callable

import structlog

LANES = 4  # as many transactions at once share a commit; more only wait for the one writer
MOST_WAITING = 2_000  # a lane: Mosquitto's own max_queued_messages (wire.md)
_log = structlog.get_logger(__name__)
Packet = tuple[str, bytes]


class Lanes:
    """Worker threads, each with its queue."""

    def __init__(self, handle: Callable[[str, bytes], None]) -> None:
        self._handle = handle
        self._queues: list[queue.Queue[Packet | None]] = [queue.Queue(MOST_WAITING) for _ in range(LANES)]
        self._threads = [
            threading.Thread(target=self._work, args=(waiting,), name=f"lane-{number}", daemon=True)
            for number, waiting in enumerate(self._queues)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def put(self, node: str, topic: str, payload: bytes) -> bool:
        """Queue a packet of `node`; False when its lane is full. Never blocks."""
        waiting = self._queues[zlib.crc32(node.encode()) % LANES]
        try:
            waiting.put_nowait((topic, payload))
        except queue.Full:
            return False
        return True

    def free(self, node: str) -> bool:
        """Is nothing of this node's lane waiting or being handled?"""
        return self._queues[zlib.crc32(node.encode()) % LANES].unfinished_tasks == 0

    def idle(self) -> bool:
        """Is nothing waiting and nothing being handled?"""
        return all(waiting.unfinished_tasks == 0 for waiting in self._queues)

    def stop(self, within_s: float = 5.0) -> None:
        """Handle what waits, then end."""
        for waiting, thread in zip(self._queues, self._threads, strict=True):
            if thread.is_alive():
                waiting.put(None)
                thread.join(within_s)

    def _work(self, waiting: "queue.Queue[Packet | None]") -> None:
        while (packet := waiting.get()) is not None:
            try:
                self._handle(*packet)
            except Exception:  # noqa: BLE001 - the one place: a fault in one message must not stop the lane
                _log.exception("message_failed", topic=packet[0])
            finally:
                waiting.task_done()
        waiting.task_done()
