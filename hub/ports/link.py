"""How does the hub speak with its nodes? What `hub.app` and the bench may ask of a gateway."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.wire.messages import Ack, Answer, Ask, Done, Hello, NodeState, Now, Records


class NodeLink(Protocol):
    """A gateway to the nodes; threads of its own, started and stopped by the wiring."""

    @property
    def online(self) -> bool:
        """Does the broker hold our connection?"""
        ...

    def start(self) -> None:
        """Connect, and connect again for ever."""
        ...

    def stop(self) -> None:
        """Finish what was taken, say that the hub is down, disconnect."""
        ...

    def flush(self) -> None:
        """Look at the outbox now: a transaction was committed, or the clock was moved."""
        ...

    def idle(self) -> bool:
        """Is nothing under way: no message waiting, none being handled, nothing due in the outbox?"""
        ...


class Later:
    """Not to be answered at once: something is to be written first."""


def _later(_node: str, _ask: Ask) -> Later:
    return Later()


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who takes what the nodes say: each makes its own transaction; what it returns is sent after.

    For one node they are called in order and one at a time; for several nodes at once. What a
    handler raises is logged, and the message counts as unheard: a node says what matters again.
    `at_once` answers what changes nothing, without waiting for anybody; what it leaves goes to `on_ask`.
    """

    on_state: Callable[[str, NodeState], None]
    on_hello: Callable[[str, Hello], Now | None]
    on_records: Callable[[str, Records], Ack | None]
    on_ask: Callable[[str, Ask], Answer | None]
    on_done: Callable[[str, Done], None]
    on_broker_lost: Callable[[], None]
    at_once: Callable[[str, Ask], Answer | Later | None] = _later
