"""Who can ask how the hub is, without being a member? A second, small listener on loopback (`ops_port`)."""

import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

HOST = "127.0.0.1"  # api.md: never judged by the peer's address, so nobody else may reach it


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10  # a half-sent request is not waited for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's name
        """A watcher asks every few seconds; that is no news."""


class Watching:
    """Serves `app` on a thread of its own; a port of 0 means nobody watches."""

    def __init__(self, app: Any, port: int) -> None:
        """Bind at once, so that a taken port is known before the hub starts."""
        self._server = make_server(HOST, port, app, _Server, _Quiet) if port else None

    @property
    def port(self) -> int:
        """Where it listens; 0 for nowhere."""
        return self._server.server_port if self._server else 0

    def start(self) -> None:
        """Answer from now on."""
        if self._server is not None:
            threading.Thread(target=self._server.serve_forever, name="ops", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
