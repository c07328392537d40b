"""The waiting list: wait for a time, take what is offered, or pass it on."""

from typing import Any

from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Tx, WaitingEntry
from hub.services import finding, offering, waiting_list
from hub.services.letting_in import Scope
from hub.services.waiting_list import Want

routes = Routes()


@routes.add("GET", "/waitlist", scope=Scope.READ, answer="WaitingPage")
def mine(ask: Ask) -> Answer:
    """What the caller waits for, newest first, with the offers that are open."""
    shown = ask.read(lambda tx: [_shape(tx, one) for one in tx.waiting.of(ask.person.id)])
    return Answer(shapes.page(shown))


@routes.add("POST", "/waitlist", scope=Scope.BOOK, form=forms.NewWait, success=201, answer="Waiting")
def join(ask: Ask) -> Answer:
    """Wait for a time on a machine, or on any of a family."""
    want = _want(ask, read_form(forms.NewWait, ask.body))
    made = granted(ask.write(lambda tx: waiting_list.join(tx, want, ask.now)))
    body = ask.read(lambda tx: _shape(tx, made))
    return Answer(body, 201, {"Location": f"{PREFIX}/waitlist/{made.id}"})


def _want(ask: Ask, form: forms.NewWait) -> Want:
    zone = ask.zone(form.machine)
    machine = ask.read(lambda tx: tx.machines.get(form.machine or ""))
    return Want(
        lab=machine.lab if machine else ask.person.lab,
        person=ask.person.id,
        machine=form.machine,
        family=form.family,
        start=parse_time(form.start, "start", zone),
        end=parse_time(form.end, "end", zone),
        min_minutes=form.min_minutes,
        expires=None if form.expires is None else parse_time(form.expires, "expires", zone),
    )


@routes.add("GET", "/waitlist/{entry}", scope=Scope.READ, answer="Waiting")
def one(ask: Ask, entry: str) -> Answer:
    """One entry."""
    return Answer(ask.read(lambda tx: _shape(tx, _mine(tx, ask, entry))))


@routes.add("POST", "/waitlist/{entry}/accept", scope=Scope.BOOK, form=forms.Nothing, answer="Reservation")
def accept(ask: Ask, entry: str) -> Answer:
    """Take what is offered; every rule is held against it again."""
    read_form(forms.Nothing, ask.body)
    old = ask.read(lambda tx: _mine(tx, ask, entry))
    ask.must_match(ask.read(lambda tx: _shape(tx, old)))
    made = granted(finding.accept(ask.deps.store, old, ask.person, ask.now))
    return Answer(shapes.reservation(made))


@routes.add("POST", "/waitlist/{entry}/pass", scope=Scope.BOOK, form=forms.Nothing, answer="Waiting")
def pass_on(ask: Ask, entry: str) -> Answer:
    """Let whoever is next have what is offered."""
    read_form(forms.Nothing, ask.body)
    ask.must_match(ask.read(lambda tx: _shape(tx, _mine(tx, ask, entry))))
    kept = granted(ask.write(lambda tx: offering.pass_on(tx, _mine(tx, ask, entry), ask.person, ask.now)))
    return Answer(ask.read(lambda tx: _shape(tx, kept)))


@routes.add("DELETE", "/waitlist/{entry}", scope=Scope.BOOK, answer="Waiting")
def leave(ask: Ask, entry: str) -> Answer:
    """Wait no longer."""
    old = ask.read(lambda tx: _shape(tx, _mine(tx, ask, entry)))
    ask.must_match(old)
    left = granted(ask.write(lambda tx: offering.leave(tx, _mine(tx, ask, entry), ask.person, ask.now)))
    return Answer(ask.read(lambda tx: _shape(tx, left)))


def _mine(tx: Tx, ask: Ask, entry: str) -> WaitingEntry:
    """The entry, if it is the caller's to see; 404 otherwise."""
    one = found(waiting_list.visible(tx, entry, ask.person))
    return found(one if one.person == ask.person.id or ask.is_staff(one.lab) else None)


def _shape(tx: Tx, one: WaitingEntry) -> dict[str, Any]:
    return shapes.waiting(one, tx.waiting.offer_of(one.id))
