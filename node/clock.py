"""What time is it on this machine? The one place of the node that reads a clock.

Rules: the monotonic scale is CLOCK_BOOTTIME, which never steps and counts suspend; the wall is
only what the board believes, trusted time is the doorman's affair.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Condition
from typing import Final

LONGEST_MS: Final = 24 * 3600 * 1000  # a wait may end early; a lease of centuries must not overflow it


class SystemClock:
    """The board's own clock; leaps never happen here."""

    def wall(self) -> datetime:
        """The present instant as the board believes it, aware UTC."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """Milliseconds of CLOCK_BOOTTIME."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def wait_until(self, condition: Condition, due_ms: int | None, beat_ms: int | None) -> None:
        """Wait, with `condition` held, until notified or until the earlier of the two instants."""
        instants = [at for at in (due_ms, beat_ms) if at is not None]
        if not instants:
            condition.wait()
            return
        left_ms = min(min(instants) - self.monotonic_ms(), LONGEST_MS)
        if left_ms > 0:
            condition.wait(left_ms / 1000)

    def on_leap(self, wake: Callable[[], None]) -> None:
        """A system clock is never moved: `wake` is never called."""
