"""How is one answer fetched over HTTP? With one time for all of it: name, connection, every byte.

A server that sends a byte a second is cut off all the same: at the end of the time the connection is shut
from another thread. Redirects are not followed: a printer has no reason to send us elsewhere.
"""

import http.client
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

MOST_BYTES: Final = 64 * 1024  # the longest status of the three is 4 KiB
WITHIN_S: Final = 2.0


class NotFetchedError(Exception):
    """No whole answer in time, or none at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body; `challenges` are what a 401 asks for."""

    status: int
    body: str
    challenges: tuple[str, ...] = ()


def fetch(url: str, headers: Mapping[str, str], within_s: float = WITHIN_S) -> Answer:
    """GET `url`. Raises NotFetchedError."""
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    line = kind(place.hostname or "", place.port, timeout=within_s)
    alarm = threading.Timer(within_s, _shut, (line,))
    alarm.daemon = True
    alarm.start()
    try:
        line.request("GET", path_of(url), headers=headers)
        answer = line.getresponse()
        body = answer.read(MOST_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        raise NotFetchedError(type(problem).__name__) from problem
    finally:
        alarm.cancel()
        line.close()
    if len(body) > MOST_BYTES:
        raise NotFetchedError("too long")
    if answer.length:
        raise NotFetchedError("cut off")
    challenges = tuple(answer.headers.get_all("WWW-Authenticate", ()))
    return Answer(answer.status, body.decode("utf-8", "replace"), challenges)


def path_of(url: str) -> str:
    """What stands in the request's first line."""
    place = urlsplit(url)
    return f"{place.path or '/'}{'?' + place.query if place.query else ''}"


def _shut(line: http.client.HTTPConnection) -> None:
    """Time is over: what waits on the connection wakes up with an end."""
    try:
        if line.sock is not None:
            line.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it had ended by itself
