"""How do launcher, hub and node programs talk on the bench? JSON lines over a Unix socket, both ways.

A request is `{"id", "do", "with": {…}}`, its answer `{"id", "ok": value}` or `{"id", "no": [status, text]}`.
Each request is served on a thread of its own, so that a slow one never holds up another.
"""

import contextlib
import itertools
import json
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError
from typing import Any

Handler = Callable[..., Any]


class BenchNo(Exception):  # noqa: N818  a refusal that travels, not a breakage
    """What the bench will not do: an HTTP status and a short text."""

    def __init__(self, status: int, text: str) -> None:
        """Keep `status` (404, 409, 422, 504) and `text` for the far end."""
        super().__init__(text)
        self.status = status
        self.text = text


class Channel:
    """One end of a line between two programs; either may ask, either may serve."""

    def __init__(self, line: socket.socket, handlers: Mapping[str, Handler]) -> None:
        """Serve `handlers` over `line`; nothing happens before `start`."""
        self._line = line
        self._handlers = handlers
        self._ids = itertools.count(1)
        self._open: dict[int, Future[Any]] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self.closed = threading.Event()

    def start(self, name: str) -> None:
        """Begin reading, on a daemon thread called `name`."""
        threading.Thread(target=self._read, name=name, daemon=True).start()

    def call(self, do: str, *, within_s: float = 10.0, **args: object) -> Any:
        """Ask the far end and wait; BenchNo(504) when it does not answer in time or is gone."""
        number = next(self._ids)
        future: Future[Any] = Future()
        with self._guard:
            self._open[number] = future
        try:
            self._send({"id": number, "do": do, "with": args})
            return future.result(within_s)
        except TooLateError as late:
            raise BenchNo(504, f"no answer to {do}") from late
        except OSError as gone:
            self.closed.set()
            raise BenchNo(504, "the program is gone") from gone
        finally:
            with self._guard:
                self._open.pop(number, None)

    def close(self) -> None:
        """Hang up; every open question answers 504."""
        self.closed.set()
        with contextlib.suppress(OSError):  # the far end was first
            self._line.shutdown(socket.SHUT_RDWR)  # the reading thread closes it

    def _send(self, message: dict[str, object]) -> None:
        text = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._writing:
            self._line.sendall(text)

    def _read(self) -> None:
        try:
            with self._line.makefile("rb") as lines:
                for text in lines:
                    self._take(json.loads(text))
        except (OSError, ValueError):
            pass  # the far end died in the middle of a line
        self.closed.set()
        self._line.close()
        with self._guard:
            left = list(self._open.values())
        for future in left:
            if not future.done():
                future.set_exception(BenchNo(504, "the program is gone"))

    def _take(self, message: dict[str, Any]) -> None:
        if "do" in message:
            threading.Thread(target=self._serve, args=(message,), daemon=True).start()
            return
        with self._guard:
            future = self._open.get(message["id"])
        if future is None or future.done():
            return  # it answered after we had stopped waiting
        if "no" in message:
            future.set_exception(BenchNo(*message["no"]))
        else:
            future.set_result(message["ok"])

    def _serve(self, message: dict[str, Any]) -> None:
        answer: dict[str, object] = {"id": message["id"]}
        try:
            handler = self._handlers[message["do"]]
            answer["ok"] = handler(**message.get("with", {}))
        except BenchNo as no:
            answer["no"] = [no.status, no.text]
        except Exception as fault:  # noqa: BLE001  the line must answer whatever a handler does
            answer["no"] = [500, f"{type(fault).__name__}: {fault}"]
        try:
            self._send(answer)
        except OSError:
            self.closed.set()
