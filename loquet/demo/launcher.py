"""Who starts and ends the demo? One supervisor in the foreground: broker, hub, and two programs a node.

Rules: whatever happens, nobody outlives it; a child that dies is started again; the clock's file and
the data stay for the next start.
"""

import contextlib
import json
import shutil
import signal
import socket
import sys
import tempfile
import urllib.request
import webbrowser
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from loquet.bench.agent import BENCH
from loquet.bench.cable import Cable
from loquet.bench.clock import BenchClock, pause, real_s
from loquet.bench.controller import Controller, Node
from loquet.demo.boxes import programs, set_up
from loquet.demo.broker import broker, free_port
from loquet.demo.family import Child, Family
from loquet.demo.folder import DemoProblem, Folder, Kept, write_private
from loquet.demo.members import FIXED, PASSWORD
from loquet.demo.starting import begin
from loquet.demo.wanted import Wanted

READY_S = 60.0  # a slow machine, cold caches; then it says what is missing
FRESH_S = 20.0  # until then a node must have heard from the hub; after that it may do so later
LOOK_S = 0.05


class Launcher:
    """One demo, from the first line it prints to the last child it ends."""

    def __init__(self, wanted: Wanted) -> None:
        """Nothing is started before `run`."""
        self._wanted = wanted
        self._folder = Folder(wanted.var)
        self._told: SimpleQueue[int] = (
            SimpleQueue()
        )  # signals; an Event set amid its own wait() waits for ever
        self._run_dir = Path(
            tempfile.mkdtemp(prefix="loquet-")
        )  # short: a Unix socket's path is 107 bytes at most

    def run(self) -> int:
        """Start everything, wait for the end, end everything."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._leave)
        family = Family(self._note_pids)
        controller: Controller | None = None
        try:
            kept = self._prepare()
            controller = self._start(family, kept)
            if self._ready(family, controller):
                self._greet()
                self._told.get()
        finally:
            print("Ending…", flush=True)
            family.end()
            if controller is not None:
                controller.close()
            shutil.rmtree(self._run_dir, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):
                self._folder.running.unlink()
            self._folder.leave()
        return 0

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        self._told.put(number)

    def _prepare(self) -> Kept:
        self._folder.make()
        self._folder.hold()
        if taken(self._wanted.port):
            raise DemoProblem(f"port {self._wanted.port} is taken; end what uses it, or choose --port")
        return begin(self._folder, self._wanted)

    def _start(self, family: Family, kept: Kept) -> Controller:
        port, bench = free_port(), self._run_dir / "bench.sock"
        nodes = [Node(node, machine, Cable(("127.0.0.1", port))) for node, machine in kept.nodes.items()]
        controller = Controller(BenchClock(self._folder.clock), nodes, family)
        controller.listen(bench)
        carrier, name = broker(self._folder, kept.passwords, port)
        say(f"{name}, the hub, {len(nodes)} nodes …")
        family.start(carrier)
        family.start(self._hub(port, bench))
        site = f"http://127.0.0.1:{self._wanted.port}"
        for node in nodes:
            config = set_up(self._folder, kept, node.id, self._run_dir, node.cable.port, site)
            for program in programs(self._folder, node.id, config, bench):
                family.start(program)
        return controller

    def _hub(self, broker_port: int, bench: Path) -> Child:
        argv = [
            sys.executable, "-m", "loquet.demo.hub",
            str(self._folder.root), str(self._wanted.port), str(broker_port),
        ]  # fmt: skip
        return Child(
            "hub",
            argv,
            self._folder.logs / "hub.log",
            env={BENCH: str(bench), "PYTHONUNBUFFERED": "1"},
            orphan_signal=signal.SIGTERM,
        )

    def _ready(self, family: Family, controller: Controller) -> bool:
        """Wait until the hub answers and every node is linked; False when the user left before."""
        ends_at, patient_until = real_s() + READY_S, real_s() + FRESH_S
        waiting = ["hub", *controller.nodes]
        while waiting and self._told.empty():
            hub_is_up = "hub" not in waiting or answers(self._wanted.port)
            patient = real_s() < patient_until
            waiting = [
                n for n in controller.nodes if not hub_is_up or not controller.is_up(n, patient=patient)
            ]
            waiting += [] if hub_is_up else ["hub"]
            if real_s() > ends_at:
                raise DemoProblem(
                    f"not ready after {READY_S:.0f} s: {', '.join(waiting)}; see {self._folder.logs}"
                )
            pause(LOOK_S)
        return self._told.empty() and family.runs("hub")

    def _greet(self) -> None:
        address = f"http://127.0.0.1:{self._wanted.port}/"
        people = "\n".join(f"  {one.email:<24} {one.name}" for one in FIXED)
        print(f"\n{address}\n\nDemo accounts, password {PASSWORD}:\n{people}\n", flush=True)
        print(f"The bench, with badges and machines: {address}bench   (Ctrl-C ends all of it)", flush=True)
        if self._wanted.browser and sys.stdout.isatty():
            webbrowser.open(address)

    def _note_pids(self, pids: dict[str, int]) -> None:
        notes = {"port": self._wanted.port, "bench": str(self._run_dir / "bench.sock"), "pids": pids}
        write_private(self._folder.running, json.dumps(notes))


def say(text: str) -> None:
    """One line of progress."""
    print(f"  {text}", flush=True)


def taken(port: int) -> bool:
    """Whether somebody listens on this port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """Whether the hub answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/state", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
