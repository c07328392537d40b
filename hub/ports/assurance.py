"""How sure is it that a badge is in its owner's hand? PINs, and second factors that were given (R28, R29, R57)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ProofKind(StrEnum):
    """What a second factor was given for."""

    PRESENCE = "presence"  # "I am in the workshop": by signing in anew
    PIN = "pin"  # typed beside a machine, checked by the hub


@dataclass(frozen=True, slots=True)
class Proof:
    """A second factor that a person gave at `at`, good before `until`; `node` None: wherever the person goes."""

    lab: str
    person: str
    kind: ProofKind
    at: datetime
    until: datetime
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's PIN as kept: `wrong` are the instants of the wrong ones lately."""

    person: str
    lab: str
    hash: str
    changed: datetime
    wrong: tuple[datetime, ...] = ()


class Assurance(Protocol):
    """PINs and proofs."""

    def pin(self, person: str, *, lock: bool = False) -> Pin | None:
        """The person's PIN; None when none is set. `lock` holds it against other writers, within a write alone."""
        ...

    def set_pin(self, pin: Pin) -> None:
        """Set it, or note what was typed wrong."""
        ...

    def drop_pin(self, person: str) -> bool:
        """The person has none any more; False when there was none."""
        ...

    def prove(self, proof: Proof) -> None:
        """Remember a second factor."""
        ...

    def proofs(self, person: str, at: datetime) -> Sequence[Proof]:
        """Those that count at an instant, newest first."""
        ...

    def present(self, lab: str, at: datetime) -> Mapping[str, datetime]:
        """Who is known to be in the lab at an instant, by his own word, and until when it counts."""
        ...

    def gone(self, lab: str, since: datetime) -> Mapping[str, datetime]:
        """Who said since then that he leaves, and when last."""
        ...

    def end_proofs(self, person: str, kind: ProofKind, now: datetime) -> int:
        """End those that still count; how many there were."""
        ...
