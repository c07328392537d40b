"""How is a network cable pulled on the bench? A TCP relay between one node and the broker, up or down.

Down means: every connection dies at once and none is taken. TCP_NODELAY on both ends, as in wire.md.
"""

import contextlib
import selectors
import socket
import threading

CHUNK = 65_536  # one read; no message of ours is larger than a few of these


class Cable:
    """A listening port of its own, relayed to `target` while the cable is in."""

    def __init__(self, target: tuple[str, int]) -> None:
        """Listen on a free port of loopback; `target` is the broker."""
        self._target = target
        self._guard = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._up = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name=f"cable {self.port}", daemon=True).start()

    @property
    def up(self) -> bool:
        """Whether the cable is in."""
        return self._up

    def plug(self, *, up: bool) -> None:
        """Put the cable in, or pull it: then what runs over it dies at once."""
        with self._guard:
            self._up = up
            doomed = [] if up else list(self._pairs)
        for pair in doomed:
            hang_up(*pair)

    def close(self) -> None:
        """Pull the cable and stop listening."""
        self.plug(up=False)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        if not self._up:
            near.close()
            return
        try:
            far = socket.create_connection(self._target, timeout=2)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        pair = (near, far)
        for end in pair:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._pairs.add(pair)
            late = not self._up
        if late:
            hang_up(*pair)
        pump(near, far)
        with self._guard:
            self._pairs.discard(pair)
        near.close()
        far.close()


def pump(near: socket.socket, far: socket.socket) -> None:
    """Carry bytes both ways until either end is over; then hang up on both."""
    with selectors.DefaultSelector() as ready, contextlib.suppress(OSError, ValueError):
        ready.register(near, selectors.EVENT_READ, far)
        ready.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in ready.select():
                chunk = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]
                if not chunk:
                    hang_up(near, far)
                    return
                key.data.sendall(chunk)
    hang_up(near, far)


def hang_up(*ends: socket.socket) -> None:
    """Shut both directions of each end, whatever state it is in."""
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
