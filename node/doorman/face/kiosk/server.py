"""Who hands the tablet its page? A small HTTP server of the doorman's own, for reading alone, hub or no hub.

It listens on loopback unless node.toml names another address, answers GET alone, and only under the names
it was given (no page of elsewhere may read it through a false name). It shows what the display shows.
"""

import json
import logging
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from node.doorman.face.kiosk.telling import told
from node.doorman.face.screens import screen
from node.doorman.showing import Screen, Showing

log = logging.getLogger(__name__)
HERE: Final = files(__package__)
TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "woff2": "font/woff2"}
PAGES: Final = {"/": "page.html", "/kiosk.css": "kiosk.css", "/kiosk.js": "kiosk.js"}
FONTS: Final = frozenset(
    f"{family}-{part}-wght-normal.woff2"
    for family in ("atkinson-hyperlegible-next", "bricolage-grotesque")
    for part in ("latin", "latin-ext")
)
GUARDS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")
SLOW_S: Final = 5.0  # a client that says nothing for so long is let go


class KioskFace:
    """Keeps the present moment and serves it. Without its port it is silent: the machine works on."""

    def __init__(self, host: str, port: int, site: str = "") -> None:
        self._site = site
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

    def state(self, closed: str = "") -> bytes:
        """The present moment as JSON, `{}` before the first; `closed`: the stamp of a refusal that was read."""
        now = told(self.now, self._site, closed) if self.now else {}
        return json.dumps(now, ensure_ascii=False).encode()


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
        if hostname(str(self.headers.get("Host", ""))) not in self.server.names:
            self._answer(421, "text/plain", b"")
            return
        path, _, asked = self.path.partition("?")
        if path == "/state.json":
            closed = parse_qs(asked, max_num_fields=1).get("closed", [""])[0]
            self._answer(200, "application/json", self.server.face.state(closed))
            return
        found = _file(path)
        if found is None:
            self._answer(404, "text/plain", b"")
        else:
            self._answer(200, *found)

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
