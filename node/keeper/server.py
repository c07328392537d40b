"""Who speaks to the keeper? One Unix socket, one doorman; every packet goes to the inbox unread.

Rules: SOCK_SEQPACKET, 0660, the peer's uid checked by the kernel; a second keeper finds the lock
taken; a doorman that does not read is let go rather than waited for. Either a thread of its own
listens (`start`), or the loop does while it waits (`Hearing`): a tap then crosses one thread less.
"""

import logging
import os
import select
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.wire.socket import MAX_BYTES, MalformedPacketError, Message, encode
from node.keeper.alone import hold

MOST_CONNECTIONS: Final = 4  # one doorman, its successor, and two that will be told to go
log = logging.getLogger("loquet.keeper")


class Connection:
    """One peer; the loop sends, whoever listens reads."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        line.settimeout(0)

    def send(self, message: Message) -> bool:
        """Send one packet; False when the peer is gone or does not read."""
        try:
            self.line.send(encode(message))
        except MalformedPacketError:
            log.exception("event=packet_unsendable msg=%s", message["msg"])
        except OSError:
            return False
        return True

    def end(self) -> None:
        """Say farewell; whoever listens then sees the end and closes."""
        try:
            self.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("event=peer_already_gone")


Receive = Callable[[Connection, bytes | None], None]
"""Called by whoever listens with a packet, or with None when the peer is gone."""
Ready = list[tuple[int, int]]
"""Whose descriptor has something to say, and what kind of thing."""


class Server:
    """The listening end; `close` takes the socket's file away."""

    def __init__(self, path: Path, uids: frozenset[int], receive: Receive, *, held: bool = False) -> None:
        """`held`: the caller has the lock beside `path`. Raises AlreadyRunningError, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._uids, self._receive = path, uids, receive
        self._lock = None if held else hold(path)
        path.unlink(missing_ok=True)
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._door.bind(str(path))
        path.chmod(0o660)
        self._door.listen(MOST_CONNECTIONS)
        self._door.settimeout(0)
        self._eyes = select.epoll()  # itself, for `selectors` makes three things of each packet: a tap waits
        self._eyes.register(self._door, select.EPOLLIN)
        self._inner, self._outer = socket.socketpair()
        self._outer.settimeout(0)
        self._closing = False
        self._eyes.register(self._inner, select.EPOLLIN)
        self._peers: dict[int, Connection] = {}
        self._thread = threading.Thread(target=self._serve, name="keeper-socket", daemon=True)

    def start(self) -> None:
        """Begin to listen, in a thread of its own."""
        self._thread.start()

    def listen(self, timeout_s: float | None) -> Ready:
        """Wait until somebody speaks or rings, at most so long: who it was."""
        return self._eyes.poll(timeout_s)

    def take(self, ready: Ready) -> None:
        """Hand over what they said."""
        for number, _ in ready:
            peer = self._peers.get(number)
            if peer is not None:
                self._read(peer)
            elif number == self._inner.fileno():
                self._inner.recv(64)
            elif number == self._door.fileno():
                self._accept()

    def ring(self) -> None:
        """End a `listen`; from any thread, or a signal handler."""
        try:
            self._outer.send(b".")
        except BlockingIOError:
            log.debug("event=ringing_already")

    def close(self) -> None:
        """Stop listening, let everybody go, give the lock back."""
        self._closing = True
        self.ring()
        if self._thread.ident is not None:
            self._thread.join()
        for peer in self._peers.values():
            peer.line.close()
        for line in (self._door, self._inner, self._outer):
            line.close()
        self._eyes.close()
        self._path.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)

    def _serve(self) -> None:
        while not self._closing:
            self.take(self.listen(None))

    def _accept(self) -> None:
        try:
            line, _ = self._door.accept()
            uid = _uid(line)
        except OSError as problem:
            log.warning("event=accept_failed errno=%s", problem.errno)
            return
        if uid not in self._uids:
            log.warning("event=peer_refused uid=%s", uid)
            line.close()
            return
        peer = Connection(line)
        self._peers[line.fileno()] = peer
        self._eyes.register(line, select.EPOLLIN)
        if len(self._peers) > MOST_CONNECTIONS:
            self._gone(next(iter(self._peers.values())))

    def _read(self, peer: Connection) -> None:
        try:
            packet = peer.line.recv(MAX_BYTES + 1)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if packet:
            self._receive(peer, packet)
        else:
            self._gone(peer)

    def _gone(self, peer: Connection) -> None:
        if self._peers.pop(peer.line.fileno(), None) is None:
            return
        self._eyes.unregister(peer.line)
        peer.line.close()
        self._receive(peer, None)


class Hearing(threading.Condition):
    """The loop's condition with ears: who waits on it hears the socket meanwhile, and a notification rings there."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server, self._asleep = server, False

    def wait(self, timeout: float | None = None) -> bool:
        """Until notified, spoken to, or so many seconds have passed."""
        ready: Ready = []
        self._asleep = True  # before the lock is given away: from then on a notification must ring
        self.release()
        try:
            ready = self._server.listen(timeout)
        finally:
            self.acquire()
            self._asleep = False
        self._server.take(ready)
        return bool(ready)

    def notify(self, n: int = 1) -> None:
        """Wake the loop; there is one."""
        if n and self._asleep:
            self._server.ring()

    def notify_all(self) -> None:
        """The same."""
        if self._asleep:
            self._server.ring()


def _uid(line: socket.socket) -> int:
    """The peer's uid as the kernel saw it at connect (SO_PEERCRED: pid, uid, gid)."""
    credentials = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])
