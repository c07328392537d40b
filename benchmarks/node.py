"""A whole node without a hub: ten thousand members on its shelf, its keeper in a process of its own as on a board.

The doorman runs in a thread here, with nothing beside him but whoever lays the card: in one process with the keeper
both would wait for one interpreter, which no board does.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from select import select
from subprocess import Popen
from time import perf_counter

from benchmarks.processes import started
from core.calendars import Opening
from core.grants import Grant, MachinePolicy, MachineView
from core.views import view_body
from core.vocabulary import Audience, Risk
from core.wire.freshness import Home
from core.wire.seal import Keys, badge_key
from node.app.doorman import doorman_program
from node.clock import SystemClock
from node.doorman.events import TapSeen
from node.doorman.outcome import TapOutcome
from node.doorman.parts import DoormanParts
from node.doorman.shelf.sqlite import SqliteShelf
from node.ports import Ages, Kept
from node.settings import NodeSettings, load
from node.settling import settle

SECRET = bytes(range(32))
WITHIN_S = 20
REST_S = 0.002
SETTINGS = """
[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"
[pins]
relay = 17
estop = 22
[broker]
host = "127.0.0.1"
port = {port}
user = "las-1"
tls = false
"""


class NoHub:
    """The link while the hub is down."""

    online = False

    def start(self) -> None:
        """Nobody answers."""

    def stop(self) -> None:
        """Nothing to end."""

    def say(self, message: object) -> bool:
        """Nobody hears."""
        return False


class EmptyReader:
    """A chip with nothing before it: the benchmark speaks for the card."""

    def alive(self) -> bool:
        """It answers."""
        return True

    def MFRC522_Init(self) -> None:  # noqa: N802 -- the package's name
        """Nothing to set up."""

    def read_uid(self) -> bytes | None:
        """No card."""
        return None

    def Close_MFRC522(self) -> None:  # noqa: N802 -- the package's name
        """Nothing to give back."""


@dataclass(frozen=True)
class Node:
    """The node, from the card's side to the relay's."""

    say: Callable[[object], None]
    outcomes: "Queue[TapOutcome]"
    keeper: "Popen[bytes]"
    at_rest: Callable[[], bool]

    def rest(self) -> None:
        """Wait until no session is left and everything is written: a person lays a badge on a node at rest."""
        until(self.at_rest)

    def start(self, uid: bytes) -> float:
        """Lay a card; seconds from the reader's callback to the closing of the relay."""
        start = perf_counter()
        self.say(TapSeen(uid, SystemClock().monotonic_ms()))
        told = self.keeper.stdout
        if told is None or not select([told], [], [], WITHIN_S)[0]:
            raise RuntimeError(f"the relay stays open: {self.outcomes.get(timeout=1)}")
        took = float(told.readline().split()[1]) - start
        self.outcomes.get(timeout=WITHIN_S)
        return took

    def tap(self, uid: bytes) -> TapOutcome:
        """Lay a card; what the doorman says of it."""
        self.say(TapSeen(uid, SystemClock().monotonic_ms()))
        return self.outcomes.get(timeout=WITHIN_S)


def uid_of(number: int) -> bytes:
    """The badge of the member number so and so."""
    return b"\x04" + number.to_bytes(6, "big")


def write_settings(folder: Path, port: int = 1) -> NodeSettings:
    """A node's file, its key and its folders."""
    (folder / "node.toml").write_text(SETTINGS.format(port=port))
    (folder / "key").write_text(SECRET.hex())
    (folder / "key").chmod(0o600)
    made = load(folder / "node.toml")
    made.state_dir.mkdir(exist_ok=True)
    return made


@contextmanager
def offline_node(folder: Path, members: int) -> Iterator[Node]:
    """The node at rest, its hub down."""
    settings = write_settings(folder)
    fill_shelf(settings.state_dir / "shelf.db", members)
    outcomes: Queue[TapOutcome] = Queue()
    doorman = doorman_program(
        settings,
        parts=DoormanParts(make_reader=EmptyReader, link=NoHub(), outcome=outcomes.put, ntp=lambda: True),
    )
    thread = threading.Thread(target=doorman.run)
    with started("keeper", folder) as (keeper, *_):
        thread.start()
        try:
            until(lambda: doorman.seen.keeper == "ok" and doorman.seen.idle)
            at_rest = lambda: doorman.seen.phase == "idle" and doorman.seen.idle  # noqa: E731
            until(lambda: at_rest() and not doorman.seen.inhibits)
            settle()  # as a doorman does who is a program of his own
            yield Node(doorman._inbox.put, outcomes, keeper, at_rest)  # noqa: SLF001 -- in the reader's place
        finally:
            doorman.stop()
            thread.join(WITHIN_S)


def until(done: Callable[[], bool]) -> None:
    """Wait for it; a node that never comes there is a broken benchmark."""
    for _ in range(WITHIN_S * 500):
        if done():
            return
        threading.Event().wait(REST_S)
    raise RuntimeError("the node does not come to rest")


def rest() -> None:
    """A moment in which nothing happens."""
    threading.Event().wait(REST_S)


def fill_shelf(file: Path, members: int) -> None:
    """What a hub said before: so many may use the machine around the clock."""
    now = datetime.now(UTC)
    keys = Keys.of(SECRET)
    grants = {}
    for number in range(members):
        key = badge_key(keys.badge, uid_of(number))
        grants[key] = Grant(key, f"member-{number}", f"M{number}", "fr", None)
    machine = MachinePolicy(
        id="LAS-1",
        lab="north",
        name="Laser",
        family="laser",
        risk=Risk.LOW,
        age_limit_h=168,
        stop="now",
        sensor="none",
    )
    hours = (Opening(now - timedelta(days=2), now + timedelta(days=2), Audience.MEMBERS),)
    view = MachineView(1_700_000_000, "s1", 1, now, machine, grants, {}, (), hours)
    home = Home(view.epoch, view.store)
    nothing = {"v": 1, "epoch": home.epoch, "store": home.store, "rev": 1, "locks": [], "lifted": []}
    shelf = SqliteShelf(file)
    shelf.keep_view(Kept(home, 1, view_body(view)), Ages(fresh_at=now, floor=now))
    shelf.keep_locks(Kept(home, 1, nothing))
    shelf.close()
