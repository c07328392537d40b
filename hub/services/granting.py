"""Who may use which machine? Facts -> the view of each node, and the answer to "why not?" on a page.

A view's revision rises in the transaction that changes what it says (`changed`); its content is made
when it is sent, from one snapshot, so revision and content always belong together.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from core.access import Decision, Lock, OpenSession, Situation, decide
from core.certificates import tree_of
from core.company import TOGETHER
from core.compiling import compile_view, frank_view
from core.grants import Checklists, Facts, MachineView, Right, right_of
from core.timeline import Span
from core.views import view_body as body_of
from core.vocabulary import Inhibit
from core.wire.seal import Keys, badge_key
from hub.ports import Badge, BadgeVault, Machine, Node, Person, Tx
from hub.ports.revisions import calendar_name, house_name, person_name
from hub.services import facts, floors
from hub.services.company import company_of
from hub.services.house import House, house_of
from hub.services.kept import Kept
from hub.services.known import Known, known_of

NOW_ENOUGH = timedelta(minutes=1)  # a question about a later instant is not about the present session
LOOK_AHEAD = timedelta(days=2)  # how far a page's decision sees slots and openings: past any session


def changed(tx: Tx, machines: Iterable[str], now: datetime) -> None:
    """What the views of these machines say has changed: raise their revisions and send them."""
    found = {name: tx.machines.get(name) for name in set(machines)}
    changed_in(tx, {name: machine.lab for name, machine in found.items() if machine}, now)


def changed_in(tx: Tx, labs: Mapping[str, str], now: datetime) -> None:
    """The same of machines whose labs are known."""
    for machine in sorted(labs):
        node = tx.nodes.outdate_view(machine)
        if node is not None:
            name, lab = node
            tx.outbox.put_once(lab, "view", name, {}, now)
    for machine in sorted(labs):
        tx.outbox.put_once(labs[machine], "live", machine, {}, now)


def lab_changed(tx: Tx, lab: str, now: datetime, course: str | None = None) -> None:
    """The views of all machines of the lab, or of those that need `course`, directly or not."""
    machines = tx.machines.all(lab=lab)
    if course is not None and machines:
        tree = facts.courses_of(tx, lab, machines[0].zone)
        machines = [one for one in machines if course in tree_of(one.needs, tree)]
    changed(tx, [one.id for one in machines], now)


def person_changed(tx: Tx, person: str, now: datetime) -> None:
    """Membership, roles, charter or badges of a person changed: every view of his labs may say so."""
    found = tx.people.get(person)
    for lab in sorted({found.lab, *found.roles}) if found else ():
        lab_changed(tx, lab, now)


def recompile_all(tx: Tx, now: datetime) -> None:
    """Send every view anew: at the hub's start, and after a restore."""
    for lab in tx.machines.labs():
        lab_changed(tx, lab.id, now)


def refresh(tx: Tx, vault: BadgeVault, now: datetime) -> int:
    """Send the views that passing time has changed (slots coming into reach, rights that ran out).

    For the hourly job. Returns how many.
    """
    sent = 0
    for node in tx.nodes.all():
        if node.retired is None:
            sent += _refresh(tx, node.id, vault, now)
    return sent


def _refresh(tx: Tx, name: str, vault: BadgeVault, now: datetime) -> int:
    node = tx.nodes.get(name, lock=True)
    view = view_of_node(tx, name, vault, now)
    if node is None or view is None:
        return 0
    digest = _digest(view)
    if digest == node.view_hash:
        return 0
    tx.nodes.set_view(name, node.view_rev + 1, digest)
    tx.outbox.put_once(node.lab, "view", name, {}, now)
    return 1


_NOT_SAID = frozenset({"rev", "issued", "audit"})  # they are about the view, not about the machine


def _digest(view: MachineView) -> str:
    body = body_of(view)
    said = {name: value for name, value in body.items() if name not in _NOT_SAID}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def view_body(tx: Tx, node: str, vault: BadgeVault, now: datetime) -> dict[str, Any] | None:
    """The body of the node's `down/view`; None for a node that is unknown or retired."""
    view = view_of_node(tx, node, vault, now)
    return None if view is None else body_of(view)


def view_of_node(tx: Tx, name: str, vault: BadgeVault, now: datetime) -> MachineView | None:
    """The view that a node is to keep, at its present revision."""
    node = tx.nodes.get(name)
    machine = tx.machines.get(node.machine) if node and node.retired is None else None
    mark = tx.meta.mark()
    if node is None or machine is None or mark is None:
        return None
    policy = facts.machine_policy(tx, machine)
    within = Span(now, now + timedelta(hours=policy.age_limit_h + 24))
    seq, digest = tx.audit.head()
    found = Facts(
        people=facts.people_facts(tx, machine.lab, key_maker(node, vault)),
        courses=facts.courses_of(tx, machine.lab, machine.zone),
        bookings=facts.bookings_of(tx, machine.id, within)[0],
        openings=facts.openings_of(tx, machine, within),
        epoch=mark.epoch,
        store=mark.store,
        rev=node.view_rev,
        checklists=_checklists(tx, machine),
        company=company_of(tx, house_of(tx, machine.lab), machine.id, within),
    )
    view = compile_view(found, policy, now)
    return replace(view, audit={"seq": seq, "hash": digest})


def _checklists(tx: Tx, machine: Machine) -> Checklists:
    """What a sign-off confirms, of the machine's own courses that say so."""
    listed = {
        one.id: one.checklist for one in tx.certificates.courses(machine.lab) if one.id in machine.needs
    }
    return {course: items for course, items in listed.items() if items}


def key_maker(node: Node, vault: BadgeVault) -> facts.KeyOf:
    """How this node names a badge: nothing that another node could use."""
    key = keys_of(vault.open, node.sealed_key).badge

    def key_of(badge: Badge) -> str:
        return _named(vault.open, key, badge.sealed)

    return key_of


@lru_cache(maxsize=16_384)  # a node each: opening its seal costs 40 µs
def keys_of(unseal: Callable[[bytes], bytes], sealed_key: bytes) -> Keys:
    """A node's keys."""
    return Keys.of(unseal(sealed_key))


@lru_cache(maxsize=100_000)  # 10,000 badges at ten nodes; opening a seal costs 30 µs, a look-up none
def _named(unseal: Callable[[bytes], bytes], key: bytes, sealed: bytes) -> str:
    return badge_key(key, unseal(sealed))


def person_view(
    tx: Tx, person: Person, machine: Machine, at: datetime, key: str | None = None
) -> MachineView:
    """The machine's view for one person, with every reason; `key` None: he stands under his own id."""
    names = (house_name(machine.lab), person_name(person.id), calendar_name(machine.id))
    revs = tx.revisions.of(names)
    rev, asked = tuple(revs[name] for name in names), (person.id, machine.id, key)
    made = _VIEWS.get(asked, rev)
    if made is None or not _says_the_same(made, key or person.id, at):
        made = _made_for(tx, person, machine, at, key)
        if floors.NEVER not in rev:
            _VIEWS.keep(asked, rev, made)
    return made


_VIEWS: Kept[tuple[str, str, str | None], MachineView] = Kept(512)  # those who stand at a machine just now
# slots and hours are read for days around: a minute later they are all there
_THE_SAME = timedelta(minutes=1)


def _says_the_same(view: MachineView, key: str, at: datetime) -> bool:
    """Does time alone change nothing of it: a right that still holds, nothing against the person, nobody's company asked?"""
    grant = view.grants.get(key)
    if view.machine.buddy != "no" or grant is None or key in view.refusals:
        return False
    if not timedelta() <= at - view.issued <= _THE_SAME:
        return False
    return grant.until is None or at < grant.until


def _made_for(tx: Tx, person: Person, machine: Machine, at: datetime, key: str | None) -> MachineView:
    within, house = Span(at - LOOK_AHEAD, at + LOOK_AHEAD), house_of(tx, machine.lab)
    known = known_of(tx, person.id, house.lab)
    events = known.events if known else ()
    found = Facts(
        people=[facts.facts_of(person, house.lab, house.charter, events, key)],
        courses=house.courses,
        bookings=floors.bookings_of(tx, machine.id, within)[0],
        openings=house.openings(machine.id, within),
        company=company_of(tx, house, machine.id, Span(at, within.end)),
    )
    return frank_view(found, house.policies[machine.id], at)


def right_at(tx: Tx, person: Person, machine: Machine, at: datetime) -> Right:
    """What the person may at `at`, or everything that he lacks (R14: at the slot's end)."""
    known = known_of(tx, person.id, machine.lab)
    events = known.events if known else ()
    return right_in(
        house_of(tx, machine.lab), Known(person, events, (), facts.roles_of(person, machine.lab)), machine, at
    )


def right_in(house: House, known: Known, machine: Machine, at: datetime) -> Right:
    """The same, where what is known is at hand; of the machine its `needs` are asked."""
    asked = machine.id, machine.needs
    rev, right = known.rights.get(asked, _NOTHING_YET)
    if rev != house.rev or not right.holds(at):
        right = _right_in(house, known, machine, at)
        known.rights[asked] = house.rev, right
    return right


_NOTHING_YET = 0, Right(None, ())


def _right_in(house: House, known: Known, machine: Machine, at: datetime) -> Right:
    policy = house.policies[machine.id]
    if policy.needs != machine.needs:
        policy = replace(policy, needs=machine.needs)
    person = facts.facts_of(known.person, house.lab, house.charter, known.events)
    return right_of(person, policy, house.courses, at)


def locks_on(tx: Tx, machine: str) -> tuple[Lock, ...]:
    """The locks that the house has set, in force yet or not."""
    return floors.floor_of(tx, machine).locks


def situation(tx: Tx, machine: Machine, now: datetime) -> Situation:
    """What the hub knows of the machine itself now: locks, inhibits that its node shows, who uses it."""
    floor = floors.floor_of(tx, machine.id)
    node, running = floor.node, floor.running
    live = node.live if node and node.online else {}
    session = OpenSession(running.id, running.person, running.kind, running.until) if running else None
    arrived = floors.bookings_of(tx, machine.id, Span(now, now + NOW_ENOUGH))[1]
    return Situation(
        inhibits=frozenset(Inhibit(one) for one in live.get("inhibits", ()) if one in _INHIBITS),
        locks=floor.locks,
        session=session,
        fresh=True,
        arrived=arrived,
    )


_INHIBITS = frozenset(inhibit.value for inhibit in Inhibit)


def decision_for(
    tx: Tx, person: Person, machine: Machine, now: datetime, at: datetime | None = None
) -> Decision:
    """May this person use the machine now, or at a later instant, and if not, why not?

    Of a later instant nobody knows who will sit there: only locks and slots count, each holder comes, and with a friend.
    """
    moment = at or now
    view = person_view(tx, person, machine, moment)
    if moment - now <= NOW_ENOUGH:
        return decide(person.id, view, moment, situation(tx, machine, now))
    coming = frozenset(booking.id for booking in view.bookings)
    later = Situation(locks=locks_on(tx, machine.id), fresh=True, arrived=coming)
    return decide(person.id, replace(view, company=TOGETHER), moment, later)
