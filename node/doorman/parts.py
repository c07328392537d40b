"""Which parts of the doorman may be replaced? Those that touch the world: by the bench's and a test's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from node.doorman.outcome import TapOutcome
from node.doorman.showing import Face
from node.ports import Link


@dataclass(frozen=True)
class DoormanParts:
    """None: the real part. `pause_us` lets the reader's chip have its time; `outcome` hears of each tap."""

    pause_us: Callable[[int], None] | None = None
    make_reader: Callable[[], Any] | None = None
    make_face: Callable[[Callable[[object], None]], Face] | None = None  # given the inbox's `put`
    link: Link | None = None
    outcome: Callable[[TapOutcome], None] | None = None
    ntp: Callable[[], bool] | None = None
