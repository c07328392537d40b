"""What became of a tap, and how does the doorman stand? Told to whoever watches: the bench, a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access import Objection
from core.timeline import stamp
from node.doorman.keeper_state import KeeperState


@dataclass(frozen=True, slots=True)
class TapOutcome:
    """One decided tap; `number` rises by one, `until` is RFC 3339, `reason` the first code."""

    number: int
    allowed: bool
    action: str
    reason: str | None
    objections: tuple[Mapping[str, object], ...]
    until: str | None
    phase: str | None
    relay: bool


def outcome_of(
    number: int,
    action: str,
    objections: Sequence[Objection],
    until: datetime | None,
    state: KeeperState | None,
) -> TapOutcome:
    """What is told of a tap that is decided; `until` only where it was allowed."""
    return TapOutcome(
        number=number,
        allowed=not objections,
        action=action,
        reason=objections[0].code.value if objections else None,
        objections=tuple({"code": one.code.value, "params": dict(one.params)} for one in objections),
        until=stamp(until) if until and not objections else None,
        phase=state.phase.value if state else None,
        relay=bool(state and state.relay == "closed"),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The doorman at the end of one turn of its loop; see the fields' names."""

    display: tuple[str, str, str, str]
    led: str
    buzz: str
    qr: str
    screen: str
    online: bool
    keeper: str
    reader: str
    phase: str | None
    inhibits: tuple[str, ...]
    relay: str
    busy: bool
    taps: int
    card: bool
    outcome: TapOutcome | None
    idle: bool
    fresh: bool
    unacked: int


NOTHING_YET = Seen(
    display=("", "", "", ""),
    led="off",
    buzz="",
    qr="",
    screen="",
    online=False,
    keeper="lost",
    reader="ok",
    phase=None,
    inhibits=(),
    relay="unknown",
    busy=False,
    taps=0,
    card=False,
    outcome=None,
    idle=False,
    fresh=False,
    unacked=0,
)
