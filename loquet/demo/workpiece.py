"""What hangs on a demo node's terminals? A contactor, a machine that draws current, a few buttons.

The contactor's mirror contact follows the relay at each edge; the machine draws only while the relay
is closed; every contact is as node.toml wires it.
"""

import threading
from collections.abc import Mapping
from typing import Any

from loquet.models.pins import Board
from node.settings import Line

BUSY_W = 10  # what a machine draws, at least, while it works (COMMON of the bench: the busy contact)


class Workpiece:
    """The world behind one board's terminals."""

    def __init__(self, board: Board, pins: Mapping[str, Line], world: Mapping[str, Any]) -> None:
        """`world` is what the bench remembers: {inputs: {name: on}, watts}."""
        self._board, self._pins = board, pins
        self._guard = threading.RLock()
        self._watts = 0
        self._relay = False
        self._world = world
        board.watch(pins["relay"].pin, self._relay_moved)

    def plug_in(self) -> None:
        """Put every contact as the bench remembers it: once the lines are claimed, for that pulls them up."""
        for name in ("estop", "stop", "extend", "report", "bypass"):
            self.input(name, on=bool(self._world["inputs"].get(name, False)))
        for name in ("feedback", "busy"):
            self.input(name, on=False)
        self.input("extraction_ok", on=bool(self._world["inputs"].get("extraction_ok", True)))

    def input(self, input: str, on: bool) -> None:  # noqa: A002  the bench's word
        """Close or open one contact."""
        line = self._pins.get(input)
        if line is not None:
            self._board.drive(line.pin, high=on is line.active_high)

    def watts(self, watts: int) -> None:
        """Let the machine want this much; it gets it while the relay is closed."""
        with self._guard:
            self._watts = watts
            self._drawing()

    def pins(self) -> dict[str, Any]:
        """What a lamp on each terminal would show."""
        with self._guard:
            return {
                "relay": self._relay,
                "extraction": self._active("extraction"),
                "watts": self._watts if self._relay else 0,
            }

    def _active(self, name: str) -> bool:
        line = self._pins.get(name)
        return line is not None and self._board.level(line.pin) is line.active_high

    def _relay_moved(self, high: bool) -> None:
        with self._guard:
            self._relay = high is self._pins["relay"].active_high
            if not self._relay:
                self._watts = 0  # it stops by itself, and nobody has pressed its start button again
            self.input("feedback", on=self._relay)
            self._drawing()

    def _drawing(self) -> None:
        self.input("busy", on=self._relay and self._watts >= BUSY_W)
