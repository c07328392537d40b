"""The real keeper on simulated pins, as a process: prints each level of the relay's line as it changes.

Arguments: node.toml, and `boom` to have its loop break at the first stop button.
"""

import sys
from pathlib import Path

from loquet.models.pins import Board
from node.clock import SystemClock
from node.keeper.hardware import GpioHardware
from node.keeper.starting import run
from node.settings import load


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> int:
    settings = load(Path(sys.argv[1]))
    board = Board()
    relay = settings.pins["relay"]
    board.watch(relay.pin, lambda high: say("closed" if high == relay.active_high else "open"))

    def open_hardware():
        hardware = GpioHardware(settings.pins, board.factory)
        for name in ("estop", "bypass", "extraction_ok"):
            board.drive(settings.pins[name].pin, high=False)
        return hardware

    def started(program):
        if "boom" in sys.argv:
            program.keeper.meter.used = None  # the next session-end breaks the loop
        say("ready")

    return run(settings, SystemClock(), open_hardware, started)


if __name__ == "__main__":
    sys.exit(main())
