"""What stands on the pins of a simulated board? gpiozero's own mock, seen from the wires' side.

Electric levels by BCM number; polarity is the reader's business. A pin that nobody claimed reads
low, as one that floats with a pull-down.
"""

from collections.abc import Callable

from gpiozero import Device
from gpiozero.pins.mock import MockFactory


class Board:
    """One board's pins; made before the program that claims them."""

    def __init__(self) -> None:
        self.factory = MockFactory()
        Device.pin_factory = self.factory

    def level(self, pin: int) -> bool:
        """Whether the pin is high."""
        return bool(self.factory.pin(pin).state)

    def claimed_as_output(self, pin: int) -> bool:
        """Whether a program drives it."""
        return str(self.factory.pin(pin).function) == "output"

    def drive(self, pin: int, *, high: bool) -> None:
        """Pull an input from outside: a button, a contact, a sensor."""
        wire = self.factory.pin(pin)
        if high:
            wire.drive_high()
        else:
            wire.drive_low()

    def watch(self, pin: int, moved: Callable[[bool], None]) -> None:
        """Have `moved(high)` called at each edge of an output, in the thread that drives it."""
        wire = self.factory.pin(pin)
        change = wire._change_state  # noqa: SLF001 -- the mock tells nobody else

        def changed(value: bool) -> bool:
            edge: bool = change(value)
            if edge:
                moved(bool(value))
            return edge

        wire._change_state = changed  # noqa: SLF001
