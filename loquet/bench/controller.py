"""What can a hand do on the bench? The launcher's side of every bench command.

It listens on a Unix socket; programs and the page's hub call in. It knows which child is which, moves
the one clock, pulls the cables and asks the supervisor to cut or give mains.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from loquet.bench.asking import TEN_YEARS_S, is_uid, seconds, stamp, truth, whole
from loquet.bench.cable import Cable
from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock, pause, real_s
from loquet.bench.leaping import LONGEST_S, Leap
from loquet.bench.switchboard import Switchboard

INPUTS = ("estop", "stop", "extend", "report", "extraction_ok", "feedback", "bypass")
LONGEST_TAP_MS = 5_000  # a card left lying longer is another story
MOST_WATTS = 20_000  # no machine of any lab draws more from one socket
POLL_S = 0.02
FRESH_S = 6.0  # how long a node that has mains again may take to hear from the hub
REST_S = 2.0  # a contact is debounced in 2 s at most; what takes longer is a timer of its own
JOURNAL_LENGTH = 60
UPS = ("keeper", "doorman")


class Mains(Protocol):
    """What the supervisor does for the bench."""

    def cut(self, names: list[str]) -> None:
        """End these children at once and leave them ended."""
        ...

    def give(self, names: list[str]) -> None:
        """Start these children and keep them running."""
        ...

    def runs(self, name: str) -> bool:
        """Whether this child is meant to run and does."""
        ...


@dataclass
class Node:
    """One node on the bench: what was done to it by hand."""

    id: str
    machine: str
    cable: Cable
    powered: bool = True
    watts: int = 0
    inputs: dict[str, bool] = field(default_factory=lambda: {"extraction_ok": True})


class Controller:
    """The bench itself: one per demo, in the launcher."""

    def __init__(self, clock: BenchClock, nodes: list[Node], mains: Mains) -> None:
        """`mains` is the supervisor; badges are the hub's business."""
        self.clock = clock
        self.nodes = {node.id: node for node in nodes}
        self._mains = mains
        self.board = Switchboard()
        self._leaping = threading.Lock()
        self._journal: deque[dict[str, Any]] = deque(maxlen=JOURNAL_LENGTH)

    def listen(self, path: Path) -> None:
        """Take calls at `path` from now on."""
        asked: dict[str, Any] = {
            "state": self.state,
            "tap": self.tap,
            "watts": self.watts,
            "input": self.input,
            "link": self.link,
            "power": self.power,
            "advance": self.advance,
            "skew": self.skew,
            "world": self._world,
            "standings": lambda: {line.name: line.standing(2.0) for line in self.board.lines()},
            "cut": self._mains.cut,
            "give": self._mains.give,
        }
        self.board.listen(path, asked)

    def close(self) -> None:
        """Take no more calls; pull every cable."""
        self.board.close()
        for node in self.nodes.values():
            node.cable.close()

    # --- what the page and the JSON doors ask --------------------------------------------------
    def state(self) -> dict[str, Any]:
        """The whole bench, in the shape of api.md; the hub adds the badges."""
        nodes = {node.id: self._node_state(node) for node in self.nodes.values()}
        return {
            "now": stamp(self.clock),
            "nodes": nodes,
            "journal": list(self._journal),
        }

    def tap(self, node: str, uid: str, ms: int = 300) -> dict[str, Any]:
        """Lay a card on a reader for `ms` and answer when the decision has been shown."""
        there = self._node(node)
        if not is_uid(uid):
            raise BenchNo(422, "uid: 4, 7 or 10 bytes in hex")
        whole(ms, "ms", 1, LONGEST_TAP_MS)
        doorman = self.board.line(f"doorman {node}")
        if not there.powered or doorman is None or self.board.line(f"keeper {node}") is None:
            raise BenchNo(409, "no mains, or its programs are not running")
        answer: dict[str, Any] = doorman.channel.call("tap", within_s=LONGEST_S, uid=uid.upper(), ms=ms)
        pins = self._pins(there)
        answer = {"ok": True, **answer, "relay": pins["relay"]}
        self._note(node, "tap", {key: answer.get(key) for key in ("allowed", "action", "reason", "until")})
        return answer

    def watts(self, node: str, watts: int) -> dict[str, Any]:
        """Let the machine draw this much until its relay opens; drawing behind an open relay is a fault."""
        there = self._node(node)
        there.watts = whole(watts, "watts", 0, MOST_WATTS)
        self._tell(there, "watts", watts=watts)
        self._rest(node)
        return {"ok": True}

    def input(self, node: str, input: str, on: bool) -> dict[str, Any]:  # noqa: A002  the door's words
        """Press or release one of the node's inputs."""
        there = self._node(node)
        if input not in INPUTS or not isinstance(on, bool):
            raise BenchNo(422, "input or on")
        there.inputs[input] = on
        self._tell(there, "input", input=input, on=on)
        self._rest(node)
        self._note(node, "input", {"input": input, "on": on})
        return {"ok": True}

    def link(self, node: str, up: bool) -> dict[str, Any]:
        """Put the network cable in, or pull it; done when the node has seen it."""
        there = self._node(node)
        truth(up, "up")
        there.cable.plug(up=up)
        self._note(node, "link", {"up": up})
        if self._mains.runs("broker"):
            self._until(lambda: not there.powered or (self.is_up(node) if up else not self._online(node)))
        return {"ok": True}

    def power(self, node: str, on: bool) -> dict[str, Any]:
        """Cut the node's mains, or give them back; done when it is dark, or up again."""
        there = self._node(node)
        truth(on, "on")
        names = [f"{part} {node}" for part in UPS]
        if on and not there.powered:
            self._mains.give(names)
            there.powered = True
            self._comes_up(node)
        elif not on and there.powered:
            there.powered = False
            there.watts = 0
            self._mains.cut(names)
            self.board.forget(names)
        self._note(node, "power", {"on": on})
        return {"ok": True}

    def advance(self, advance_s: float) -> dict[str, Any]:
        """Let time pass everywhere at once."""
        seconds(advance_s, "advance_s", 0)
        started = real_s()
        if not self._leaping.acquire(timeout=LONGEST_S):
            raise BenchNo(504, "another leap is still under way")
        try:
            Leap(self.clock, self.board.lines, LONGEST_S - (real_s() - started)).run(round(advance_s * 1000))
        finally:
            self._leaping.release()
        self._note(None, "clock", {"advance_s": advance_s})
        return {"ok": True}

    def skew(self, node: str, skew_s: float) -> dict[str, Any]:
        """Shift one node's wall clock alone."""
        self._node(node)
        seconds(skew_s, "skew_s", -TEN_YEARS_S)
        self.clock.file.skew(node, round(skew_s * 1_000_000_000))
        self._note(node, "skew", {"skew_s": skew_s})
        return {"ok": True}

    # --- what the programs ask -----------------------------------------------------------------
    def _world(self, node: str) -> dict[str, Any]:
        """What a node's inputs are before its program starts: mains off does not release a button."""
        there = self._node(node)
        return {"inputs": dict(there.inputs), "watts": there.watts}

    # --- below ---------------------------------------------------------------------------------
    def _node(self, node: str) -> Node:
        if not isinstance(node, str):
            raise BenchNo(422, "node")
        if node not in self.nodes:
            raise BenchNo(404, "no such node")
        return self.nodes[node]

    def _tell(self, node: Node, do: str, **args: Any) -> None:
        keeper = self.board.line(f"keeper {node.id}")
        if keeper is not None:
            keeper.channel.call(do, **args)

    def _ask(self, name: str, do: str) -> dict[str, Any] | None:
        line = self.board.line(name)
        if line is None:
            return None
        try:
            answer: dict[str, Any] = line.channel.call(do, within_s=2)
        except BenchNo:
            return None
        return answer

    def _pins(self, node: Node) -> dict[str, Any]:
        dark = {"relay": False, "extraction": False, "watts": 0}
        if not node.powered:
            return dark
        return self._ask(f"keeper {node.id}", "pins") or dark

    def _seen(self, node: str) -> dict[str, Any]:
        return self._ask(f"doorman {node}", "seen") or {}

    def _online(self, node: str) -> bool:
        return bool(self._seen(node).get("online"))

    def is_up(self, node: str, *, patient: bool = True) -> bool:
        """Whether both programs of a node run, and (while `patient`, and if it can) it holds a fresh view."""
        seen = self._seen(node)
        if self.board.line(f"keeper {node}") is None or seen.get("phase") is None:
            return False
        linked = (
            self.nodes[node].cable.up and self._mains.runs("broker") and self.board.line("hub") is not None
        )
        return not (linked and patient) or (
            bool(seen.get("fresh")) and "stale" not in seen.get("inhibits", ())
        )

    def _comes_up(self, node: str) -> None:
        patient_until = real_s() + FRESH_S
        self._until(lambda: self.is_up(node, patient=real_s() < patient_until))

    def _node_state(self, node: Node) -> dict[str, Any]:
        pins = self._pins(node)
        seen = self._seen(node.id) if node.powered else {}
        return {
            "machine": node.machine,
            "relay": bool(pins["relay"]),
            "extraction": bool(pins["extraction"]),
            "watts": pins["watts"],
            "display": seen.get("display", ["", "", "", ""]),
            "led": seen.get("led", "off"),
            "buzz": seen.get("buzz", ""),
            "qr": seen.get("qr", ""),
            "kiosk": seen.get("kiosk"),
            "online": bool(seen.get("online")),
            "powered": node.powered,
            "phase": seen.get("phase") if node.powered else None,
            "inhibits": seen.get("inhibits", []),
            "cable": node.cable.up,
            "inputs": dict(node.inputs),
        }

    def _rest(self, node: str) -> None:
        """Wait until the node's programs have taken what the hand did; what does not rest shows itself."""
        mine = {f"{part} {node}" for part in UPS}
        with suppress(BenchNo):
            Leap(self.clock, lambda: [x for x in self.board.lines() if x.name in mine], REST_S).settle()

    def _until(self, done: Callable[[], bool]) -> None:
        ends_at = real_s() + LONGEST_S - 0.5
        while not done():
            if real_s() > ends_at:
                raise BenchNo(504, "the node has not followed in time")
            pause(POLL_S)

    def _note(self, node: str | None, what: str, facts: Mapping[str, Any]) -> None:
        self._journal.append({"at": stamp(self.clock), "node": node, "what": what, **facts})
