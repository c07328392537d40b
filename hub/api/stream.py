"""Who watches the machines live? Server-sent events on a thread of their own, never on the pages' threads.

1. The connection is taken out of the server's hands: the worker's thread is free again at once.
2. One thread serves all who watch, and looks at the machines once a second, and only while somebody watches.
3. Nothing personal: what is said is what GET /machines says. Six streams an address; beyond, 503: poll /board.json.
"""

import os
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.api import shapes
from hub.api.door import PREFIX, Answer, Ask, Deps
from hub.api.pages import encoded
from hub.api.problems import busy
from hub.api.routes import Routes
from hub.ports import Busy
from hub.services.showing import machines_shown

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = f"{PREFIX}/stream"
CAP = 6  # api.md: streams of one address
MOST = 200  # streams of all: file descriptors are finite
LOOK_S = 1.0  # how often the machines are looked at
BEAT_LOOKS = 15  # a comment so often, so that a dead connection is noticed and a proxy keeps a quiet one
BEHIND_MOST = 256 * 1024  # bytes that a slow reader may be behind; then it must come again
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n"
)
routes = Routes()


@routes.add("GET", "/stream", answer="text/event-stream")
def stream(_ask: Ask) -> Answer:
    """Machines as they change (server-sent events): `event: machine`, data as in /machines."""
    raise busy(retry_s=10)  # only where there is no connection to take, or no room


@dataclass(slots=True)
class Watcher:
    """One connection; `behind` is what it has not taken yet."""

    line: socket.socket
    address: str
    behind: bytes = b""


@dataclass
class Streams:
    """WSGI: takes requests for PATH out of the server's hands, lets `app` answer all others.

    A connection is the server's own socket; in its place the server is left one whose other end is closed.
    """

    app: "WSGIApplication"
    deps: Deps
    headers: Mapping[str, str]
    _watchers: dict[int, Watcher] = field(default_factory=dict)
    _fresh: list[Watcher] = field(default_factory=list)
    _addresses: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[str, bytes] = field(default_factory=dict)
    _runs: bool = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Stream, or let the app answer (503 when there is no room)."""
        line = environ.get("gunicorn.socket")
        wanted = environ.get("PATH_INFO") == PATH and environ.get("REQUEST_METHOD") == "GET"
        if not wanted or line is None or not self._room(str(environ.get("REMOTE_ADDR", ""))):
            return self.app(environ, start_response)
        self._take(line, str(environ.get("REMOTE_ADDR", "")))
        start_response(
            "200 OK", [("Connection", "close")]
        )  # into the void: the server holds no connection now
        return []

    def _room(self, address: str) -> bool:
        with self._turn:
            if self._addresses[address] >= CAP or self._addresses.total() >= MOST:
                return False
            self._addresses[address] += 1
            return True

    def _take(self, line: socket.socket, address: str) -> None:
        """Keep the connection, and leave the server a dead one in its place."""
        ours = line.dup()
        dead, other = socket.socketpair()
        os.dup2(dead.fileno(), line.fileno())
        dead.close()
        other.close()
        ours.settimeout(0.0)
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        with self._turn:
            self._fresh.append(Watcher(ours, address, f"{HEAD}{more}\r\n".encode()))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._serve, name="streams", daemon=True).start()

    def _serve(self) -> None:
        looks = 0
        with selectors.DefaultSelector() as ears:
            try:
                while self._go_on():
                    looks += 1
                    news = self._news() + (b":\n\n" if looks % BEAT_LOOKS == 0 else b"")
                    for one in self._watchers.values():
                        one.behind += news
                    self._welcome(ears)
                    self._send(ears)
                    self._listen(ears)
            finally:
                self._close(ears)

    def _go_on(self) -> bool:
        """Whether anybody watches; with the last one the thread ends."""
        with self._turn:
            self._runs = bool(self._watchers or self._fresh)
            return self._runs

    def _welcome(self, ears: selectors.BaseSelector) -> None:
        with self._turn:
            fresh, self._fresh = self._fresh, []
        for one in fresh:
            one.behind += b"".join(self._known.values())
            self._watchers[one.line.fileno()] = one
            ears.register(one.line, selectors.EVENT_READ, one)

    def _news(self) -> bytes:
        """What changed since the last look, as events."""
        try:
            now = self.deps.clock.wall()
            shown = self.deps.store.read(lambda tx: machines_shown(tx, now))
        except Busy:
            return b""
        events = {one.machine.id: _event(encoded(shapes.machine(one))) for one in shown}
        changed = [event for name, event in events.items() if self._known.get(name) != event]
        self._known = events
        return b"".join(changed)

    def _send(self, ears: selectors.BaseSelector) -> None:
        for one in list(self._watchers.values()):
            try:
                while one.behind:
                    one.behind = one.behind[one.line.send(one.behind) :]
            except BlockingIOError:
                if len(one.behind) > BEHIND_MOST:
                    self._drop(ears, one)
            except OSError:
                self._drop(ears, one)

    def _listen(self, ears: selectors.BaseSelector) -> None:
        """Wait for the next look; whoever hangs up, or has more to say, is let go."""
        for key, _ in ears.select(LOOK_S) if self._watchers else ():
            self._drop(ears, key.data)

    def _drop(self, ears: selectors.BaseSelector, one: Watcher) -> None:
        ears.unregister(one.line)
        del self._watchers[one.line.fileno()]
        one.line.close()
        with self._turn:
            self._addresses[one.address] -= 1
            self._addresses += Counter()  # forgets those with none

    def _close(self, ears: selectors.BaseSelector) -> None:
        """The thread ends: whoever still watches comes again."""
        with self._turn:
            self._runs = False
        for one in list(self._watchers.values()):
            self._drop(ears, one)


def _event(body: bytes) -> bytes:
    return b"event: machine\ndata: " + body + b"\n\n"
