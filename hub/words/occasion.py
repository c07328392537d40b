"""What is a mail made of, before it is anybody's? Its words, and the page that its one link opens."""

from dataclasses import dataclass
from enum import StrEnum


class Page(StrEnum):
    """Which page a link opens."""

    RESERVATION = "/reservations/{reservation}"
    CANCEL = "/reservations/{reservation}/cancel"
    BOOK = "/machines/{machine}/book"
    OFFER = "/waiting/{entry}"
    MINE = "/mine"
    BADGES = "/mine/badges"
    NAME = "/mine/name"
    NOT_ME = "/mine/name/sessions/{session}/not-me"
    STAFF = "/staff"
    WELCOME = "/welcome/{key}"


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in English: `%(places)s` are filled in the reader's language; `dated` ones bring the calendar entry."""

    subject: str
    lines: tuple[str, ...]
    page: Page
    link: str
    dated: bool = False
