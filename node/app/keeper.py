"""How is a keeper put together? Settings, clock and pins in, one program out."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from node.clock import SystemClock
from node.drivers import PLUG_POWER, PRINTERS, PULSE
from node.keeper.starting import run, uid_of
from node.settings import NodeSettings

if TYPE_CHECKING:  # the relay is safe before anything of this is loaded
    from node.keeper.program import Program
    from node.ports import BusySensor, Clock, Hardware, PowerSwitch


class Rest:
    """Whether the loop is at rest; false until it runs."""

    def __init__(self) -> None:
        self.program: Program | None = None

    def settled(self) -> bool:
        """Whether the loop waits and nothing lies in its box."""
        return self.program is not None and self.program.settled()


class KeeperProgram:
    """One keeper. `run` in the main thread; `stop` and `inbox.settled` from any."""

    def __init__(
        self, settings: NodeSettings, clock: "Clock", open_hardware: "Callable[[], Hardware]"
    ) -> None:
        self._settings, self._clock, self._open = settings, clock, open_hardware
        self.inbox = Rest()
        self._ended = False

    def run(self) -> int:
        """Serve until told to stop; the exit code. The relay is open when this returns."""
        return run(self._settings, self._clock, self._open, self._started)

    def stop(self) -> None:
        """End soon."""
        self._ended = True
        if self.inbox.program is not None:
            self.inbox.program.leave()

    def _started(self, program: "Program") -> None:
        self.inbox.program = program
        if self._ended:
            program.leave()


def keeper_program(
    settings: NodeSettings,
    *,
    clock: "Clock | None" = None,
    open_hardware: "Callable[[], Hardware] | None" = None,
) -> KeeperProgram:
    """The keeper of this node, on the board's own pins unless others are given."""
    clock = clock or SystemClock()
    return KeeperProgram(settings, clock, open_hardware or (lambda: hardware(settings, clock)))


def hardware(settings: NodeSettings, clock: "Clock", factory: Any = None) -> "Hardware":
    """The lines and drivers that the settings name; `factory` None means the board's own pins.

    Raises SettingsError, and what the drivers raise.
    """
    from node.keeper.hardware import GpioHardware, board_factory  # noqa: PLC0415 -- gpiozero

    drivers = settings.drivers
    courier = None if drivers.courier is None else _courier(settings, clock)
    power: PowerSwitch | None = courier if drivers.plug is not None else None
    if drivers.power == PULSE:
        from node.keeper.hardware.pulse import PulseRelay  # noqa: PLC0415 -- few boards have one

        factory = factory if factory is not None else board_factory()
        power = PulseRelay(settings.pins["relay"], clock, factory)
    sensor: BusySensor | None = (
        courier if drivers.busy in (PLUG_POWER, *PRINTERS) else _current(settings, clock)
    )
    return GpioHardware(settings.pins, factory, power=power, sensor=sensor)


def _courier(settings: NodeSettings, clock: "Clock") -> Any:
    from node.keeper.hardware.courier import CourierDesk  # noqa: PLC0415 -- few machines have one

    drivers = settings.drivers
    uids = uid_of(drivers.courier_user, "[courier] `user`")
    return CourierDesk(drivers.courier, uids, clock, switches=drivers.plug is not None)  # type: ignore[arg-type]


def _current(settings: NodeSettings, clock: "Clock") -> "BusySensor | None":
    if settings.drivers.current is None:
        return None
    from node.keeper.hardware.sampling import by_current  # noqa: PLC0415 -- few machines have one

    return by_current(settings.drivers.current, clock)


def run_keeper(
    settings: NodeSettings,
    *,
    clock: "Clock | None" = None,
    open_hardware: "Callable[[], Hardware] | None" = None,
) -> int:
    """Build the keeper and serve until stopped; the exit code."""
    return keeper_program(settings, clock=clock, open_hardware=open_hardware).run()
