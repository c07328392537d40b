"""What do hub and nodes say openly? Their states: for boards and displays alone.

Nothing is granted, ended or billed because of an open message.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from core.vocabulary import Inhibit, Phase, Trust
from core.wire.shapes import each, flag, maybe, moment, number, part, token, whole, word_of


@dataclass(frozen=True, slots=True)
class Holding:
    """Which version of a retained message a node holds."""

    epoch: Annotated[int, whole]
    rev: Annotated[int, whole]
    store: Annotated[str, token]


@dataclass(frozen=True, slots=True)
class LocksShown:
    """Which locks a node has taken over, and from which revision."""

    rev: Annotated[int, whole] = 0
    ids: Annotated[tuple[str, ...], each(token, 1000)] = ()


@dataclass(frozen=True, slots=True)
class HubState:
    """A hint of the hub's life for displays; it gives no time and no freshness."""

    state: Annotated[str, token]
    epoch: Annotated[int | None, maybe(whole)] = None
    store: Annotated[str | None, maybe(token)] = None
    time: Annotated[datetime | None, maybe(moment)] = None
    seq: Annotated[int, whole] = 0


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node's open state: for boards alone; nothing is granted, ended or billed because of it."""

    online: Annotated[bool, flag]
    machine: Annotated[str | None, maybe(token)] = None
    phase: Annotated[Phase | None, maybe(word_of(Phase))] = None
    inhibits: Annotated[tuple[Inhibit, ...], each(word_of(Inhibit), 16)] = ()
    session: Annotated[str | None, maybe(token)] = None
    busy: Annotated[bool | None, maybe(flag)] = None
    power_w: Annotated[float | None, maybe(number)] = None
    until: Annotated[datetime | None, maybe(moment)] = None
    boot: Annotated[str | None, maybe(token)] = None
    view: Annotated[Holding | None, maybe(part(Holding))] = None
    locks: Annotated[LocksShown | None, maybe(part(LocksShown))] = None
    trust: Annotated[Trust | None, maybe(word_of(Trust))] = None
    keeper: Annotated[str | None, maybe(token)] = None
    reader: Annotated[str | None, maybe(token)] = None
    relay: Annotated[str | None, maybe(token)] = None
    bypass: Annotated[bool | None, maybe(flag)] = None
    version: Annotated[str | None, maybe(token)] = None
    uptime_s: Annotated[int | None, maybe(whole)] = None
