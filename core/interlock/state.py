"""What does the interlock remember? Phase, inhibits, locks, session, busy, alarm; nothing else."""

from dataclasses import dataclass, replace
from typing import Final

from core.vocabulary import Inhibit, LockKind, Phase, SessionKind, StopReason

POWERED: Final = frozenset({Phase.IN_USE, Phase.ENDING})
OPEN: Final = frozenset({Phase.STARTING, Phase.IN_USE, Phase.ENDING})  # the phases with a session
CUTTING: Final = frozenset(
    {Inhibit.ESTOP, Inhibit.FAULT, Inhibit.DANGER, Inhibit.LOCKOUT, Inhibit.EXTRACTION, Inhibit.BYPASS}
)
KEPT: Final = frozenset({Inhibit.ESTOP, Inhibit.FAULT, Inhibit.DANGER, Inhibit.LOCKOUT, Inhibit.OUT})
"""Kept over a boot; the others are read or told again."""
LOCKED_BY: Final = {
    LockKind.LOCKOUT: Inhibit.LOCKOUT,
    LockKind.DANGER: Inhibit.DANGER,
    LockKind.OUT: Inhibit.OUT,
}
"""Inhibits that stand as long as one lock of their kind does."""


@dataclass(frozen=True)
class Policy:
    """What the lab chose for this machine; seconds."""

    stop: str = "finish"  # finish | now
    cap_s: int | None = 1200  # R38: 20 minutes past the end
    at_cap: str = "alarm"  # alarm | cut; cut only where staff chose it
    pre_run_s: int = 0
    run_on_s: int = 180  # R40
    needs_extraction: bool = False
    sensor: str = "none"
    tolerance_s: int = 300  # R38: without a sensor power ends five minutes past the end


@dataclass(frozen=True)
class Lock:
    """One person's lock on the machine."""

    id: str
    kind: LockKind
    owner: str


@dataclass(frozen=True)
class Session:
    """Who has the machine, until when; `asked` is why it was asked to stop, while it is ending."""

    id: str
    kind: SessionKind
    who: str
    until_ms: int  # CLOCK_BOOTTIME
    until: str = ""  # the same instant for people, RFC 3339
    asked: StopReason | None = None


@dataclass(frozen=True)
class State:
    """The interlock's whole memory."""

    phase: Phase = Phase.IDLE
    inhibits: frozenset[Inhibit] = frozenset()
    locks: frozenset[Lock] = frozenset()
    session: Session | None = None
    busy: bool = False
    alarm: bool = False

    @property
    def power(self) -> bool:
        """Is the relay commanded closed?"""
        return self.phase in POWERED

    @property
    def extraction(self) -> bool:
        """Is the extraction commanded on?"""
        return self.phase is not Phase.IDLE

    def lock(self, lock_id: str) -> Lock | None:
        """The lock of that id, if it holds."""
        return next((lock for lock in self.locks if lock.id == lock_id), None)

    def with_inhibit(self, inhibit: Inhibit) -> "State":
        """The same, inhibited."""
        return replace(self, inhibits=self.inhibits | {inhibit})

    def without_inhibit(self, inhibit: Inhibit) -> "State":
        """The same, without that inhibit."""
        return replace(self, inhibits=self.inhibits - {inhibit})


START: Final = State()
