"""How are the pages served? gunicorn, one worker with 128 threads (parts.md); the hub lives in that worker."""

import gc
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from hub.cli.building import Hub
from hub.cli.logs import configure

THREADS = 128  # parts.md: with 8, twelve slow readers starve every page
HEADERS_S = 10  # parts.md: a header time-out
WORKER_SILENT_S = 60
LEAVING_S = 3


class Server(BaseApplication):  # type: ignore[misc]
    """A gunicorn of our own options; `build` makes and starts the hub inside the worker."""

    def __init__(self, address: str, build: Callable[[], Hub], **options: Any) -> None:
        """Serve on `address` ("127.0.0.1:8080"); `options` are gunicorn's."""
        self._options = {
            "bind": address,
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "timeout": WORKER_SILENT_S,
            "graceful_timeout": LEAVING_S,
            "keepalive": HEADERS_S,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "worker_exit": lambda _server, _worker: self._stop(),
            **options,
        }
        self._build = build
        self._hub: Hub | None = None
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn our options; it reads no file and no command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker: build the hub, start it, hand over its app."""
        configure()
        self._hub = self._build()
        self._hub.start()
        gc.freeze()  # what stands now lives as long as the hub: looking it over again and again would delay answers
        return self._hub.app

    def _stop(self) -> None:
        if self._hub is not None:
            self._hub.stop()
            self._hub = None
