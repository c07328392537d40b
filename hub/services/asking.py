"""What does the hub answer a node that asks about a badge? A walk-up is booked in the same transaction.

The node asks when it does not know the badge, when its view is too old, and before a walk-up. Machine and
session are the node's own affair: the hub adds people, slots and locks.
"""

from dataclasses import replace
from datetime import datetime

from core.access import Decision, Kind, Situation, decide, objection
from core.grants import Refusal, discreet
from core.timeline import Span
from core.views import booking_body, grant_body
from core.vocabulary import BadgeState, Purpose, Reason
from core.wire import messages
from hub.ports import Badge, BadgeVault, Machine, Node, Person, Tx
from hub.services import enrolling_at, extending, facts, granting, no_shows, reserving, vouching
from hub.services.ground import NotReserved
from hub.services.kept import Kept
from hub.services.refused import Refused

KNOWN = frozenset({Purpose.USE, Purpose.WALK_UP, Purpose.SUPERVISE})


def answer(
    tx: Tx, node_id: str, ask: messages.Ask, vault: BadgeVault, now: datetime
) -> messages.Answer | None:
    """The answer to `ask`, to be sent after the commit; None for a node that is unknown or retired."""
    node, mark = tx.nodes.get(node_id), tx.meta.mark()
    machine = tx.machines.get(node.machine) if node and node.retired is None else None
    if node is None or machine is None or mark is None:
        return None
    decision = _decided(tx, node, machine, ask, vault, now)
    told = messages.Decision(decision.allowed, decision.until, _objected(decision))
    grant = grant_body(decision.grant) if decision.allowed and decision.grant else None
    booking = booking_body(decision.booking) if decision.allowed and decision.booking else None
    return messages.Answer(mark.epoch, mark.store, ask.id, ask.nonce, told, grant, booking)


def _objected(decision: Decision) -> tuple[messages.Objected, ...]:
    """The objections as a screen in the workshop may show them."""
    shown = discreet(Refusal(one.code, one.params) for one in decision.objections)
    return tuple(messages.Objected(one.code, dict(one.params)) for one in shown)


def _decided(
    tx: Tx, node: Node, machine: Machine, ask: messages.Ask, vault: BadgeVault, now: datetime
) -> Decision:
    if ask.purpose is Purpose.ENROL:
        return enrolling_at.take(tx, node, ask, vault, now)
    if ask.purpose not in KNOWN:
        return _refused(Reason.FORBIDDEN)
    badge = badge_named(tx, node, ask.badge.key, vault)
    if badge is None or badge.state is BadgeState.RETURNED:
        return _refused(Reason.BADGE_UNKNOWN)
    person = tx.people.get(badge.person)
    if person is None or badge.state is not BadgeState.ACTIVE:
        return _refused(Reason.BADGE_LOST)
    if ask.purpose is Purpose.SUPERVISE:
        return vouching.vouch(tx, person, machine, now)
    running = tx.sessions.running(machine.id)
    if ask.purpose is Purpose.USE and running is not None and running.person == person.id:
        return _longer(tx, person, running.reservation, now)
    view = granting.person_view(tx, person, machine, now, ask.badge.key)
    arrived = facts.bookings_of(tx, machine.id, Span(now, now + granting.NOW_ENOUGH))[1]
    locks = granting.locks_on(tx, machine.id)
    decision = decide(ask.badge.key, view, now, Situation(locks=locks, fresh=True, arrived=arrived))
    if decision.kind is not Kind.WALK_UP or not decision.allowed:
        return decision
    return _booked(tx, machine, decision, now)


def _longer(tx: Tx, person: Person, reservation: str | None, now: datetime) -> Decision:
    """A question about the badge whose session runs is the extend button's: one step more (R37)."""
    old = tx.bookings.get(reservation) if reservation else None
    grown = extending.extend(tx, old, person, now) if old else None
    if grown is None:
        return _refused(Reason.PAST)
    if isinstance(grown, NotReserved):
        return Decision(allowed=False, until=None, objections=grown.objections, kind=Kind.END)
    return Decision(allowed=True, until=grown.end, objections=(), kind=Kind.END)


def _refused(code: Reason) -> Decision:
    return Decision(allowed=False, until=None, objections=(objection(code),), kind=Kind.USE)


def badge_named(tx: Tx, node: Node, key: str, vault: BadgeVault) -> Badge | None:
    """The badge that this node calls `key`, whatever its state. Once found, its id is remembered: the next question seeks."""
    key_of = granting.key_maker(node, vault)
    before = _NAMED.get((node.id, key), 0)
    known = tx.badges.get(before) if before else None
    if known is not None and known.lab == node.lab and key_of(known) == key:
        return known
    found = next((badge for badge in tx.badges.in_lab(node.lab) if key_of(badge) == key), None)
    if found is not None:
        _NAMED.keep((node.id, key), 0, found.id)
    return found


_NAMED: Kept[tuple[str, str], str] = Kept(
    100_000
)  # (node, its name for a badge) -> badge: 10,000 members at ten nodes


def _booked(tx: Tx, machine: Machine, decision: Decision, now: datetime) -> Decision:
    """The walk-up as a reservation; refused when somebody took the seat in this very moment."""
    if decision.grant is None or decision.until is None:
        return _refused(Reason.BADGE_UNKNOWN)
    span = Span(now, decision.until)
    no_shows.give_way(tx, machine, span)
    made = reserving.walk_up(tx, machine, decision.grant.who, decision.until, now)
    if isinstance(made, Refused):
        return _refused(Reason.RESERVED_OTHER)
    return replace(decision, booking=facts.booking_of(made))
