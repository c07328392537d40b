"""What does the keeper do for a step? Acts in their order, and the records that go with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from core.vocabulary import Reason

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Record(NamedTuple):
    """What the journal is told; the keeper adds instant, number and chain."""

    type: str
    session: str | None = None
    data: Mapping[str, object] = NOTHING


class Journal(NamedTuple):
    """Write these records in ONE transaction and fsync it, before the next act."""

    records: tuple[Record, ...]


@dataclass(frozen=True)
class CloseRelay:
    """Power on, if the tap is still young enough."""


@dataclass(frozen=True)
class OpenRelay:
    """Power off."""


@dataclass(frozen=True)
class ExtractionOn:
    """Extraction on."""


@dataclass(frozen=True)
class ExtractionOff:
    """Extraction off."""


@dataclass(frozen=True)
class Accept:
    """Answer `ok` to the request."""


@dataclass(frozen=True)
class Refuse:
    """Answer `no` with this code."""

    code: Reason


Act = Journal | CloseRelay | OpenRelay | ExtractionOn | ExtractionOff | Accept | Refuse
