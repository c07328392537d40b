"""How is a network plug spoken to? What every make must offer, and what is heard from it.

Rules: a plug is never switched on without its own timer set, in the same command or before it, and not before it
has said that it stays off after a power cut (R44); what the broker kept (a retained message) says nothing of now; a
payload that is not understood says nothing.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Say:
    """One MQTT message to the plug."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP GET to the plug."""

    url: str


Step = Say | Call


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message says; None where it says nothing of it."""

    on: bool | None = None
    watts: float | None = None
    armed: bool | None = None  # its own timer runs, or is set for the next switching on
    online: bool | None = None
    safe: bool | None = None  # it stays off when the mains return, and never goes on by itself


NOTHING = Heard()


class Dialect(Protocol):
    """One make of plug. `arms_first`: its timer is set by a message of its own, to be confirmed before `on`."""

    arms_first: bool

    def topics(self) -> tuple[str, ...]:
        """What to subscribe to."""
        ...

    def secure(self) -> tuple[Step, ...]:
        """Have it stay off when the mains return; the answer is to say `safe`."""
        ...

    def arm(self) -> tuple[Step, ...]:
        """Set the timer for the switching on to come."""
        ...

    def on(self) -> tuple[Step, ...]:
        """Switch on, and start the timer anew: also the renewal."""
        ...

    def off(self) -> tuple[Step, ...]:
        """Switch off."""
        ...

    def ask(self) -> tuple[Step, ...]:
        """Ask for state and power."""
        ...

    def read(self, topic: str, payload: str) -> Heard:
        """What a message says."""
        ...

    def answered(self, body: str) -> Heard:
        """What the answer to a `Call` says."""
        ...


def json_object(payload: str) -> dict[str, Any]:
    """The JSON object in `payload`, empty when it is none."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def number(value: object) -> float | None:
    """A number of watts, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        return None
    return float(value)


def flag(value: object) -> bool | None:
    """true or false, or None."""
    return value if isinstance(value, bool) else None


def dig(found: object, *names: str) -> object:
    """The value at that path of objects, or None."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
