"""Who carries our letters? A mail server, a folder of files, or a test's memory."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in plain text; `name` is its Message-ID, the same at every try; `at` when what it says was done.

    `calendar` is an iCalendar attachment.
    """

    name: str
    to: str
    subject: str
    text: str
    lang: str
    at: datetime
    calendar: bytes | None = None


class NotSent(Exception):  # noqa: N818 -- what is said of a letter
    """The letter did not leave; try again later. `for_good`: it never will (the address is refused)."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


class Post(Protocol):
    """Carries letters, one at a time; may take seconds."""

    def send(self, letter: Letter) -> None:
        """Hand it over. Raises NotSent."""
        ...
