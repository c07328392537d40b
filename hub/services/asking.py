"""What does the hub answer a node that asks about a badge? A walk-up is booked in the same transaction.

The node asks when it does not know the badge, when its view is too old, before a walk-up, and with a PIN that was typed.
Machine and session are the node's own affair: the hub adds people, slots, locks and second factors.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from core.access import Decision, Kind, Situation, decide, objection
from core.grants import MachinePolicy, Refusal, discreet
from core.timeline import Span, stamp
from core.views import booking_body, grant_body
from core.vocabulary import BadgeState, Purpose, Reason, Risk
from core.wire import messages
from core.wire.seal import Keys, found
from hub.ports import Badge, BadgeVault, Machine, Node, Person, Session, Store, Tx
from hub.services import (
    badge_names,
    bringing,
    enrolling_at,
    extending,
    facts,
    floors,
    free_beside,
    granting,
    merging,
    no_shows,
    pins,
    reserving,
    vouching,
)
from hub.services.ground import NotReserved
from hub.services.house import house_of
from hub.services.known import known_of
from hub.services.refused import Refused

KNOWN = frozenset({Purpose.USE, Purpose.WALK_UP, Purpose.SUPERVISE, Purpose.SIGN_OFF})
STARTS = frozenset({Purpose.USE, Purpose.WALK_UP})


class MustWriteError(Exception):
    """What follows from the question is to be written down, or it takes long: it is not for whoever only reads."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a node, and what it takes to answer it."""

    tx: Tx
    node: Node
    machine: Machine
    running: Session | None
    ask: messages.Ask
    vault: BadgeVault
    now: datetime
    reads_only: bool = False
    weighed: pins.Weighed | None = None  # the PIN that was typed with it

    def writes(self) -> None:
        """From here on something may be written. Raises MustWriteError where nothing can be."""
        if self.reads_only:
            raise MustWriteError


@dataclass(frozen=True, slots=True)
class _Letter:
    """What came from the node, and how it may be answered."""

    ask: messages.Ask
    vault: BadgeVault
    now: datetime
    reads_only: bool = False
    weighed: pins.Weighed | None = None


def asked(
    store: Store, node_id: str, ask: messages.Ask, vault: BadgeVault, now: datetime
) -> messages.Answer | None:
    """See `answer`. A PIN is weighed before the writing begins: nobody's booking waits for somebody's digits."""
    guess = store.read(lambda tx: _guess(tx, node_id, ask, vault, now)) if _may_hold_pin(ask) else None
    letter = _Letter(ask, vault, now, weighed=pins.weigh(vault, guess) if guess else None)
    return store.write(lambda tx: _answer(tx, node_id, letter))


def answer(
    tx: Tx, node_id: str, ask: messages.Ask, vault: BadgeVault, now: datetime, *, reads_only: bool = False
) -> messages.Answer | None:
    """The answer to `ask`, to be sent after the commit; None for a node that is unknown or retired.

    With `reads_only` it is given where it changes nothing (most are); MustWriteError else. A PIN in it counts as
    wrong: `asked` weighs it.
    """
    return _answer(tx, node_id, _Letter(ask, vault, now, reads_only))


def _answer(tx: Tx, node_id: str, letter: _Letter) -> messages.Answer | None:
    place, ask = floors.place_of(tx, node_id), letter.ask
    if place is None:
        return None
    here = (tx, place.node, place.machine, place.floor.running)
    decision = _decided(Question(*here, ask, letter.vault, letter.now, letter.reads_only, letter.weighed))
    told = messages.Decision(decision.allowed, decision.until, _objected(decision))
    grant = grant_body(decision.grant) if decision.allowed and decision.grant else None
    booking = booking_body(decision.booking) if decision.allowed and decision.booking else None
    return messages.Answer(place.mark.epoch, place.mark.store, ask.id, ask.nonce, told, grant, booking)


def _objected(decision: Decision) -> tuple[messages.Objected, ...]:
    """The objections as a screen in the workshop may show them."""
    shown = discreet(Refusal(one.code, one.params) for one in decision.objections)
    return tuple(messages.Objected(one.code, dict(one.params)) for one in shown)


def _decided(asked: Question) -> Decision:
    tx, ask = asked.tx, asked.ask
    if ask.purpose not in STARTS or ask.secret is not None or not badge_names.met(asked.node, ask.badge.key):
        asked.writes()  # or looks through all badges of the lab, which takes as long
    if ask.purpose is Purpose.ENROL:
        return enrolling_at.take(tx, asked.node, ask, asked.vault, asked.now)
    if ask.purpose not in KNOWN:
        return _refused(Reason.FORBIDDEN)
    badge = badge_names.badge_named(tx, asked.node, ask.badge.key, asked.vault)
    if badge is None or badge.state is BadgeState.RETURNED:
        return _refused(Reason.BADGE_UNKNOWN)
    known = known_of(tx, badge.person, asked.machine.lab)
    if known is None or badge.state is not BadgeState.ACTIVE:
        return _refused(Reason.BADGE_LOST)
    return _unsure(asked, badge) or _of_person(asked, known.person)


def _unsure(asked: Question, badge: Badge) -> Decision | None:
    """A badge that rests, a PIN that is wrong or missing; None when nothing of that stands against it."""
    if badge.rests is not None and asked.machine.risk is not Risk.LOW:
        return _refused(Reason.SEE_DESK)
    if asked.ask.secret is not None:
        right = pins.check(asked.tx, badge, asked.weighed, asked.node.id, asked.now) is pins.Verdict.RIGHT
        return None if right else _refused(Reason.PIN_NEEDED)
    wanted = asked.ask.purpose in STARTS and badge.copyable and _policy(asked).needs_pin
    at_home = _runs(asked, badge.person)
    return _refused(Reason.PIN_NEEDED) if wanted and not at_home else None


def _may_hold_pin(ask: messages.Ask) -> bool:
    return ask.secret is not None and ask.purpose in KNOWN


def _guess(tx: Tx, node_id: str, ask: messages.Ask, vault: BadgeVault, now: datetime) -> pins.Guess | None:
    """What is to be weighed of this question; None where its PIN is not even looked at."""
    node = tx.nodes.get(node_id)
    if node is None or node.retired is not None:
        return None
    badge = badge_names.badge_named(tx, node, ask.badge.key, vault)
    if badge is None or badge.state is not BadgeState.ACTIVE:
        return None
    return pins.guess(tx, badge, _digits(node, ask, vault), now)


def _digits(node: Node, ask: messages.Ask, vault: BadgeVault) -> str:
    """The PIN on its way, as typed; "" for what is none."""
    try:
        return found(Keys.of(vault.open(node.sealed_key)).conceal, ask.secret or "", ask.nonce).decode(
            "ascii"
        )
    except ValueError:
        return ""


def _of_person(asked: Question, person: Person) -> Decision:
    tx, machine, now = asked.tx, asked.machine, asked.now
    if asked.ask.purpose is Purpose.SUPERVISE:
        return vouching.vouch(tx, person, machine, asked.node, now)
    if asked.ask.purpose is Purpose.SIGN_OFF:
        return vouching.may_sign(tx, person, machine, asked.node, now)
    running = asked.running
    if asked.ask.purpose is Purpose.USE and running is not None and running.person == person.id:
        asked.writes()
        return _longer(tx, person, running.reservation, now)
    return _start(asked, person)


def _runs(asked: Question, person: str) -> bool:
    return asked.running is not None and asked.running.person == person


def _policy(asked: Question) -> MachinePolicy:
    return house_of(asked.tx, asked.machine.lab).policies[asked.machine.id]


def _start(asked: Question, person: Person) -> Decision:
    tx, machine, now, key = asked.tx, asked.machine, asked.now, asked.ask.badge.key
    view = granting.person_view(tx, person, machine, now, key)
    arrived = floors.bookings_of(tx, machine.id, Span(now, now + granting.NOW_ENOUGH))[1]
    situation = Situation(locks=granting.locks_on(tx, machine.id), fresh=True, arrived=arrived)
    decision = decide(key, view, now, situation)
    if decision.kind is not Kind.WALK_UP or not decision.allowed:
        return free_beside.named(tx, decision, person, machine, now)
    asked.writes()
    beside = bringing.elsewhere(tx, person, machine, now)
    if beside is None:
        return _booked(tx, machine, decision, now)
    if asked.ask.purpose is Purpose.USE:
        come = bringing.bring(tx, beside, machine, (key, view, situation), now)
        return come or _refused(Reason.RESERVED_OTHER)
    told = {"machine": beside.machine, "start": stamp(beside.start), "until": stamp(beside.end)}
    asks = objection(Reason.CONCURRENT, told)  # "move your booking here?" (E22)
    return Decision(allowed=False, until=None, objections=(asks,), kind=Kind.USE)


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


def _booked(tx: Tx, machine: Machine, decision: Decision, now: datetime) -> Decision:
    """The walk-up as a reservation; refused when somebody took the seat in this very moment."""
    if decision.grant is None or decision.until is None:
        return _refused(Reason.BADGE_UNKNOWN)
    slot = merging.ahead(tx, decision.grant.who, machine.id, Span(now, decision.until))
    span = Span(now, slot.start if slot else decision.until)  # from there on it is what he booked (E21)
    no_shows.give_way(tx, machine, span)
    made = reserving.walk_up(tx, machine, decision.grant.who, span.end, now)
    if isinstance(made, Refused):
        return _refused(Reason.RESERVED_OTHER)
    return replace(decision, booking=facts.booking_of(made))
