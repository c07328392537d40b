"""For staff: who is a member, and what was done to whom."""

from typing import Any

from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import granted
from hub.api.routes import Routes
from hub.api.times import parse_time
from hub.ports import Person
from hub.services import inviting, membership, roles
from hub.services.letting_in import Scope
from hub.services.listing import audit_page, members_page
from hub.services.membership import NewMember
from hub.services.roles import Work

routes = Routes()


@routes.add("GET", "/members", scope=Scope.STAFF, query=("email", "limit", "cursor"), answer="MemberPage")
def members(ask: Ask) -> Answer:
    """The lab's members, newest first."""
    lab, limit = ask.staff_lab, ask.limit()
    rows = ask.read(lambda tx: members_page(tx, lab, ask.query.get("email"), ask.before(), limit + 1))
    shown, cursor = cut(rows, limit, lambda one: (one.created, one.id))
    return Answer(shapes.page([shapes.member(one, ask.now) for one in shown], cursor))


@routes.add("GET", "/members/{member}", scope=Scope.READ, answer="Member")
def member(ask: Ask, member: str) -> Answer:
    """One member: oneself, or for staff."""
    one = found(ask.read(lambda tx: tx.people.get(member)))
    if one.id != ask.person.id and not any(ask.is_staff(lab) for lab in (one.lab, *one.roles)):
        raise not_found()
    return Answer(shapes.member(one, ask.now))


@routes.add("POST", "/members", scope=Scope.STAFF, form=forms.NewMember, success=201, answer="Member")
def add(ask: Ask) -> Answer:
    """Let somebody in."""
    lab, form = ask.staff_lab, read_form(forms.NewMember, ask.body)
    until = None if form.member_until is None else parse_time(form.member_until, "member_until", ask.zone())
    new = NewMember(form.email, form.name, form.lang, until, form.birth, form.household, form.organisation)
    made = granted(ask.write(lambda tx: membership.add(tx, ask.person, lab, new, ask.now)))
    return Answer(shapes.member(made, ask.now), 201, {"Location": f"{PREFIX}/members/{made.id}"})


@routes.add("PATCH", "/members/{member}", scope=Scope.STAFF, form=forms.ChangedMember, answer="Member")
def change(ask: Ask, member: str) -> Answer:
    """Change a member's name, language, status, end of membership, or what the rules ask of a person."""
    old = _ours(ask, member)
    form = read_form(forms.ChangedMember, ask.body)
    ask.must_match(shapes.member(old, ask.now))
    values: dict[str, Any] = form.model_dump(exclude_unset=True)
    for name in ("member_until", "consent_until"):
        if values.get(name) is not None:
            values[name] = parse_time(values[name], name, ask.zone())
    changed = granted(ask.write(lambda tx: membership.change(tx, ask.person, old, values, ask.now)))
    return Answer(shapes.member(changed, ask.now))


@routes.add(
    "POST",
    "/members/{member}/invitation",
    scope=Scope.STAFF,
    form=forms.Nothing,
    success=202,
    answer="Member",
)
def invite(ask: Ask, member: str) -> Answer:
    """Mail a member the link with which he chooses a password; nobody else is told it."""
    one = _ours(ask, member)
    read_form(forms.Nothing, ask.body)
    ask.must_match(shapes.member(one, ask.now))
    sent = granted(ask.write(lambda tx: inviting.invite(tx, ask.person, one, ask.now)))
    return Answer(shapes.member(sent, ask.now), 202)


@routes.add("POST", "/members/{member}/roles", scope=Scope.CERTIFY, form=forms.MemberRoles, answer="Member")
def give_roles(ask: Ask, member: str) -> Answer:
    """Say as what somebody works in the lab: managers only, and nobody of himself."""
    old = _ours(ask, member)
    ask.must_match(shapes.member(old, ask.now))
    form = read_form(forms.MemberRoles, ask.body)
    work = Work(frozenset(form.roles), frozenset(form.teaches))
    changed = granted(ask.write(lambda tx: roles.give(tx, ask.person, old, work, ask.now)))
    return Answer(shapes.member(changed, ask.now))


def _ours(ask: Ask, member: str) -> Person:
    one = found(ask.read(lambda tx: tx.people.get(member)))
    return found(one if ask.is_staff(one.lab) else None)


@routes.add("GET", "/audit", scope=Scope.STAFF, query=("limit", "cursor"), answer="EntryPage")
def audit(ask: Ask) -> Answer:
    """What was done in the lab, newest first: ids alone, each row chained to the one before."""
    lab, limit, before = ask.staff_lab, ask.limit(), ask.before()
    rows = ask.read(lambda tx: audit_page(tx, lab, before, limit + 1))
    shown, cursor = cut(rows, limit, lambda one: (one.at, str(one.seq)))
    return Answer(shapes.page([shapes.entry(one) for one in shown], cursor))
