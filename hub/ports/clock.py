"""Where does time come from? One clock per program, never `datetime.now`."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """One clock per program; the only source of time."""

    def wall(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def monotonic_ms(self) -> int:
        """CLOCK_BOOTTIME in milliseconds: never steps, counts suspend."""
        ...

    def on_leap(self, wake: Callable[[], None]) -> None:
        """Have `wake` called after the clock was moved; a system clock never calls it."""
        ...
