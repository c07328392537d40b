"""What follows from a record that a node wrote? One line for each type; what a session comes to is worked out last.

The record is stored already and stays as it came: whatever is refused here is refused to people, not to the journal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.session import TYPES
from hub.ports import BadgeVault, Node, Tx
from hub.services import (
    airing,
    arriving,
    locking_out,
    overrunning,
    reporting,
    resting,
    signing_off,
    supervised,
    using,
)

SESSION = frozenset({*TYPES, "supervise"})


@dataclass(frozen=True, slots=True)
class Fact:
    """A record as it is looked at here."""

    type: str
    at: datetime
    session: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """In which transaction, of which node, at what time, with which keys (None: no badge can be told)."""

    tx: Tx
    node: Node
    now: datetime
    vault: BadgeVault | None = None


def follow(desk: Desk, facts: Iterable[Fact]) -> None:
    """Draw the consequences of records that are new, in their order."""
    told = list(facts)
    for fact in told:
        for consequence in CONSEQUENCES.get(fact.type, ()):
            consequence(desk, fact)
    airing.recorded(desk.tx, desk.node, told, desk.now)
    for session in dict.fromkeys(one.session for one in told if one.type in SESSION):
        if session is not None:
            using.session_recorded(desk.tx, desk.node, session, desk.now)
    for fact in told:  # once the sessions are known
        if fact.type == "tap" and desk.vault is not None:
            resting.tapped(desk.tx, desk.node, fact.data, (fact.at, desk.now), desk.vault)


def _locked(desk: Desk, fact: Fact) -> None:
    lock = fact.data.get("lock")
    if isinstance(lock, str):
        locking_out.recorded_set(desk.tx, lock, desk.node, fact.data, fact.at)


def _lifted(desk: Desk, fact: Fact) -> None:
    lock, by = fact.data.get("lock"), fact.data.get("by")
    if isinstance(lock, str):
        known = by if isinstance(by, str) else None
        locking_out.recorded_lifted(desk.tx, lock, desk.node.machine, known, fact.at)


def _came(desk: Desk, fact: Fact) -> None:
    arriving.tapped(desk.tx, desk.node, fact.data, fact.at, desk.now)


def _overran(desk: Desk, fact: Fact) -> None:
    overrunning.alarmed(desk.tx, desk.node, fact.session, fact.at)


def _signed(desk: Desk, fact: Fact) -> None:
    signing_off.recorded(desk.tx, desk.node, fact.data, fact.at, desk.now)


def _supervised(desk: Desk, fact: Fact) -> None:
    supervised.recorded(desk.tx, desk.node, fact.session, fact.data, (fact.at, desk.now))


def _reported(desk: Desk, fact: Fact) -> None:
    reporting.reported(desk.tx, desk.node, fact.data, desk.now)


def _tested(desk: Desk, fact: Fact) -> None:
    reporting.tested(desk.tx, desk.node, fact.data, desk.now)


CONSEQUENCES: Mapping[str, tuple[Callable[[Desk, Fact], None], ...]] = {
    "inhibit-set": (_locked,),
    "inhibit-lifted": (_lifted,),
    "tap": (_came,),
    "overrun": (_overran,),
    "sign-off": (_signed,),
    "supervise": (_supervised,),
    "report": (_reported,),
    "selftest": (_tested,),
}
