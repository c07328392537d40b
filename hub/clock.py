"""What time is it? The one file of the hub that reads clocks."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class SystemClock:
    """`hub.ports.Clock` over the machine's own clocks."""

    def wall(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """CLOCK_BOOTTIME in milliseconds: never steps, counts suspend."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def on_leap(self, wake: Callable[[], None]) -> None:
        """Nothing to keep: this clock is never moved by us, so `wake` is never called."""


def stopwatch_ns() -> int:
    """Nanoseconds of a clock that only ever serves to say how long something took; no rule hangs on it."""
    return time.perf_counter_ns()
