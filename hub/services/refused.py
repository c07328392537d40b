"""What does a service answer that says no? The objections, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.access import Objection, objection
from core.timeline import instant
from core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written; `objections` is everything against it, in order of rank."""

    objections: tuple[Objection, ...]

    @property
    def code(self) -> Reason:
        """The first code."""
        return self.objections[0].code


def refused(code: Reason, params: Mapping[str, str | int] | None = None) -> Refused:
    """A refusal for one reason."""
    return Refused((objection(code, params),))


def wait_s(said: Refused, now: datetime) -> int:
    """After how many seconds a RATE_LIMITED {from} may be asked again, one at least: what `Retry-After` says."""
    again = instant(str(said.objections[0].params["from"]))
    return max(1, round((again - now).total_seconds()))
