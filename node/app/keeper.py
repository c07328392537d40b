"""How is a keeper put together? Settings, clock and pins in, one program out."""

from collections.abc import Callable

from node.clock import SystemClock
from node.keeper import program as keeper
from node.keeper.hardware import GpioHardware
from node.ports import Clock, Hardware
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
    opened = open_hardware or (lambda: GpioHardware(settings.pins))
    return KeeperProgram(settings, clock or SystemClock(), opened)


def run_keeper(
    settings: NodeSettings,
    *,
    clock: Clock | None = None,
    open_hardware: Callable[[], Hardware] | None = None,
) -> int:
    """Build the keeper and serve until stopped; the exit code."""
    return keeper_program(settings, clock=clock, open_hardware=open_hardware).run()
