"""Who is on the line? Programs call the launcher's socket, say their name, and can then be asked."""

import contextlib
import socket
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loquet.bench.channel import BenchNo, Channel, Handler


@dataclass
class Line:
    """A program that called in."""

    name: str
    channel: Channel

    def standing(self, within_s: float) -> Mapping[str, Any]:
        """Ask what it waits for; a program that died meanwhile waits for nothing."""
        return self._ask("settled", within_s)

    def freeze(self, within_s: float) -> Mapping[str, Any]:
        """Stop its loops where they wait, and ask the same."""
        return self._ask("freeze", within_s)

    def thaw(self, within_s: float) -> None:
        """Let its loops go on, the clock not having been moved."""
        self._ask("thaw", within_s)

    def leap(self, within_s: float) -> None:
        """Wake it after the clock was moved."""
        self._ask("leap", within_s)

    def _ask(self, do: str, within_s: float) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self.channel.call(do, within_s=within_s) or {}
            return answer
        except BenchNo:
            if self.channel.closed.is_set():
                return {}
            raise


class Switchboard:
    """The launcher's listening socket and the programs that called in."""

    def __init__(self) -> None:
        """Nobody is on the line yet."""
        self._lines: dict[str, Line] = {}
        self._ends: weakref.WeakSet[Channel] = weakref.WeakSet()
        self._guard = threading.Condition()
        self._listener: socket.socket | None = None

    def listen(self, path: Path, asked: Mapping[str, Handler]) -> None:
        """Take calls at `path`, serving `asked` to everybody."""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener, asked), name="bench", daemon=True).start()

    def close(self) -> None:
        """Take no more calls, and hang up on everybody."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for end in list(self._ends):
            end.close()

    def line(self, name: str) -> Line | None:
        """The program that called in as `name`, if it is there."""
        with self._guard:
            line = self._lines.get(name)
        return line if line is not None and not line.channel.closed.is_set() else None

    def lines(self) -> list[Line]:
        """Every program that is there."""
        with self._guard:
            lines = list(self._lines.values())
        return [line for line in lines if not line.channel.closed.is_set()]

    def wait_for(self, name: str, within_s: float) -> bool:
        """Wait until the program `name` has called in."""
        with self._guard:
            return self._guard.wait_for(lambda: name in self._lines, within_s)

    def forget(self, names: list[str]) -> None:
        """Hang up on programs that were ended on purpose."""
        with self._guard:
            gone = [self._lines.pop(name) for name in names if name in self._lines]
        for line in gone:
            line.channel.close()

    def _accept(self, listener: socket.socket, asked: Mapping[str, Handler]) -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            handlers = dict(asked)
            channel = Channel(end, handlers)
            self._ends.add(channel)
            handlers["hello"] = self._hello(channel)
            channel.start("bench line")

    def _hello(self, channel: Channel) -> Handler:
        def hello(name: str, pid: int) -> dict[str, Any]:
            with self._guard:
                self._lines[name] = Line(name, channel)
                self._guard.notify_all()
            return {"pid": pid}

        return hello
