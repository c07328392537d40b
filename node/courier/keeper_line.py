"""How do packets pass between courier and keeper? The courier's socket, held open by a thread of its own.

The thread only puts into the inbox; `report` is the loop's. A line that breaks is made again for ever.
"""

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, cast

from core.wire.courier import FROM_KEEPER
from core.wire.socket import MAX_BYTES, MalformedPacketError, Message, decode, encode
from node.courier.events import KeeperGone, Wanted

RETRY_S: Final = 0.2
log = logging.getLogger("loquet.courier")


class KeeperLine:
    """The courier's end of the socket at `path`."""

    def __init__(self, path: Path, put: Callable[[object], None]) -> None:
        self._path, self._put = path, put
        self._end, self._guard = Event(), Lock()
        self._line: socket.socket | None = None
        self._thread = Thread(target=self._run, name="keeper-line", daemon=True)

    def start(self) -> None:
        """Connect, and connect again whenever the line breaks."""
        self._thread.start()

    def stop(self) -> None:
        """End the line and its thread."""
        self._end.set()
        self._drop()
        self._thread.join(5)

    def report(self, message: Message) -> bool:
        """Send one packet; False when there is no line or it is full: then the line is dropped."""
        with self._guard:
            line = self._line
        if line is None:
            return False
        try:
            line.send(encode(message), socket.MSG_DONTWAIT)
        except OSError:
            self._drop()
            return False
        return True

    def _drop(self) -> None:
        with self._guard:
            if self._line is not None:
                try:
                    self._line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    log.debug("event=line_already_down")

    def _run(self) -> None:
        while not self._end.is_set():
            self._one_line()
            self._end.wait(RETRY_S)

    def _one_line(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
            try:
                line.connect(os.fspath(self._path))
            except OSError:
                return
            with self._guard:
                self._line = line
            try:
                self._listen(line)
            finally:
                with self._guard:
                    self._line = None
                self._put(KeeperGone())

    def _listen(self, line: socket.socket) -> None:
        while not self._end.is_set():
            try:
                packet = line.recv(MAX_BYTES + 1)
            except OSError:
                return
            if not packet:
                return
            try:
                want = decode(packet, FROM_KEEPER)
            except MalformedPacketError as problem:
                log.warning("event=keeper_packet_refused field=%s", problem)
                continue
            n, age_ms = cast("int", want["n"]), cast("int", want["age_ms"])
            self._put(Wanted(n, want["closed"] is True, age_ms))
