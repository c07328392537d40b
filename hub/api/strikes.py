"""The strikes: read one's own, say that one is wrong, and for staff: let it stand or take it back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from core.sanctions import Act
from hub.api import forms, shapes
from hub.api.door import Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.ports import Person, StrikeEvent, Tx
from hub.services import sanctions
from hub.services.letting_in import Scope
from hub.services.refused import Refused
from hub.services.warned import StrikeShown, strike_shown, strikes_shown

routes = Routes()
Said: TypeAlias = Callable[[Tx, str, Person, str, datetime], StrikeEvent | Refused]


@routes.add("GET", "/me/strikes", scope=Scope.READ, answer="StrikesMine")
def mine(ask: Ask) -> Answer:
    """The caller's strikes, newest first, and until when booking ahead is off because of them."""
    return Answer(ask.read(lambda tx: _list(tx, ask, ask.person)))


@routes.add("GET", "/strikes", scope=Scope.STAFF, query=("member",), answer="StrikesMine")
def theirs(ask: Ask) -> Answer:
    """A member's strikes, for staff."""
    lab = ask.staff_lab
    member = found(ask.read(lambda tx: tx.people.get(ask.query.get("member", ""))))
    if lab not in (member.lab, *member.roles):
        raise not_found()
    return Answer(ask.read(lambda tx: _list(tx, ask, member)))


def _list(tx: Tx, ask: Ask, member: Person) -> dict[str, Any]:
    lab = ask.person.lab
    stands = sanctions.standing_of(tx, member.id, lab, ask.now)
    items = [_shape(one) for one in strikes_shown(tx, member.id, lab, ask.now)]
    return shapes.page(items) | {"halves": stands.halves, "barred_until": shapes.when(stands.barred_until)}


@routes.add("GET", "/strikes/{strike}", scope=Scope.READ, answer="Strike")
def strike(ask: Ask, strike: str) -> Answer:
    """One strike: one's own, or for staff."""
    return Answer(_shape(_seen(ask, strike)))


@routes.add("POST", "/strikes/{strike}/appeal", scope=Scope.BOOK, form=forms.Because, answer="Strike")
def appeal(ask: Ask, strike: str) -> Answer:
    """Say, once, why one's own is wrong; somebody of the staff answers."""
    return _told(ask, strike, sanctions.appeal)


@routes.add("POST", "/strikes/{strike}/uphold", scope=Scope.STAFF, form=forms.Because, answer="Strike")
def uphold(ask: Ask, strike: str) -> Answer:
    """Let it stand against an appeal, with the reason that the member reads."""
    return _told(ask, strike, sanctions.uphold)


@routes.add("POST", "/strikes/{strike}/withdraw", scope=Scope.STAFF, form=forms.Because, answer="Strike")
def withdraw(ask: Ask, strike: str) -> Answer:
    """Take it back, with the reason that the member reads."""
    return _told(ask, strike, sanctions.withdraw)


def _told(ask: Ask, strike: str, act: Said) -> Answer:
    old, reason = _seen(ask, strike), read_form(forms.Because, ask.body).reason
    ask.must_match(_shape(old))
    granted(ask.write(lambda tx: act(tx, strike, ask.person, reason, ask.now)))
    return Answer(_shape(_seen(ask, strike)))


def _seen(ask: Ask, strike: str) -> StrikeShown:
    one = found(ask.read(lambda tx: strike_shown(tx, strike, ask.now)))
    return found(one if one.person == ask.person.id or ask.is_staff(one.lab) else None)


def _shape(one: StrikeShown) -> dict[str, Any]:
    first = one.events[0].data
    words = {event.kind: event for event in one.events}
    appealed = words.get(Act.APPEALED)
    answered = words.get(Act.WITHDRAWN) or words.get(Act.UPHELD)
    return {
        "id": one.id,
        "member": one.person,
        "cause": str(first.get("cause", "")),
        "halves": int(first.get("halves", 0)),
        "reservation": first.get("reservation"),
        "machine": first.get("machine"),
        "at": shapes.when(one.at),
        "until": shapes.when(one.until),
        "status": one.stands.value,
        "appeal": appealed
        and {"at": shapes.when(appealed.at), "reason": str(appealed.data.get("reason", ""))},
        "answer": answered
        and {
            "act": answered.kind,
            "at": shapes.when(answered.at),
            "reason": str(answered.data.get("reason", "")),
        },
    }
