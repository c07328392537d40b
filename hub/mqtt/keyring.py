"""Which keys has a node? Asked of the database at most every few seconds for each node."""

import threading
from collections.abc import Callable

from core.wire.seal import Keys
from hub.ports import Clock

GOOD_FOR_MS = 5_000  # a retired node is refused after this at the latest
MOST_NAMES = 50_000  # strangers may invent names: then all is asked again


class Keyring:
    """A short memory before `secret_of(node) -> 32 bytes | None`; safe from any thread."""

    def __init__(self, secret_of: Callable[[str], bytes | None], clock: Clock) -> None:
        self._secret_of, self._clock = secret_of, clock
        self._known: dict[str, tuple[int, Keys | None]] = {}
        self._lock = threading.Lock()

    def __call__(self, node: str) -> Keys | None:
        """The node's keys; None for one that is not ours."""
        now_ms = self._clock.monotonic_ms()
        found = self._known.get(node)
        if found is not None and 0 <= now_ms - found[0] < GOOD_FOR_MS:
            return found[1]
        secret = self._secret_of(node)
        keys = None if secret is None else Keys.of(secret)
        with self._lock:
            if len(self._known) >= MOST_NAMES:
                self._known.clear()
            self._known[node] = (now_ms, keys)
        return keys
