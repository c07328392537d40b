"""Does the machine draw current? A thread that looks four times a second; its last word is the answer.

Rules: busy from the threshold on, idle only below four fifths of it (a figure at the edge must not flicker);
a chip that does not answer, or a thread that has stopped, is a lost sensor at once.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from node.drivers import Current
from node.keeper.hardware.current import Ads1115, I2c, Ina219, board_bus
from node.ports import Clock

EVERY_S: Final = 0.25  # a stop is seen within half a second, and a Pi Zero spends 1 % on it
TOO_OLD_MS: Final = 2_000
RELEASE: Final = 0.8
log = logging.getLogger("loquet.keeper")


class Ammeter(Protocol):
    """Something that measures current."""

    def amps(self) -> float:
        """The present current. Raises OSError."""
        ...


class BusyByCurrent:
    """BusySensor over an ammeter, looked at by a thread of its own."""

    def __init__(self, open_meter: Callable[[], Ammeter], threshold_ma: int, clock: Clock) -> None:
        """Begin to look; `open_meter` is called in the thread, and again after a fault."""
        self._open, self._busy_a, self._clock = open_meter, threshold_ma / 1000, clock
        self._meter: Ammeter | None = None
        self._busy: bool | None = None
        self._seen_ms = clock.monotonic_ms()
        self._changed: Callable[[], None] = lambda: None
        self._end = threading.Event()
        clock.on_leap(self._forgive)
        self._thread = threading.Thread(target=self._run, name="current", daemon=True)
        self._thread.start()

    def busy(self) -> bool | None:
        """Does it draw? None: the sensor is lost."""
        too_old = self._clock.monotonic_ms() - self._seen_ms > TOO_OLD_MS
        return None if too_old else self._busy

    def power_w(self) -> int | None:
        """A current alone is no power."""
        return None

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from the sampling thread."""
        self._changed = changed

    def close(self) -> None:
        """Look no more."""
        self._end.set()
        self._thread.join(5)

    def look(self) -> None:
        """One look."""
        before = self._busy
        try:
            if self._meter is None:
                self._meter = self._open()
            amps = self._meter.amps()
            self._busy = amps >= self._busy_a * (RELEASE if before else 1)
        except (OSError, ImportError) as problem:
            self._lost(problem)
        self._seen_ms = self._clock.monotonic_ms()
        if self._busy != before:
            self._changed()

    def _lost(self, problem: Exception) -> None:
        if self._busy is not None or self._meter is not None:
            log.warning("event=current_sensor_lost problem=%s", problem)
        self._meter, self._busy = None, None

    def _run(self) -> None:
        while not self._end.is_set():
            self.look()
            self._end.wait(EVERY_S)

    def _forgive(self) -> None:
        """The clock was moved: the last look is as young as it was."""
        self._seen_ms = self._clock.monotonic_ms()


def by_current(wired: Current, clock: Clock, open_bus: Callable[[int], I2c] = board_bus) -> BusyByCurrent:
    """The sensor as wired."""
    never = threading.Event()

    def pause_us(span_us: int) -> None:
        never.wait(span_us / 1_000_000)

    def open_meter() -> Any:
        bus = open_bus(wired.bus)
        return Ina219(bus, wired) if wired.chip == "ina219" else Ads1115(bus, wired, pause_us)

    return BusyByCurrent(open_meter, wired.threshold_ma, clock)
