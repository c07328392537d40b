"""What has to be remembered of a session while it runs, beside what the keeper remembers?

Who answers for it, when somebody last confirmed to be there, whether the print was looked at, and
what its end was before anybody extended it. All instants are CLOCK_BOOTTIME, in milliseconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session's; a start of the doorman does not forget it."""

    began_ms: int
    responsible: str | None = None  # the supervisor (R29)
    watched_ms: int | None = None  # the supervisor's last tap
    present_ms: int | None = None  # the person's own last tap
    first_layer: bool = False  # the print was looked at: it runs unattended (R13)
    alerted: bool = False  # nobody looked at the first layer: staff have been told
    planned_end: str | None = None  # before the first extension, RFC 3339 (R37)


def body_of(sitting: Sitting) -> dict[str, object]:
    """As it lies on the shelf."""
    return asdict(sitting)


def from_body(body: Mapping[str, Any]) -> Sitting:
    """Back from the shelf; raises TypeError for anything else."""
    if not isinstance(body.get("began_ms"), int):
        raise TypeError("no sitting")
    known = {one.name for one in fields(Sitting)}
    return Sitting(**{name: value for name, value in body.items() if name in known})
