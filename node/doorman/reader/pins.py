"""How does the mfrc522 package find its reset pin? The six names of RPi.GPIO it uses, over gpiozero.

RPi.GPIO is dead on a Pi 5 and raises off a Pi. Wiring: RST of the reader to a GPIO (BCM number),
driven high; low resets the chip. Level at boot and with the cable cut: the module's pull-up, high.
`cleanup` closes only what was opened here: the relay's pin is another program's.
"""

import sys
from types import ModuleType

from gpiozero import OutputDevice

BCM = 11
OUT = 0


class PinFacade:
    """getmode, setmode, setup, output and cleanup of RPi.GPIO for the pins set up here."""

    def __init__(self) -> None:
        self._pins: dict[int, OutputDevice] = {}

    def getmode(self) -> int:
        """BCM numbering, always."""
        return BCM

    def setmode(self, mode: int) -> None:
        """Accept BCM numbering; ValueError for another."""
        if mode != BCM:
            raise ValueError("pins are numbered as BCM here")

    def setup(self, pin: int, direction: int) -> None:
        """Claim an output with its level high, so that the chip is not reset by it."""
        if direction != OUT:
            raise ValueError("the reader has one pin, an output")
        if pin not in self._pins:
            self._pins[pin] = OutputDevice(pin, initial_value=True)

    def output(self, pin: int, level: int) -> None:
        """Drive a pin that was set up."""
        self._pins[pin].value = level

    def cleanup(self) -> None:
        """Give back the pins set up here, and no other."""
        while self._pins:
            self._pins.popitem()[1].close()


def stand_in() -> PinFacade:
    """Put the facade behind `import RPi.GPIO`; harmless to call again."""
    present = sys.modules.get("RPi.GPIO")
    facade = getattr(present, "facade", None)
    if isinstance(facade, PinFacade):
        return facade
    facade = PinFacade()
    gpio = ModuleType("RPi.GPIO", "a facade over gpiozero: node.doorman.reader.pins")
    gpio.__dict__.update(facade=facade, OUT=OUT, getmode=facade.getmode, setmode=facade.setmode)
    gpio.__dict__.update(setup=facade.setup, output=facade.output, cleanup=facade.cleanup)
    package = ModuleType("RPi")
    package.__dict__["GPIO"] = gpio
    sys.modules["RPi"], sys.modules["RPi.GPIO"] = package, gpio
    return facade
