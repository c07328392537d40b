"""What does a page need of the world? The one object that `hub.app` hands to every route."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g
from flask_login import current_user

from core.vocabulary import Role
from hub.ports import Clock, Lab, Person, Store
from hub.words import Voice

EXTENSION = "loquet"


NOT_FOUNDED = Lab("", "Loquet", "Europe/Brussels", "fr", 0, {})  # a hub without a lab shows an empty board


@dataclass(frozen=True)
class House:
    """The parts that pages use; `demo` shows the bench in the navigation."""

    store: Store
    clock: Clock
    demo: bool = False
    public_url: str = ""

    @property
    def lab(self) -> Lab:
        """The lab that the pages show: the first one, read once a request."""
        if "lab" not in g:
            labs = self.store.read(lambda tx: tx.machines.labs())
            g.lab = labs[0] if labs else NOT_FOUNDED
        return cast(Lab, g.lab)

    @property
    def zone(self) -> ZoneInfo:
        """The lab's zone."""
        return ZoneInfo(self.lab.zone)


def house() -> House:
    """The house of the running request."""
    return cast(House, current_app.extensions[EXTENSION])


def now() -> datetime:
    """The request's one instant: asked of the clock once, then frozen."""
    if "now" not in g:
        g.now = house().clock.wall()
    return cast(datetime, g.now)


def voice() -> Voice:
    """The reader's language with the lab's zone."""
    return Voice(g.lang, house().zone)


def me() -> Person | None:
    """The signed-in person, or None for a stranger."""
    return cast(Person, current_user.person) if current_user.is_authenticated else None


def is_crew(person: Person | None) -> bool:
    """Whether this person may see the staff's pages: staff, managers and trainers."""
    if person is None:
        return False
    lab = house().lab.id
    return person.is_staff(lab) or person.has(Role.TRAINER, lab)
