"""Which `now` answers our last hello? One nonce, one answer, within ten seconds."""

from collections.abc import Callable

from core.wire.messages import Now

TAKEN_WITHIN_MS = 10_000  # an older `now` may be a replay with frozen time (wire.md)
UNHEARD_MS = 200  # a hub that is up answers within this; else it was not there yet when we said hello
EVERY_MS = 60_000  # wire.md: at connect, at every keeper start, then every 60 s


class Greeting:
    """The hello that waits for its `now`, and when the next one is due."""

    def __init__(self, nonce: Callable[[], str]) -> None:
        self._nonce = nonce
        self._open: tuple[str, int] | None = None
        self._next_ms = 0

    @property
    def next_ms(self) -> int:
        """When the next hello is due, on the scale of `monotonic_ms`."""
        return self._next_ms

    def unheard(self, mono_ms: int) -> bool:
        """Has the hello waited so long that nobody can have been there to hear it?"""
        return self._open is not None and mono_ms - self._open[1] > UNHEARD_MS

    def begin(self, mono_ms: int) -> str:
        """The nonce of a new hello; whatever answers an older one comes too late."""
        fresh = self._nonce()
        self._open = (fresh, mono_ms)
        self._next_ms = mono_ms + EVERY_MS
        return fresh

    def answered_by(self, now: Now, mono_ms: int) -> bool:
        """Is this the answer? It can be so once."""
        if self._open is None:
            return False
        nonce, since_ms = self._open
        if now.nonce != nonce or mono_ms - since_ms > TAKEN_WITHIN_MS:
            return False
        self._open = None
        return True
