"""What was asked of `loquet demo`?"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Wanted:
    """The options of `loquet demo`."""

    port: int
    var: Path
    seed: int
    now: datetime | None
    nodes: int
    empty: bool
    browser: bool
