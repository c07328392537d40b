"""Where does a demo keep its things? One folder, `./var` or what `--var` names; the layout stands here alone."""

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO


class DemoProblem(Exception):  # noqa: N818  said to the user, without a traceback
    """The demo cannot start; the text says why and what to do."""


@dataclass
class Kept:
    """What a second start must know: secrets drawn once, and how the lab was made."""

    seed: int
    now: str
    started_with: str | None
    empty: bool
    nodes: dict[str, str]
    node_keys: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    vault: str = field(default_factory=lambda: secrets.token_hex(32))

    def draw(self) -> None:
        """Draw each node's key K and every broker password."""
        self.node_keys = {node: secrets.token_hex(32) for node in self.nodes}
        self.passwords = {user: secrets.token_urlsafe(18) for user in (*self.nodes, "hub.1")}


class Folder:
    """The data folder of one demo."""

    def __init__(self, root: Path) -> None:
        """Point at `root`; nothing is made before `make`."""
        self.root = root.resolve()
        self.clock = self.root / "clock"
        self.database = self.root / "loquet.db"
        self.logs = self.root / "log"
        self.broker = self.root / "broker"
        self.demo = self.root / "demo.json"
        self.running = self.root / "running.json"
        self._lock: TextIO | None = None

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.root, self.logs, self.broker):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def hold(self) -> None:
        """Be the only demo in this folder. Raises DemoProblem when another one runs in it."""
        lock = (self.root / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            lock.close()
            raise DemoProblem(f"another demo runs in {self.root}; end it, or choose --var") from held
        self._lock = lock

    def leave(self) -> None:
        """Let another demo have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def node(self, node: str) -> Path:
        """The folder of one node."""
        folder = self.root / "nodes" / node
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def kept(self) -> Kept | None:
        """What an earlier start kept; None in a new folder. Raises DemoProblem when it cannot be read."""
        try:
            return Kept(**json.loads(self.demo.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as broken:
            raise DemoProblem(f"{self.demo} cannot be read: remove {self.root} to begin anew") from broken

    def keep(self, kept: Kept) -> None:
        """Keep it for the next start; written last, so that a half-built lab is built again."""
        write_private(self.demo, json.dumps(asdict(kept), indent=1))

    def wipe(self) -> None:
        """Remove what a start that never finished left behind."""
        for leftover in (self.clock, *self.root.glob("loquet.db*")):
            with contextlib.suppress(FileNotFoundError):
                leftover.unlink()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one step."""
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh.replace(path)
