"""A lab whose letters go to a list, on a clock that moves when told."""

from dataclasses import dataclass, field

import pytest

from hub.mail.postman import Postman
from hub.ports.post import Letter, NotSent
from hub.services.inviting import Invitations
from tests.hub.api.conftest import StoppedClock

PUBLIC = "https://hub.example"


@dataclass
class MemoryPost:
    """Keeps letters; `broken` says why it carries none now."""

    letters: list[Letter] = field(default_factory=list)
    broken: NotSent | None = None
    tries: int = 0

    def send(self, letter: Letter) -> None:
        self.tries += 1
        if self.broken is not None:
            raise self.broken
        self.letters.append(letter)


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def post():
    return MemoryPost()


@pytest.fixture
def postman(store, clock, post):
    return Postman(store, clock, post, PUBLIC, Invitations(b"k" * 32).key_of)
