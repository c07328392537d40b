"""How is power held only while the keeper lives? By pulses: a charge pump lets go when they stop.

Wiring: the pin drives a capacitor-coupled charge pump that holds the relay; neither level alone does. A line
stuck high, stuck low, or a keeper whose loop hangs for two seconds lets the relay fall within the pump's time.
"""

import threading
from typing import Any, Final

from gpiozero import DigitalOutputDevice

from node.ports import Clock
from node.settings import Line

HALF_PERIOD_S: Final = 0.02  # 25 Hz: a pump of 0.2 s stays charged over a few lost pulses
HUNG_MS: Final = 2_000  # the keeper's loop turns at least once a second


class PulseRelay:
    """A PowerSwitch that must be fed: `feedback` is asked at every turn of the keeper's loop."""

    def __init__(self, line: Line, clock: Clock, factory: Any) -> None:
        """Claim the line, at rest. Raises gpiozero's errors."""
        self._output = DigitalOutputDevice(
            line.pin, active_high=line.active_high, initial_value=False, pin_factory=factory
        )
        self._clock, self._fed_ms = clock, clock.monotonic_ms()
        self._guard = threading.Lock()
        self._wanted, self._end = threading.Event(), threading.Event()
        clock.on_leap(self._feed)
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def set(self, closed: bool) -> None:
        """Pulses, or none; returns when the first one is out or the line is at rest."""
        with self._guard:
            self._feed()
            if closed:
                self._wanted.set()
                self._output.on()
            else:
                self._wanted.clear()
                self._output.off()

    def feedback(self) -> bool | None:
        """A pump says nothing; being asked shows that the keeper's loop turns."""
        self._feed()
        return None

    def unconfirmed(self) -> bool:
        """A driven line is driven."""
        return False

    def close(self) -> None:
        """At rest, then the line is given back; may be called twice."""
        self._end.set()
        self._wanted.set()
        self._thread.join(5)
        if not self._output.closed:
            self._output.off()
            self._output.close()

    def _feed(self) -> None:
        self._fed_ms = self._clock.monotonic_ms()

    def _run(self) -> None:
        while not self._end.is_set():
            self._wanted.wait()
            self._end.wait(HALF_PERIOD_S)
            self.beat()

    def beat(self) -> None:
        """One half period: the other level, or rest when nobody feeds."""
        with self._guard:
            hung = self._clock.monotonic_ms() - self._fed_ms > HUNG_MS
            if hung or self._end.is_set() or not self._wanted.is_set():
                self._output.off()
            else:
                self._output.toggle()
