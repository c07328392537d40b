"""How is a keeper put together? Settings, clock and pins in, one program out."""

from collections.abc import Callable
from typing import Any

from node.clock import SystemClock
from node.drivers import PLUG_POWER, PRINTERS, PULSE
from node.keeper import program as keeper
from node.keeper.hardware import GpioHardware, board_factory
from node.keeper.hardware.courier import CourierDesk
from node.keeper.hardware.pulse import PulseRelay
from node.keeper.hardware.sampling import by_current
from node.keeper.program import uid_of
from node.ports import Clock, Hardware, PowerSwitch
from node.settings import NodeSettings


class Rest:
    """Whether the loop is at rest; false until it runs."""

    def __init__(self) -> None:
        self.program: keeper.Program | None = None

    def settled(self) -> bool:
        """Whether the loop waits and nothing lies in its box."""
        return self.program is not None and self.program.settled()


class KeeperProgram:
    """One keeper. `run` in the main thread; `stop` and `inbox.settled` from any."""

    def __init__(self, settings: NodeSettings, clock: Clock, open_hardware: Callable[[], Hardware]) -> None:
        self._settings, self._clock, self._open = settings, clock, open_hardware
        self.inbox = Rest()
        self._ended = False

    def run(self) -> int:
        """Serve until told to stop; the exit code. The relay is open when this returns."""
        return keeper.run(self._settings, self._clock, self._open, self._started)

    def stop(self) -> None:
        """End soon."""
        self._ended = True
        if self.inbox.program is not None:
            self.inbox.program.leave()

    def _started(self, program: keeper.Program) -> None:
        self.inbox.program = program
        if self._ended:
            program.leave()


def keeper_program(
    settings: NodeSettings,
    *,
    clock: Clock | None = None,
    open_hardware: Callable[[], Hardware] | None = None,
) -> KeeperProgram:
    """The keeper of this node, on the board's own pins unless others are given."""
    clock = clock or SystemClock()
    return KeeperProgram(settings, clock, open_hardware or (lambda: hardware(settings, clock)))


def hardware(settings: NodeSettings, clock: Clock, factory: Any = None) -> Hardware:
    """The lines and drivers that the settings name; `factory` None means the board's own pins.

    Raises SettingsError, and what the drivers raise.
    """
    drivers = settings.drivers
    courier = None
    if drivers.courier is not None:
        uids = uid_of(drivers.courier_user, "[courier] `user`")
        courier = CourierDesk(drivers.courier, uids, clock, switches=drivers.plug is not None)
    power: PowerSwitch | None = courier if drivers.plug is not None else None
    if drivers.power == PULSE:
        factory = factory if factory is not None else board_factory()
        power = PulseRelay(settings.pins["relay"], clock, factory)
    current = by_current(drivers.current, clock) if drivers.current is not None else None
    return GpioHardware(
        settings.pins,
        factory,
        power=power,
        sensor=courier if drivers.busy in (PLUG_POWER, *PRINTERS) else current,
    )


def run_keeper(
    settings: NodeSettings,
    *,
    clock: Clock | None = None,
    open_hardware: Callable[[], Hardware] | None = None,
) -> int:
    """Build the keeper and serve until stopped; the exit code."""
    return keeper_program(settings, clock=clock, open_hardware=open_hardware).run()
