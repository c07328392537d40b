"""How does a pin give the machine its power? A relay's input, driven open at claim and at close.

Wiring: the relay's input at the pin, with a pull-down that keeps it open while nobody drives the line.
"""

from typing import Any

from gpiozero import DigitalOutputDevice

from node.settings import Line


class GpioRelay:
    """One relay on one pin; its own contact, where wired, is the keeper's `feedback` input."""

    def __init__(self, line: Line, factory: Any) -> None:
        """Claim the line, open. Raises gpiozero's errors."""
        self._output = DigitalOutputDevice(
            line.pin, active_high=line.active_high, initial_value=False, pin_factory=factory
        )
        self._pin, self._closed_level = self._output.pin, line.active_high

    def set(self, closed: bool) -> None:
        """Power on or off; returns when the line is driven. The pin itself: the device asks first whether it blinks."""
        self._pin.state = closed == self._closed_level

    def feedback(self) -> bool | None:
        """A relay's coil says nothing."""
        return None

    def unconfirmed(self) -> bool:
        """A driven line is driven."""
        return False

    def close(self) -> None:
        """Open, then the line is given back."""
        if not self._output.closed:
            if self._output.value:
                self._output.off()
            self._output.close()
