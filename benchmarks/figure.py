"""What is one line of the table?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured figure beside its rival; `due` says what was promised."""

    id: str
    what: str
    ours: str
    beside: str
    due: str
