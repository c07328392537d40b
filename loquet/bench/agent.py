"""What does the bench ask of one program? A thread inside it answers over the launcher's socket."""

import os
import socket
from collections.abc import Mapping
from typing import Any

from loquet.bench.channel import Channel, Handler
from loquet.bench.clock import BenchClock

BENCH = "LOQUET_BENCH"  # the environment names the launcher's socket


def call_home(name: str, handlers: Mapping[str, Handler], path: str | None = None) -> Channel:
    """Open a line to the launcher and say `name`; `handlers` serve what it asks."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.connect(path or os.environ[BENCH])
    channel = Channel(line, handlers)
    channel.start(f"bench {name}")
    if name:
        channel.call("hello", name=name, pid=os.getpid())
    return channel


class Agent:
    """Answers `leap` and `settled` for a program, and whatever else it can show or be given."""

    def __init__(self, clock: BenchClock, name: str, handlers: Mapping[str, Handler]) -> None:
        """Prepare for `name`; a handler called `standing` adds to what `settled` tells."""
        self._clock = clock
        self._name = name
        self._handlers: dict[str, Handler] = {
            "standing": dict,
            **handlers,
            "leap": self._leap,
            "settled": self._settled,
            "freeze": self._freeze,
            "thaw": self._clock.thaw,
        }
        self.channel: Channel | None = None

    def add(self, name: str, handler: Handler) -> None:
        """Serve one more thing; before `start`."""
        self._handlers[name] = handler

    def start(self, path: str | None = None) -> None:
        """Call the launcher (at `path`, or where the environment says); it may ask from now on."""
        self.channel = call_home(self._name, self._handlers, path)

    def _leap(self) -> None:
        self._clock.thaw()
        self._clock.leaped()

    def _freeze(self) -> dict[str, Any]:
        self._clock.freeze()
        return self._settled()

    def _settled(self) -> dict[str, Any]:
        return {**self._clock.standing(), **self._handlers["standing"]()}
