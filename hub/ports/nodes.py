"""Which box stands beside which machine, what was it told, and what did it last say?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


class OutageCause(StrEnum):
    """Why a node was not heard: the way to it, or nobody knows; the hub itself; its own power (it came back new)."""

    UNHEARD = "unheard"
    HUB = "hub"
    POWER = "power"


class Outage(NamedTuple):
    """A time in which a node was not heard; `until` None while it lasts."""

    since: datetime
    until: datetime | None
    cause: OutageCause


@dataclass(frozen=True, slots=True)
class Node:
    """`view_rev`/`lock_rev` are what it was told, `held` what its hello says it holds, `live` its last state."""

    id: str
    lab: str
    machine: str
    sealed_key: bytes
    view_rev: int
    view_hash: str
    lock_rev: int
    held: Mapping[str, Any]
    live: Mapping[str, Any]
    online: bool
    version: str
    boot: str
    last_seen: datetime | None
    created: datetime
    retired: datetime | None


class Nodes(Protocol):
    """The nodes."""

    def get(self, node: str, *, lock: bool = False) -> Node | None:
        """The node with this name; `lock` holds its row (PostgreSQL): views are published under it."""
        ...

    def at(self, machine: str) -> Node | None:
        """The node beside a machine."""
        ...

    def all(self, lab: str | None = None) -> Sequence[Node]:
        """Nodes by name, retired ones too."""
        ...

    def add(self, node: str, lab: str, machine: str, sealed_key: bytes, now: datetime) -> None:
        """Pair a node with a machine."""
        ...

    def retire(self, node: str, at: datetime | None) -> None:
        """Take it out of service, or (None) back."""
        ...

    def move(self, node: str, machine: str) -> None:
        """Beside another machine, which has none."""
        ...

    def outdate_view(self, machine: str) -> tuple[str, str] | None:
        """The view of the node beside a machine is no longer true: raise its revision, hold its row; (id, lab), None: no node."""
        ...

    def set_view(self, node: str, rev: int, digest: str) -> None:
        """What view it is told from now on."""
        ...

    def bump_locks(self, node: str) -> int:
        """Raise the revision of its locks and return it."""
        ...

    def seen(self, node: str, now: datetime, values: Mapping[str, object]) -> bool:
        """Keep what it said: any of live, held, online, version, boot; False when there is no such node."""
        ...

    def lost(self, node: str, since: datetime, cause: OutageCause = OutageCause.UNHEARD) -> None:
        """It is not heard since then: an outage begins, unless one lasts already."""
        ...

    def restarted(self, node: str) -> None:
        """It comes back as a new start: an outage that lasts and is not the hub's was its own power."""
        ...

    def back(self, node: str, now: datetime) -> None:
        """It is heard again: its outage ends."""
        ...

    def outages(self, node: str, start: datetime, end: datetime) -> Sequence[Outage]:
        """When it was not heard within [start, end), in order."""
        ...
