"""The real keeper on lgpio's calls, as a process that can be killed; its relay's trace stays.

Arguments: node.toml and the bench's clock file. It is told on its standard input, a line each, and answers each
with `done`: `pull PIN 0|1` · `follow 0|1` (the feedback contact) · `pass MS` (the clock, from due instant to due
instant) · `boom` (the next session-end breaks the loop) · `guard 0|1` (the journal takes no more writing).
"""

import signal
import sys
import threading
from pathlib import Path

from gpiozero.pins.local import LocalPiFactory

from loquet.bench.clock import BenchClock
from node.keeper.hardware import GpioHardware
from node.keeper.starting import run
from node.settings import INPUTS, load
from tests.faults.lines import Lines

MOST_DUE = 10_000  # in one `pass`: more of them is a loop that never comes to rest
AT_REST_S = 20.0


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Bench:
    """The hand at the wires and at the clock."""

    def __init__(self, settings, clock, lines):
        self.settings, self.clock, self.lines = settings, clock, lines
        self.program = None

    def obey(self):
        for told in sys.stdin:
            word, *rest = told.split()
            getattr(self, f"_{word}")(*map(int, rest))
            say("done")

    def at_ease(self):
        """No contact says stop."""
        for name in INPUTS:
            if name in self.settings.pins:
                line = self.settings.pins[name]
                wanted = name == "extraction_ok"
                self.lines.pull(line.pin, high=line.active_high is wanted)

    def _pull(self, pin, high):
        self.lines.pull(pin, high=bool(high))
        self._rest()

    def _follow(self, wanted):
        self.lines.follows = bool(wanted)

    def _boom(self):
        self.program.keeper.meter.used = None

    def _guard(self, wanted):
        self.program._store._base.execute(f"PRAGMA query_only={wanted}")

    def _pass(self, span_ms):
        target = self.clock.monotonic_ms() + span_ms
        for _ in range(MOST_DUE):
            self._rest()
            due = self.clock.standing()["due_ms"]
            if due is None or due > target:
                break
            self._move(due)
        self._move(target)
        self._rest()

    def _move(self, to_ms):
        span_ns = max(0, to_ms - self.clock.monotonic_ms()) * 1_000_000
        self.clock.file.move(span_ns, span_ns)
        self.clock.leaped()

    def _rest(self):
        """Until the loop waits with nothing to read."""
        self.lines.told()
        pause = threading.Event()
        for _ in range(int(AT_REST_S / 0.002)):
            if self.program.settled():
                return
            pause.wait(0.002)
        raise TimeoutError


def main() -> int:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a suite started in the background hands on a deaf ear
    settings = load(Path(sys.argv[1]))
    clock = BenchClock(Path(sys.argv[2]))
    relay = settings.pins["relay"]
    files = Path(sys.argv[1]).with_name("trace"), settings.state_dir / "journal.db"
    lines = Lines((relay.pin, relay.active_high), settings.pins["feedback"].pin, *files, clock.monotonic_ms)
    lines.take_place()
    LocalPiFactory._get_revision = lambda _factory: 0xA02082  # a Pi 3B
    bench = Bench(settings, clock, lines)

    def open_hardware():
        bench.at_ease()
        return GpioHardware(settings.pins)  # factory None: the board's own, over lgpio

    def started(program):
        bench.program = program
        threading.Thread(target=bench.obey, daemon=True).start()
        say("ready")

    return run(settings, clock, open_hardware, started)


if __name__ == "__main__":
    sys.exit(main())
