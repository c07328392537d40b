"""Does the printer print? One address and one reading of its answer for each of three servers.

Rules: paused, pausing and cancelling are busy (a cut would lose the part); a word that is not known, an error
and a printer that its server has lost are no answer at all: the sensor then counts as lost.
Sources: the OctoPrint REST API ("Printer operations"), the PrusaLink API v1 (its OpenAPI file), Moonraker's
"Printer administration" with Klipper's `print_stats` ("Status reference").
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.courier.plugs import dig, json_object

OK: Final = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What to GET, and how to read status and body: True busy, False idle, None unknown."""

    path: str
    read: Callable[[int, str], bool | None]


def octoprint(status: int, body: str) -> bool | None:
    """`state.flags`; 409 means that OctoPrint has no connection to the printer."""
    flags = dig(json_object(body), "state", "flags")
    if status != OK or not isinstance(flags, dict) or flags.get("operational") is not True:
        return None
    words = ("printing", "pausing", "paused", "cancelling", "finishing", "resuming")
    if any(flags.get(word) is True for word in words):
        return True
    return False if flags.get("ready") is True else None


PRUSA: Final = {
    "PRINTING": True, "PAUSED": True, "BUSY": True, "ATTENTION": True,
    "IDLE": False, "READY": False, "FINISHED": False, "STOPPED": False,
}  # fmt: skip
"""`printer.state`; ATTENTION waits for a person in a job. ERROR is not in it: nobody knows."""


def prusalink(status: int, body: str) -> bool | None:
    """`printer.state` of /api/v1/status."""
    state = dig(json_object(body), "printer", "state")
    return PRUSA.get(state) if status == OK and isinstance(state, str) else None


KLIPPER: Final = {"printing": True, "paused": True, "standby": False, "complete": False, "cancelled": False}
"""`print_stats.state`; `error` is not in it: nobody knows."""


def moonraker(status: int, body: str) -> bool | None:
    """`print_stats.state`; an answer 4xx or 5xx means that Klipper is not there."""
    state = dig(json_object(body), "result", "status", "print_stats", "state")
    return KLIPPER.get(state) if status == OK and isinstance(state, str) else None


QUESTIONS: Final = {
    "octoprint": Question("/api/printer?exclude=temperature,sd", octoprint),
    "prusalink": Question("/api/v1/status", prusalink),
    "moonraker": Question("/printer/objects/query?print_stats", moonraker),
}
