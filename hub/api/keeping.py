"""What may a holder do with a slot that he has? Have it longer, give it up early, say that he comes late."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from hub.api import forms, shapes
from hub.api.door import Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Person, Reservation, Tx
from hub.services import coming_late, extending, giving_back, reserving
from hub.services.letting_in import Scope
from hub.services.reserving import NotReserved

routes = Routes()
Act: TypeAlias = Callable[[Tx, Reservation, Person, datetime], Reservation | NotReserved]


@routes.add(
    "POST",
    "/reservations/{reservation}/extend",
    scope=Scope.BOOK,
    form=forms.Nothing,
    answer="Reservation",
)
def extend(ask: Ask, reservation: str) -> Answer:
    """One step longer, while nobody else is next."""
    return _done(ask, reservation, extending.extend)


@routes.add(
    "POST",
    "/reservations/{reservation}/release",
    scope=Scope.BOOK,
    form=forms.Nothing,
    answer="Reservation",
)
def release(ask: Ask, reservation: str) -> Answer:
    """Give the rest of the slot back."""
    return _done(ask, reservation, giving_back.release)


@routes.add(
    "POST",
    "/reservations/{reservation}/late",
    scope=Scope.BOOK,
    form=forms.Nothing,
    answer="Reservation",
)
def late(ask: Ask, reservation: str) -> Answer:
    """Late, but coming: keep it once a while longer."""
    return _done(ask, reservation, coming_late.hold)


def _done(ask: Ask, reservation: str, act: Act) -> Answer:
    read_form(forms.Nothing, ask.body)
    old = found(ask.read(lambda tx: mine(tx, ask, reservation)))
    ask.must_match(shapes.reservation(old))
    return Answer(shapes.reservation(granted(ask.write(lambda tx: act(tx, old, ask.person, ask.now)))))


def mine(tx: Tx, ask: Ask, reservation: str) -> Reservation | None:
    """The reservation, if scope and role let the caller see it; else None, as if there were none."""
    one = reserving.visible(tx, reservation, ask.person)
    return one if one is not None and (one.person == ask.person.id or ask.is_staff(one.lab)) else None
