"""The hub's own server with a bare Flask app beside it: `/bare/hello` and `/bare/bytes` are what our doors are held against.

Run as a child process (`python -m benchmarks.server DATABASE_URL FOLDER PORT`), asked over one kept-alive connection.
"""

import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from benchmarks.lab import NOW
from hub.app import create_app
from hub.cli.serving import Server
from hub.settings import load, write_new
from hub.store.store import open_store
from tests.ports import free_port

BYTES = "bytes.json"
PATIENCE_S = 30


class Standing:
    """A clock that stands still at the lab's hour."""

    def wall(self) -> Any:
        """Now."""
        return NOW

    def monotonic_ms(self) -> int:
        """No time passes."""
        return 0

    def on_leap(self, wake: Callable[[], None]) -> None:
        """It never leaps."""


@dataclass
class Served:
    """What the server takes for a hub."""

    app: Any

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""


def build(url: str, folder: Path) -> Served:
    """The hub's application over this database, and the bare one."""
    if not (folder / "var" / "hub.toml").exists():
        write_new(folder / "var", "http://127.0.0.1:1/", {"hub": {"production": False, "database": url}})
    store = open_store(url)
    store.make_room()  # as `Hub.start` does
    hub = create_app(load(folder / "var", {}), store=store, clock=Standing())
    return Served(DispatcherMiddleware(hub, {"/bare": _bare(folder / BYTES)}))


def _bare(path: Path) -> Flask:
    app = Flask("bare")
    body = path.read_bytes() if path.exists() else b""
    app.add_url_rule("/hello", "hello", lambda: "hello")
    app.add_url_rule("/bytes", "bytes", lambda: Response(body, mimetype="application/json"))
    return app


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def send(
        self,
        method: str,
        path: str,
        expected: int,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """Ask and read the whole answer; another status than expected is a broken benchmark."""
        self._connection.request(method, path, body, dict(headers or {}))
        answer = self._connection.getresponse()
        self.last = answer.read()
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status} {self.last[:300]!r}")
        return answer

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def served(url: str, folder: Path) -> Iterator[Client]:
    """A client of a server over this database; the child ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.server", url, str(folder), str(port)]
    child = subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, env={**os.environ, "PYTHONHASHSEED": "0"}
    )
    client = Client(port)
    try:
        _wait(child, client)
        yield client
    finally:
        client.close()
        child.terminate()
        child.wait(PATIENCE_S)


def _wait(child: "subprocess.Popen[bytes]", client: Client) -> None:
    deadline = monotonic() + PATIENCE_S
    while True:
        try:
            client.send("GET", "/bare/hello", 200)
        except (ConnectionError, http.client.HTTPException):
            client.close()
            if child.poll() is not None or monotonic() > deadline:
                raise
            sleep(0.05)
        else:
            return


def main(url: str, folder: str, port: str) -> None:
    """Serve until told to stop."""
    Server(f"127.0.0.1:{port}", lambda: build(url, Path(folder))).run()  # type: ignore[arg-type, return-value]


if __name__ == "__main__":
    main(*sys.argv[1:])
