"""Who at this board's keyboard may ask the doorman how he is? Our own user and root, one question at a time.

One JSON line in ({"do": "selftest"} or {"do": "look"}), one JSON line out; the doorman's loop answers, this
thread waits. Nothing that comes in here can start, stop or change anything but a selftest.
"""

import json
import logging
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final

from node.doorman.examining import Examine, Report

MOST_BYTES: Final = 256
READ_WITHIN_S: Final = 2.0
ANSWER_WITHIN_S: Final = 40.0  # the fan has twelve
log = logging.getLogger(__name__)


class Hatch:
    """The listening end at `path`."""

    def __init__(self, path: Path, put: Callable[[object], None]) -> None:
        self._path, self._put = path, put
        self._end = Event()
        self._door: socket.socket | None = None
        self._thread = Thread(target=self._run, name="hatch", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            door.bind(os.fspath(self._path))
        except OSError as problem:
            door.close()
            log.warning("event=hatch_shut problem=%s", problem)
            return
        self._path.chmod(0o600)
        door.listen(2)
        door.settimeout(0.5)
        self._door = door
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._end.set()
        if self._door is not None:
            self._thread.join(5)
            self._door.close()
            self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._end.is_set() and self._door is not None:
            try:
                line, _ = self._door.accept()
            except TimeoutError:
                continue
            except OSError as problem:
                log.warning("event=hatch_failed problem=%s", problem)
                return
            with line:
                self._serve(line)

    def _serve(self, line: socket.socket) -> None:
        line.settimeout(READ_WITHIN_S)
        try:
            if _uid(line) in {0, os.getuid()}:
                asked = json.loads(line.recv(MOST_BYTES))
                line.sendall(json.dumps(self._ask(asked)).encode() + b"\n")
        except (OSError, ValueError, RecursionError) as problem:
            log.warning("event=hatch_refused problem=%s", type(problem).__name__)

    def _ask(self, asked: object) -> Report | None:
        do = asked.get("do") if isinstance(asked, dict) else None
        if do not in {"look", "selftest"}:
            return None
        answer: Queue[Report] = Queue(1)
        self._put(Examine(answer.put_nowait, only_look=do == "look"))
        waited_s = 0.0
        while not self._end.is_set() and waited_s < ANSWER_WITHIN_S:
            try:
                return answer.get(timeout=0.5)
            except Empty:
                waited_s += 0.5
        return None


def _uid(line: socket.socket) -> int:
    """The peer's uid as the kernel saw it at connect."""
    credentials = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


def ask(path: Path, do: str, within_s: float = ANSWER_WITHIN_S + 5) -> Report | None:
    """The other end: the doorman's report, or None when he is not there or does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(within_s)
        try:
            line.connect(os.fspath(path))
            line.sendall(json.dumps({"do": do}).encode())
            with line.makefile("rb") as heard:
                said = json.loads(heard.readline() or b"null")
        except (OSError, ValueError):
            return None
    return said if isinstance(said, dict) else None
