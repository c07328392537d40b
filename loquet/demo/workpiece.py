"""What hangs on a demo node's terminals? A contactor, a machine that draws current, a few buttons.

The contactor's mirror contact follows the relay at each edge; the machine stops drawing when the relay
opens, but a hand may let the meter show current at any time, as behind a welded contact; every contact is as node.toml wires it. Contacts move in a thread of their own, as a board's do:
whoever drives the relay never finds himself inside a contact's callback.
"""

import queue
import threading
from collections.abc import Mapping
from typing import Any

from loquet.models.pins import Board
from node.settings import Line

BUSY_W = 10  # what a machine draws, at least, while it works: the busy contact's threshold


class Workpiece:
    """The world behind one board's terminals."""

    def __init__(self, board: Board, pins: Mapping[str, Line], world: Mapping[str, Any]) -> None:
        """`world` is what the bench remembers: {inputs: {name: on}, watts}."""
        self._board, self._pins, self._world = board, pins, world
        self._moves: queue.Queue[tuple[str, bool]] = queue.Queue()
        self._guard = threading.Lock()
        self._watts = 0
        self._relay = False
        board.watch(pins["relay"].pin, self._relay_moved)
        threading.Thread(target=self._move, name="contacts", daemon=True).start()

    def plug_in(self) -> None:
        """Put every contact as the bench remembers it: once the lines are claimed, for that pulls them up."""
        for name in ("estop", "stop", "extend", "report", "bypass"):
            self._drive(name, on=bool(self._world["inputs"].get(name, False)))
        for name in ("feedback", "busy"):
            self._drive(name, on=False)
        self._drive("extraction_ok", on=bool(self._world["inputs"].get("extraction_ok", True)))

    def input(self, input: str, on: bool) -> None:  # noqa: A002  the bench's word
        """Close or open one contact; returns when it has moved."""
        self._moves.put((input, on))
        self._moves.join()

    def watts(self, watts: int) -> None:
        """Let the meter show this much, until the relay opens; while it is open already, that is a fault."""
        with self._guard:
            self._watts = watts
            drawing = self._drawing()
        self.input("busy", on=drawing)

    def pins(self) -> dict[str, Any]:
        """What a lamp on each terminal would show."""
        with self._guard:
            relay, watts = self._relay, self._watts
        return {"relay": relay, "extraction": self._active("extraction"), "watts": watts}

    def at_rest(self) -> bool:
        """Whether every contact has moved that was to move."""
        return self._moves.unfinished_tasks == 0

    def _active(self, name: str) -> bool:
        line = self._pins.get(name)
        return line is not None and self._board.level(line.pin) is line.active_high

    def _relay_moved(self, high: bool) -> None:
        with self._guard:
            before, self._relay = self._relay, high is self._pins["relay"].active_high
            if before and not self._relay:
                self._watts = 0  # it stops by itself, and nobody has pressed its start button again
            relay, drawing = self._relay, self._drawing()
        self._moves.put(("feedback", relay))
        self._moves.put(("busy", drawing))

    def _drawing(self) -> bool:
        return self._watts >= BUSY_W

    def _move(self) -> None:
        while True:
            name, on = self._moves.get()
            try:
                self._drive(name, on=on)
            finally:
                self._moves.task_done()

    def _drive(self, name: str, *, on: bool) -> None:
        line = self._pins.get(name)
        if line is not None:
            self._board.drive(line.pin, high=on is line.active_high)
