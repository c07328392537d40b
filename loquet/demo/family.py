"""Who keeps the demo's programs running? One thread starts them all, restarts who dies, ends them all.

One thread, because a child's tether is to the thread that started it. Rules: whoever is cut stays cut until
given back; a child that dies is started again, at once the first time, then ever slower; at the end
nobody is left, however deep it stands.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loquet.bench.clock import real_s

TETHER = Path(__file__).with_name("tether.py")
LOOK_S = 0.05  # between two looks at who still lives
SLOWEST_S = 5.0  # the longest wait before a restart
CALM_S = 20.0  # a child that lived this long is forgiven its earlier deaths
FAREWELL_S = 5.0  # from SIGTERM to SIGKILL


@dataclass
class Child:
    """A program to keep running."""

    name: str
    argv: list[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    orphan_signal: int = signal.SIGKILL
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    deaths: int = 0
    started_at: float = 0.0
    retry_at: float = 0.0

    def lives(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None


class Family:
    """The demo's children, by name, in the order of their start."""

    def __init__(self, changed: Callable[[dict[str, int]], None] | None = None) -> None:
        """`changed` is told the pids by name, in the family's thread, whenever they change."""
        self._children: dict[str, Child] = {}
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]] = queue.SimpleQueue()
        self._changed = changed or void
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="family", daemon=True)
        self._thread.start()

    def start(self, child: Child) -> None:
        """Take `child` in and start it; returns when it has been started."""
        self._order(lambda: self._adopt(child))

    def give(self, names: list[str]) -> None:
        """Start these (again)."""
        self._order(lambda: self._each(self._start, names))

    def cut(self, names: list[str]) -> None:
        """Kill these and leave them dead."""
        self._order(lambda: self._each(self._kill, names))

    def runs(self, name: str) -> bool:
        """Whether this child lives."""
        child = self._children.get(name)
        return child is not None and child.lives()

    def end(self) -> None:
        """End everybody, last started first; nobody is left when this returns."""
        self._order(self._end)
        self._over.set()
        self._thread.join(FAREWELL_S)

    def _adopt(self, child: Child) -> None:
        self._children[child.name] = child
        self._start(child)

    def _each(self, do: Callable[[Child], None], names: list[str]) -> None:
        for name in names:
            do(self._children[name])

    def _order(self, what: Callable[[], None]) -> None:
        done = threading.Event()
        self._orders.put((what, done))
        while not done.wait(1.0):
            if not self._thread.is_alive():
                raise RuntimeError("the family's thread is gone")

    def _watch(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Empty):
                order, done = self._orders.get(timeout=LOOK_S)
                order()
                done.set()
            for child in self._children.values():
                self._mind(child)

    def _mind(self, child: Child) -> None:
        if not child.wanted or child.lives():
            return
        now = real_s()
        if child.process is not None:
            sweep(child.process)
            child.process = None
            child.deaths = 1 if now - child.started_at > CALM_S else child.deaths + 1
            child.retry_at = now + min(SLOWEST_S, 0.25 * 2 ** (child.deaths - 1))
        if now >= child.retry_at:
            self._start(child)

    def _start(self, child: Child) -> None:
        child.wanted = True
        if child.lives():
            return
        argv = [sys.executable, "-S", "-E", str(TETHER), str(os.getpid()), str(int(child.orphan_signal))]
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                argv + child.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": search_path(), **child.env},
                start_new_session=True,  # the terminal's Ctrl-C is the launcher's alone
            )
        child.started_at = real_s()
        self._tell()

    def _kill(self, child: Child) -> None:
        child.wanted = False
        if child.process is not None:
            sweep(child.process)
            child.process.wait()
            child.process = None
        self._tell()

    def _end(self) -> None:
        living = [child for child in reversed(self._children.values()) if child.process is not None]
        for child in living:
            child.wanted = False
            if child.process is not None:
                child.process.terminate()
        ends_at = real_s() + FAREWELL_S
        for child in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if child.process is not None:
                    child.process.wait(max(0.0, ends_at - real_s()))
            self._kill(child)

    def _tell(self) -> None:
        self._changed({c.name: c.process.pid for c in self._children.values() if c.process is not None})


def search_path() -> str:
    """Where the children find our packages, installed or not, whatever folder the demo is started in."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH")) if part)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a child's own session: it leads a process group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def void(_: object) -> None:
    """Nobody wants to know."""
