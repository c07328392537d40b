"""Who hands the tablet its page? A small HTTP server of the doorman's own, hub or no hub.

It listens on loopback unless node.toml names another address, and answers only under the names it was given
(no page of elsewhere may read it through a false name). It shows what the display shows. Buttons are for the
tablet on this very board: a press comes from loopback, from this page's own origin, with the secret of this
start, and only what is offered at that moment is taken; elsewhere the page is for reading.
"""

import json
import logging
import secrets
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from ipaddress import ip_address
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from node.doorman.face.kiosk.pressing import MOST_BYTES, judged
from node.doorman.face.kiosk.telling import Asked, told
from node.doorman.face.screens import screen
from node.doorman.flood import Bucket
from node.doorman.showing import Screen, Showing

log = logging.getLogger(__name__)
HERE: Final = files(__package__)
TYPES: Final = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "woff2": "font/woff2",
}
PAGES: Final = {
    "/": "page.html",
    **{f"/{name}": name for name in ("kiosk.css", "kiosk.js", "panels.js", "materials.json")},
}
FONTS: Final = frozenset(
    f"{family}-{part}-wght-normal.woff2"
    for family in ("atkinson-hyperlegible-next", "bricolage-grotesque")
    for part in ("latin", "latin-ext")
)
GUARDS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  node.toml's choice; loopback is among it
SLOW_S: Final = 5.0  # a client that says nothing for so long is let go
MOST_PRESSES: Final = 10  # at once, then one a second: more is no finger
MOST_DIGITS: Final = 4  # of a length that is looked at
PROOF: Final = "X-Loquet-Kiosk"  # the secret of this start: a page of elsewhere cannot read it
Put = Callable[[object], None]


class KioskFace:
    """Keeps the present moment and serves it; `put` takes what is pressed (None: a page for reading alone).

    Without its port it is silent: the machine works on.
    """

    def __init__(self, host: str, port: int, site: str = "", put: Put | None = None) -> None:
        self._site, self._put, self._host = site, put, host
        self.token = secrets.token_urlsafe(16)
        self._bucket, self._one = Bucket(MOST_PRESSES), Lock()
        self.now: Showing | None = None
        self._server: ThreadingHTTPServer | None = None
        try:
            self._server = _Server(self, host, port)
        except OSError as problem:
            log.warning("event=kiosk_without_port port=%d why=%s", port, problem.strerror)
            return
        Thread(target=self._server.serve_forever, name="kiosk", daemon=True).start()

    @property
    def port(self) -> int | None:
        """The port it listens on, None where it could not."""
        return int(self._server.server_address[1]) if self._server else None

    @property
    def pressable(self) -> bool:
        """Whether a tablet on this board can reach it with a press."""
        return self.port is not None and self._put is not None and self._host in (*OWN_NAMES, *EVERYWHERE)

    def show(self, showing: Showing) -> Screen:
        """The moment to be served from now on."""
        self.now = showing
        return screen(showing, self._site)

    def close(self) -> None:
        """Serve no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def state(self, asked: Asked, *, here: bool) -> bytes:
        """The present moment as JSON, `{}` before the first; `here`: for the tablet on this board."""
        if self.now is None:
            return b"{}"
        now = told(self.now, self._site, asked)
        if here and self._put:
            now["token"] = self.token
        else:
            now |= {"buttons": [], "pad": {}, "report": {}}
        return json.dumps(now, ensure_ascii=False).encode()

    def press(self, body: bytes) -> int:
        """Take what was pressed: 204, or the status of its refusal."""
        with self._one:
            showing = self.now
            if showing is None or self._put is None:
                return 403
            if not self._bucket.take(showing.now_ms):
                return 429
            event = judged(body, showing, lambda: secrets.token_urlsafe(12))
            if isinstance(event, int):
                return event
            self._put(event)
        return 204


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, face: KioskFace, host: str, port: int) -> None:
        self.face, self.names = face, (*OWN_NAMES, host)
        super().__init__((host, port), _Door)


class _Door(BaseHTTPRequestHandler):
    timeout = SLOW_S
    server: _Server
    server_version, sys_version = "loquet", ""

    def do_GET(self) -> None:
        """One page, script, font or the state; anything else is not found."""
        if hostname(self._said("Host")) not in self.server.names:
            self._answer(421, "text/plain", b"")
            return
        path, _, query = self.path.partition("?")
        if path == "/state.json":
            self._answer(200, "application/json", self.server.face.state(_asked(query), here=self._here()))
            return
        found = _file(path)
        if found is None:
            self._answer(404, "text/plain", b"")
        else:
            self._answer(200, *found)

    def do_POST(self) -> None:
        """A button, from the tablet on this board and from this page alone."""
        status = self._against()
        if status is None:
            status = self.server.face.press(self.rfile.read(int(self._said("Content-Length"))))
        self.close_connection = True
        self._answer(status, "text/plain", b"")

    def _against(self) -> int | None:
        """Why this is no press, or None: false name, not from here, from another page, without the secret."""
        host, length = self._said("Host"), self._said("Content-Length")
        if hostname(host) not in self.server.names:
            return 421
        if self.path != "/press":
            return 404
        own = self._said("Origin") == f"http://{host}"
        token = secrets.compare_digest(self._said(PROOF).encode(), self.server.face.token.encode())
        if not (self._here() and own and token):
            return 403
        if self._said("Content-Type") != "application/json":
            return 415
        if not (length.isascii() and length.isdigit()):
            return 411
        return 413 if len(length) > MOST_DIGITS or int(length) > MOST_BYTES else None

    def _here(self) -> bool:
        """Whether the other end is on this board."""
        return ip_address(str(self.client_address[0])).is_loopback

    def _said(self, header: str) -> str:
        return str(self.headers.get(header, ""))

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        same = status == 200 and self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-cache")
        for header, words in GUARDS.items():
            self.send_header(header, words)
        self.send_header("Content-Length", "0" if same else str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """A tablet asks every second: that is no news."""


def hostname(host: str) -> str:
    """The name in a Host header, without port and brackets; "" when it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _asked(query: str) -> Asked:
    """Which refusal was closed, and which language was chosen; rubbish is nothing."""
    try:
        said = parse_qs(query, max_num_fields=2)
    except ValueError:
        return Asked()
    return Asked(said.get("closed", [""])[0], said.get("lang", [""])[0])


def _file(path: str) -> tuple[str, bytes] | None:
    """Type and bytes of a file by its path; only those that are named here are ever opened."""
    name = PAGES.get(path) or (
        f"vendor/{path[7:]}" if path.startswith("/fonts/") and path[7:] in FONTS else None
    )
    if name is None:
        return None
    try:
        return TYPES[name.rpartition(".")[2]], HERE.joinpath(name).read_bytes()
    except FileNotFoundError:  # the fonts come with `make setup`; without them the system's serve
        return None
