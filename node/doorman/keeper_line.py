"""How do packets reach the keeper? The Unix socket of interlock.md, held open by a thread of its own.

The thread only puts into the inbox; `send` is the loop's. A line that breaks is made again for ever.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Lock, Thread

from core.wire.socket import FROM_KEEPER, MAX_BYTES, VERSION, MalformedPacketError, decode, encode
from node.doorman.events import KeeperLost, KeeperMet, KeeperSaid

log = logging.getLogger(__name__)
RETRY_S = 0.2  # a keeper that starts takes about a second; its socket is local


class KeeperLine:
    """The doorman's end of the socket at `path`."""

    def __init__(self, path: Path, put: Callable[[object], None]) -> None:
        self._path, self._put = path, put
        self._end = Event()
        self._guard = Lock()
        self._socket: socket.socket | None = None
        self._thread = Thread(target=self._run, name="keeper-line", daemon=True)

    def start(self) -> None:
        """Connect, and connect again whenever the line breaks."""
        self._thread.start()

    def stop(self) -> None:
        """End the line and its thread."""
        self._end.set()
        self.drop()
        self._thread.join(5)

    def send(self, message: Mapping[str, object]) -> bool:
        """Send one packet; False when there is no line or it is full: then it is dropped."""
        with self._guard:
            line = self._socket
        if line is None:
            return False
        try:
            line.send(encode(message), socket.MSG_DONTWAIT)
        except OSError:
            self.drop()
            return False
        return True

    def drop(self) -> None:
        """Break the line; the thread makes a new one."""
        with self._guard:
            line = self._socket
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("line was already down")

    def _run(self) -> None:
        while not self._end.is_set():
            self._one_line()
            self._end.wait(RETRY_S)

    def _one_line(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
            try:
                line.connect(os.fspath(self._path))
                line.send(encode({"msg": "hello", "v": VERSION, "pid": os.getpid()}))
            except OSError:
                return
            with self._guard:
                self._socket = line
            try:
                self._listen(line)
            finally:
                with self._guard:
                    self._socket = None
                self._put(KeeperLost())

    def _listen(self, line: socket.socket) -> None:
        while not self._end.is_set():
            try:
                packet = line.recv(MAX_BYTES + 1)
            except OSError:
                return
            if not packet:
                return
            self._hand_over(packet)

    def _hand_over(self, packet: bytes) -> None:
        try:
            message = decode(packet, FROM_KEEPER)
        except MalformedPacketError as problem:
            log.warning("keeper packet refused field=%s", problem)
            return
        self._put(KeeperMet(message) if message["msg"] == "welcome" else KeeperSaid(message))
