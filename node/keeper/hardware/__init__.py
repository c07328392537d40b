"""Which wire is which? The keeper's lines over gpiozero: two outputs, eight contacts to ground.

Wiring: the relay's input at `relay` (prefer an active-high board with a pull-down: it stays off while
nobody drives the line); every contact between its pin and ground, pull-up on.
At boot the lines are inputs; at claim the relay is driven open, never closed for an instant; at a
crash the kernel frees the line and the pull-down opens the relay; with a cable cut an e-stop reads
pressed, a bypass key on, an extraction lost.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice, GPIOZeroError

from node.keeper.hardware.relay import GpioRelay
from node.ports import BusySensor, Inputs, PowerSwitch
from node.settings import INPUTS, Line


class GpioHardware:
    """The lines of one machine; `factory` None means the board's own pins.

    `power` and `sensor` take the place of the `relay` pin and of the `busy` input.
    """

    def __init__(
        self,
        pins: Mapping[str, Line],
        factory: Any = None,
        power: PowerSwitch | None = None,
        sensor: BusySensor | None = None,
    ) -> None:
        """Claim every line, the relay first and open. Raises gpiozero's errors."""
        self._factory = factory if factory is not None else board_factory()
        self._pins = pins
        self._closing = threading.Lock()
        self._closed = False
        self._power = power if power is not None else GpioRelay(pins["relay"], self._factory)
        self._sensor = sensor
        self._extraction = self._output("extraction") if "extraction" in pins else None
        self._contacts = {
            name: DigitalInputDevice(pins[name].pin, pull_up=True, pin_factory=self._factory)
            for name in INPUTS
            if name in pins
        }

    def inputs(self) -> Inputs:
        """Read every contact now."""
        told: dict[str, bool | None] = {name: self._active(name) for name in self._contacts}
        sensor = self._sensor
        return Inputs(
            estop=told.get("estop"),
            stop=told.get("stop") is True,
            extend=told.get("extend") is True,
            report=told.get("report") is True,
            extraction_ok=told.get("extraction_ok"),
            feedback=told["feedback"] if "feedback" in told else self._power.feedback(),
            bypass=told.get("bypass", False),
            busy=sensor.busy() if sensor else told.get("busy"),
            power_w=sensor.power_w() if sensor else None,
            unconfirmed=self._power.unconfirmed(),
        )

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have `changed` called, from gpiozero's thread, after a contact moved."""
        for contact in self._contacts.values():
            contact.when_activated = changed
            contact.when_deactivated = changed
        if self._sensor is not None:
            self._sensor.on_change(changed)

    def set_relay(self, closed: bool) -> None:
        """Power on or off; does nothing once the lines are given back."""
        with self._closing:
            if not self._closed:
                self._power.set(closed)

    def set_extraction(self, on: bool) -> None:
        """Extraction on or off."""
        with self._closing:
            if self._extraction is not None and not self._closed:
                self._extraction.value = on

    def close(self) -> None:
        """Relay open, then the lines are given back; may be called twice."""
        with self._closing:
            if self._closed:
                return
            self._power.set(closed=False)
            self._closed = True
        self._power.close()  # outside the lock: a courier's thread may be about to ask for it
        for contact in self._contacts.values():
            contact.close()
        if self._sensor is not None:
            self._sensor.close()
        if self._extraction is not None:
            self._extraction.close()

    def _output(self, name: str) -> Any:
        line = self._pins[name]
        return DigitalOutputDevice(
            line.pin, active_high=line.active_high, initial_value=False, pin_factory=self._factory
        )

    def _active(self, name: str) -> bool | None:
        """Is the contact active? None where it cannot be read."""
        pin = self._contacts[name].pin  # None once it is given back
        try:
            return None if pin is None else bool(pin.state) == self._pins[name].active_high
        except (GPIOZeroError, OSError):
            return None


def board_factory() -> Any:
    """The pins of this board, which never pulse. Raises ImportError where there is no lgpio."""
    from node.keeper.hardware.steady import SteadyFactory  # noqa: PLC0415 - lgpio is there on a Pi alone

    return SteadyFactory()
