"""The real doorman on the chip's model, as a process; it finds keeper and broker by its node.toml.

Told on its standard input, a line each: `lay UID` and `lift`. It says `seen {...}` whenever what it sees of
keeper, hub and card has changed, and `outcome {...}` at each decided tap.
"""

import json
import sys
import threading
from pathlib import Path

from loquet.bench.clock import BenchClock
from loquet.models.card import Card
from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board

LOOK_S = 0.01


def say(word, told):
    sys.stdout.write(f"{word} {json.dumps(told)}\n")
    sys.stdout.flush()


def tell(program):
    """Say what has changed, for ever."""
    pause, said = threading.Event(), None
    while True:
        seen = program.seen
        told = {
            name: getattr(seen, name) for name in ("online", "keeper", "fresh", "card", "idle", "unacked")
        }
        told["usable"] = "stale" not in seen.inhibits
        if told != said:
            said = told
            say("seen", told)
        pause.wait(LOOK_S)


def obey(chip):
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "lay":
            chip.air.lay(Card(bytes.fromhex(rest[0])))
        else:
            chip.air.lift()


def main() -> None:
    board, chip = Board(), Chip()
    plug_in(chip)
    from node.app.doorman import doorman_program  # noqa: PLC0415  the chip's model goes first
    from node.doorman.parts import DoormanParts  # noqa: PLC0415
    from node.settings import load  # noqa: PLC0415

    def decided(outcome):
        say("outcome", {"allowed": outcome.allowed, "action": outcome.action, "reason": outcome.reason})

    parts = DoormanParts(pause_us=chip.pass_us, outcome=decided, ntp=lambda: True)
    clock = BenchClock(Path(sys.argv[2]))
    program = doorman_program(load(Path(sys.argv[1])), clock=clock, parts=parts)
    threading.Thread(target=tell, args=(program,), daemon=True).start()
    threading.Thread(target=obey, args=(chip,), daemon=True).start()
    program.run()
    board.factory.reset()


if __name__ == "__main__":
    main()
