"""Is it you, and what is confirmed? Presence, and a course's checklist.

What makes a badge believed needs a `certify` token, made after a second factor; members wake theirs, and
say that it was not them, on their own pages.
"""

from typing import Any

from core.timeline import stamp
from core.vocabulary import Reason
from hub.api import forms
from hub.api.door import Answer, Ask, found
from hub.api.forms import read_form
from hub.api.problems import granted, problem
from hub.api.routes import Routes
from hub.ports import Course, Person
from hub.services import checklists, presence
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("POST", "/me/presence", scope=Scope.CERTIFY, answer="Presence")
def here(ask: Ask) -> Answer:
    """Say that one is in the workshop: a supervisor of dangerous work must have, within four hours."""
    person = _crew(ask)
    proof = ask.write(lambda tx: presence.confirm(tx, person, person.lab, ask.now))
    return Answer({"member": person.id, "until": stamp(proof.until)})


@routes.add("DELETE", "/me/presence", scope=Scope.BOOK, answer="Presence")
def gone(ask: Ask) -> Answer:
    """Say that one leaves: whoever works under one has five minutes."""
    person = _crew(ask)
    ask.write(lambda tx: presence.leave(tx, person, person.lab, ask.now))
    return Answer({"member": person.id, "until": None})


def _crew(ask: Ask) -> Person:
    """Trainers and staff answer for others; nobody else does."""
    if not ask.person.is_crew:
        raise problem(Reason.FORBIDDEN)
    return ask.person


@routes.add("GET", "/courses/{course}/checklist", scope=Scope.STAFF, answer="Checklist")
def checklist(ask: Ask, course: str) -> Answer:
    """What a sign-off of this course confirms; empty: the house's own list."""
    return Answer(_listed(_ours(ask, course)))


@routes.add(
    "POST", "/courses/{course}/checklist", scope=Scope.STAFF, form=forms.NewChecklist, answer="Checklist"
)
def save(ask: Ask, course: str) -> Answer:
    """Set it: nine items at most, each {id, fr, nl, en}, words for two lines of 21 letters."""
    ask.must_match(_listed(_ours(ask, course)))
    form = read_form(forms.NewChecklist, ask.body)
    items = [item.model_dump() for item in form.items]
    saved = granted(ask.write(lambda tx: checklists.save(tx, ask.person, course, items, ask.now)))
    return Answer(_listed(saved))


def _ours(ask: Ask, name: str) -> Course:
    course = found(ask.read(lambda tx: tx.certificates.course(name)))
    return found(course if ask.is_staff(course.lab) else None)


def _listed(course: Course) -> dict[str, Any]:
    return {"course": course.id, "items": [dict(item) for item in course.checklist]}
