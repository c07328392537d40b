"""For staff: the lab's badges and sessions."""

from hub.api import forms, shapes
from hub.api.door import PREFIX, Answer, Ask, found, not_found
from hub.api.forms import read_form
from hub.api.pages import cut
from hub.api.problems import problem
from hub.api.routes import Routes
from hub.ports import Badge, Tx
from hub.services import enrolling, granting
from hub.services.enrolling import BadgeRefused
from hub.services.letting_in import Scope

routes = Routes()


@routes.add("GET", "/badges", scope=Scope.STAFF, query=("member", "limit", "cursor"), answer="BadgePage")
def badges(ask: Ask) -> Answer:
    """The lab's badges, newest first; never a UID."""
    lab, limit, whose, before = ask.staff_lab, ask.limit(), ask.query.get("member"), ask.before()
    rows = [
        one
        for one in ask.read(lambda tx: tx.badges.in_lab(lab))
        if whose in (None, one.person) and (before is None or (one.added, one.id) < before)
    ]
    shown, cursor = cut(rows, limit, lambda one: (one.added, one.id))
    return Answer(shapes.page([shapes.badge(one) for one in shown], cursor))


@routes.add(
    "POST", "/badges", scope=Scope.CERTIFY, form=forms.NewBadge, success=201, answer="Badge", secret=True
)
def enrol(ask: Ask) -> Answer:
    """Give a badge to a member; its UID is sealed at once and never shown."""
    form, lab, vault = read_form(forms.NewBadge, ask.body), ask.staff_lab, found(ask.deps.vault)
    owner = found(ask.read(lambda tx: tx.people.get(form.member)))
    if owner.lab != lab:
        raise not_found()

    def give(tx: Tx) -> Badge | BadgeRefused:
        made = enrolling.enrol_badge(tx, vault, owner.id, bytes.fromhex(form.uid), ask.person.id, ask.now)
        if isinstance(made, Badge):
            granting.person_changed(tx, owner.id, ask.now)
        return made

    made = ask.write(give)
    if isinstance(made, BadgeRefused):
        raise problem(made.code, field="uid")
    return Answer(shapes.badge(made), 201, {"Location": f"{PREFIX}/badges/{made.id}"})


@routes.add("GET", "/badges/{badge}", scope=Scope.STAFF, answer="Badge")
def badge(ask: Ask, badge: str) -> Answer:
    """One badge."""
    return Answer(shapes.badge(_badge(ask, badge)))


@routes.add("PATCH", "/badges/{badge}", scope=Scope.CERTIFY, form=forms.ChangedBadge, answer="Badge")
def change_badge(ask: Ask, badge: str) -> Answer:
    """Mark a badge lost, returned or found again."""
    old, state = _badge(ask, badge), read_form(forms.ChangedBadge, ask.body).state
    ask.must_match(shapes.badge(old))

    def rest(tx: Tx) -> Badge | None:
        changed = enrolling.rest_badge(tx, badge, state, ask.person.id, ask.now)
        granting.person_changed(tx, old.person, ask.now)
        return changed

    return Answer(shapes.badge(found(ask.write(rest))))


def _badge(ask: Ask, identity: str) -> Badge:
    one = found(ask.read(lambda tx: tx.badges.get(identity)))
    if not ask.is_staff(one.lab):
        raise not_found()
    return one


@routes.add(
    "GET",
    "/sessions",
    scope=Scope.STAFF,
    query=("machine", "member", "from", "to", "limit", "cursor"),
    answer="SessionPage",
)
def sessions(ask: Ask) -> Answer:
    """The lab's sessions, newest first."""
    lab, limit, zone = ask.staff_lab, ask.limit(), ask.zone()
    start, end, before = ask.time("from", zone), ask.time("to", zone), ask.before()
    machine, member = ask.query.get("machine"), ask.query.get("member")
    rows = ask.read(
        lambda tx: tx.sessions.page(
            lab=lab, machine=machine, person=member, start=start, end=end, before=before, limit=limit + 1
        )
    )
    shown, cursor = cut(rows, limit, lambda one: (one.start, one.id))
    return Answer(shapes.page([shapes.session(one) for one in shown], cursor))
