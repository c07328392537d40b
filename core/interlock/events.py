"""What can happen to a machine? Every event of the table, with the facts only the keeper can know.

`late`: the tap (or the pre-run's timer) is too old; `repeated`: this session id was seen and is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.interlock.state import Lock, Session
from core.vocabulary import Inhibit, StopReason


@dataclass(frozen=True)
class Energise:
    """A tap was allowed: start this session."""

    session: Session
    late: bool = False
    repeated: bool = False
    facts: Mapping[str, object] = field(default_factory=dict, compare=False)  # for session-start alone


@dataclass(frozen=True)
class Handover:
    """The next person's tap, while the machine is on and idle."""

    session: Session
    late: bool = False
    repeated: bool = False
    facts: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Ready:
    """The pre-run is over and the self-check good; `late` when its timer fired more than 5 s after its time."""

    late: bool = False


@dataclass(frozen=True)
class SelfcheckBad:
    """The relay's contact contradicts before it was ever closed."""


@dataclass(frozen=True)
class Extend:
    """The lease of the open session moves."""

    session: str
    until_ms: int
    until: str = ""
    by: str | None = None


@dataclass(frozen=True)
class Stop:
    """Please end: by the machine's policy. `session` None means whichever is open."""

    session: str | None
    reason: StopReason
    by: str | None = None


@dataclass(frozen=True)
class StopNow:
    """End at once."""

    session: str | None
    reason: StopReason
    by: str | None = None


@dataclass(frozen=True)
class LeaseEnd:
    """`until` has come."""


@dataclass(frozen=True)
class Quiet:
    """Idle for 30 s; without a sensor: the tolerance is over, or the person badged out."""


@dataclass(frozen=True)
class Cap:
    """Ending for longer than the cap."""


@dataclass(frozen=True)
class RunOnOver:
    """The extraction has run on for its time."""


@dataclass(frozen=True)
class Busy:
    """The machine draws current."""


@dataclass(frozen=True)
class Idle:
    """The machine draws none any more."""


@dataclass(frozen=True)
class SetInhibit:
    """An inhibit that has no lock: ESTOP, FAULT, EXTRACTION, BYPASS, STALE, JOURNAL."""

    inhibit: Inhibit
    cause: str = ""
    by: str | None = None


@dataclass(frozen=True)
class Lift:
    """The same inhibit's own lifting."""

    inhibit: Inhibit
    cause: str = ""
    by: str | None = None


@dataclass(frozen=True)
class AddLock:
    """A person's lock: lockout, danger or out."""

    lock: Lock
    by: str | None = None
    cause: str = ""


@dataclass(frozen=True)
class LiftLock:
    """One lock goes."""

    id: str
    by: str | None = None
    cause: str = ""


@dataclass(frozen=True)
class Boot:
    """The keeper starts, with the state it last wrote down."""


Event = (
    Energise
    | Handover
    | Ready
    | SelfcheckBad
    | Extend
    | Stop
    | StopNow
    | LeaseEnd
    | Quiet
    | Cap
    | RunOnOver
    | Busy
    | Idle
    | SetInhibit
    | Lift
    | AddLock
    | LiftLock
    | Boot
)
