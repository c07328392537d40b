"""Which of several hubs does the jobs? One leads; the others look on, and take over when it is gone."""

from typing import Protocol


class Leading(Protocol):
    """A lock that one process holds at a time, and loses with its life."""

    def leads(self) -> bool:
        """Whether this process leads; it tries to, if nobody does."""
        ...

    def resign(self) -> None:
        """Let somebody else lead."""
        ...
