"""How many taps in a row are still people? A token bucket for each reader.

A card emulator or a stuck reader must not fill the journal or keep the hub asking. What is granted costs
nothing: only refusals are counted, so that nobody is kept from ending a session by another's play.
"""

from typing import Final

BURST: Final = 20  # refused taps at once: a class that tries its badges one after the other
REFILL_MS: Final = 1_000  # one more a second


class Bucket:
    """Tokens of one reader; instants are CLOCK_BOOTTIME in milliseconds."""

    def __init__(self, burst: int = BURST, refill_ms: int = REFILL_MS) -> None:
        self._most_ms, self._refill_ms = burst * refill_ms, refill_ms
        self._saved_ms = self._most_ms  # tokens, in the time that each takes to come back
        self._at_ms: int | None = None
        self._over = False

    def take(self, now_ms: int) -> bool:
        """Whether this tap is looked at; it costs one token."""
        past_ms = 0 if self._at_ms is None else max(0, now_ms - self._at_ms)
        self._at_ms = now_ms
        self._saved_ms = min(self._most_ms, self._saved_ms + past_ms)
        if self._saved_ms < self._refill_ms:
            return False
        self._saved_ms -= self._refill_ms
        self._over = False
        return True

    def give_back(self) -> None:
        """The tap was granted: its token was not for play."""
        self._saved_ms = min(self._most_ms, self._saved_ms + self._refill_ms)

    def first_over(self) -> bool:
        """Whether this is the first of the taps that are passed over: the one to be journalled."""
        first, self._over = not self._over, True
        return first
