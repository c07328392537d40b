"""How much happened, and how much waits? Numbers for whoever watches over the hub; no name, no id of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which row of the audit and of the nodes' records somebody has counted."""

    audit: int
    record: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many parcels of a kind are not sent, and since when the oldest could have been."""

    parcels: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """`events` by the audit's word and `taps` refused by code since a mark; `here` is where both end.

    `reservations` not yet done by their status, `parcels` by kind: as they are now.
    """

    here: Mark
    events: Mapping[str, int] = field(default_factory=dict)
    taps: Mapping[str, int] = field(default_factory=dict)
    reservations: Mapping[str, int] = field(default_factory=dict)
    parcels: Mapping[str, Waiting] = field(default_factory=dict)
