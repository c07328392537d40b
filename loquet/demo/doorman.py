"""The doorman of a demo node: the real program, with a model of the reader's chip under its library."""

import signal
import sys
import threading
from pathlib import Path
from typing import Any

from loquet.bench.agent import Agent
from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock
from loquet.models.card import Card
from loquet.models.chip import Chip, plug_in
from loquet.models.pins import Board

LONGEST_S = 9.0  # the bench answers 504 at 10
LOOK_S = 0.01


class Hand:
    """Lays cards on the reader, one at a time, and waits for what the doorman shows."""

    def __init__(self, chip: Chip) -> None:
        """`chip` is the reader's; the program comes later."""
        self._chip = chip
        self._one = threading.Lock()
        self._shown = threading.Condition()
        self._outcome: Any = None
        self._lifting = threading.Event()
        self._lifting.set()
        self.program: Any = None

    def shown(self, outcome: Any) -> None:
        """The doorman has shown a decision."""
        with self._shown:
            self._outcome = outcome
            self._shown.notify_all()

    def tap(self, uid: str, ms: int) -> dict[str, Any]:
        """Lay the card for at least `ms`, answer with the decision."""
        with self._one:
            self._wait(lambda: self._lifting.is_set() and not self.program.seen.card)
            with self._shown:
                self._outcome = None
            taps = self.program.seen.taps
            self._chip.air.lay(Card(bytes.fromhex(uid)))
            self._lifting.clear()
            threading.Thread(target=self._lift, args=(taps, ms), daemon=True).start()
            with self._shown:
                if not self._shown.wait_for(lambda: self._outcome is not None, LONGEST_S):
                    raise BenchNo(504, "the node has not answered the badge")
                seen = self._outcome
        return {
            "allowed": seen.allowed,
            "action": seen.action,
            "reason": seen.reason,
            "objections": [dict(one) for one in seen.objections],
            "until": seen.until,
            "phase": seen.phase,
        }

    def _lift(self, taps: int, ms: int) -> None:
        threading.Event().wait(ms / 1000)
        self._wait(lambda: self.program.seen.taps > taps, failing=False)
        self._chip.air.lift()
        self._lifting.set()

    def _wait(self, done: Any, *, failing: bool = True) -> None:
        for _ in range(int(LONGEST_S / LOOK_S)):
            if done():
                return
            threading.Event().wait(LOOK_S)
        if failing:
            raise BenchNo(504, "the reader still sees a card")


def seen_of(program: Any, face: Any) -> dict[str, Any]:
    """What stands on the node's face, and the port of its tablet's page."""
    seen = program.seen
    return {
        "display": list(seen.display),
        "led": seen.led,
        "buzz": seen.buzz,
        "qr": seen.qr,
        "kiosk": getattr(face, "port", None),
        "online": seen.online,
        "fresh": seen.fresh,
        "phase": seen.phase,
        "inhibits": list(seen.inhibits),
        "keeper": seen.keeper,
        "reader": seen.reader,
    }


def standing_of(program: Any) -> dict[str, Any]:
    """Whether it rests, and whether hub and node agree (nobody waits for that while it is offline)."""
    seen = program.seen
    return {
        "idle": seen.idle and not seen.card,
        "fresh": not seen.online or (seen.fresh and not seen.unacked),
    }


def main(config: str, clock_file: str) -> int:
    """Run until SIGTERM."""
    Board()
    chip = Chip()
    plug_in(chip)
    from node.app import doorman_program
    from node.app.fitting import face_of
    from node.doorman.parts import DoormanParts
    from node.settings import load

    settings = load(Path(config))
    clock = BenchClock(Path(clock_file), settings.id)
    hand = Hand(chip)
    faces: list[Any] = []

    def make_face(put: Any) -> Any:
        faces.append(face_of(settings.fittings, put))
        return faces[0]

    program = doorman_program(
        settings,
        clock=clock,
        parts=DoormanParts(pause_us=chip.pass_us, outcome=hand.shown, ntp=lambda: False, make_face=make_face),
    )
    hand.program = program
    signal.signal(signal.SIGTERM, lambda *_: program.stop())
    handlers: dict[str, Any] = {
        "tap": hand.tap,
        "seen": lambda: seen_of(program, faces[0]),
        "standing": lambda: standing_of(program),
    }
    Agent(clock, f"doorman {settings.id}", handlers).start()
    program.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
