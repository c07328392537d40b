"""The keeper of a demo node: the real program, on simulated pins and the bench's clock."""

import sys
from pathlib import Path
from typing import Any

from loquet.bench.agent import Agent, call_home
from loquet.bench.clock import BenchClock
from loquet.demo.workpiece import Workpiece
from loquet.models.pins import Board
from node.app import keeper_program
from node.keeper.hardware import GpioHardware
from node.settings import load


def main(config: str, clock_file: str) -> int:
    """Run until SIGTERM."""
    settings = load(Path(config))
    clock = BenchClock(Path(clock_file), settings.id)
    asking = call_home("", {})
    board = Board()
    work = Workpiece(board, settings.pins, asking.call("world", node=settings.id))
    asking.close()

    def open_hardware() -> GpioHardware:
        lines = GpioHardware(settings.pins, board.factory)
        work.plug_in()
        return lines

    program = keeper_program(settings, clock=clock, open_hardware=open_hardware)
    handlers: dict[str, Any] = {
        "pins": work.pins,
        "watts": work.watts,
        "input": work.input,
        "standing": lambda: {"idle": program.inbox.settled() and work.at_rest()},
    }
    Agent(clock, f"keeper {settings.id}", handlers).start()
    return int(program.run())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
