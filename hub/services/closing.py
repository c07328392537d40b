"""What does it cost to close? The bookings that fall, seen first; then each holder has three other times and a token (R35, R19).

1. What the lab takes back is `cancelled_lab`: no strike, no quota, a rebooking token, a mail with alternatives.
2. Who sits at a machine now is not cut off. 3. Opening again brings nothing back: the times are free for everybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.timeline import Span, stamp
from core.vocabulary import Reason, ReservationKind, ReservationStatus
from hub.ports import Closure, Machine, Person, RebookingToken, Reservation, Tx
from hub.services import facts, finding, granting, offering, telling
from hub.services.refused import Refused, refused
from hub.services.reserving import OWED, Wish

LONGEST = timedelta(days=732)  # longer, or further off, is a slip of the keyboard
STAYS = frozenset({ReservationKind.MAINTENANCE})  # closed for the others


@dataclass(frozen=True, slots=True)
class Plan:
    """A closure that somebody thinks of: of the whole lab, or of one machine."""

    lab: str
    machine: str | None
    start: datetime
    end: datetime
    reason: str
    words: Mapping[str, str] = field(
        default_factory=dict, hash=False
    )  # the reason by language, where it was said in three


@dataclass(frozen=True, slots=True)
class Consequences:
    """What falls, and what is under way and stays."""

    cancelled: tuple[Reservation, ...]
    going_on: tuple[Reservation, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """The closure, and what fell."""

    closure: Closure
    cancelled: tuple[Reservation, ...]


def preview(tx: Tx, by: Person, plan: Plan, now: datetime) -> Consequences | Refused:
    """What `close` would do now; nothing is written."""
    return _against(tx, by, plan, now) or consequences(
        tx, _machines(tx, plan), Span(plan.start, plan.end), now
    )


def close(tx: Tx, by: Person, plan: Plan, now: datetime) -> Closed | Refused:
    """Close, and take back what falls. Refused: NOT_FOUND, FORBIDDEN (staff only), INVALID {field}."""
    if against := _against(tx, by, plan, now):
        return against
    machines = _machines(tx, plan)
    for machine in machines:  # whoever books one of them waits here, and then sees the closure
        tx.machines.seats(machine.id, lock=True)
    falls = consequences(tx, machines, Span(plan.start, plan.end), now).cancelled
    closure = Closure(
        tx.fresh_id(), plan.lab, plan.machine, plan.start, plan.end, plan.reason.strip(), by.id, now,
        plan.words,
    )  # fmt: skip
    tx.machines.add_closure(closure)
    granting.changed(tx, [machine.id for machine in machines], now)
    tx.audit.append(plan.lab, by.id, "closure.added", closure.id, {"machine": plan.machine}, now)
    return Closed(closure, take_back(tx, falls, by.id, dict(closure.words) or closure.reason, now))


def reopen(tx: Tx, by: Person, closure_id: str, now: datetime) -> Closure | Refused:
    """Take a closure away; what fell stays fallen, and the time goes to whoever waits. Refused: NOT_FOUND, FORBIDDEN."""
    found = tx.machines.closure(closure_id)
    if found is None:
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(found.lab):
        return refused(Reason.FORBIDDEN)
    tx.machines.remove_closure(closure_id)
    plan = Plan(found.lab, found.machine, found.start, found.end, found.reason)
    machines = _machines(tx, plan)
    granting.changed(tx, [machine.id for machine in machines], now)
    tx.audit.append(found.lab, by.id, "closure.removed", found.id, {"machine": found.machine}, now)
    for machine in machines:
        offer_free(tx, machine, Span(found.start, found.end), now)
    return found


def consequences(tx: Tx, machines: Iterable[Machine], span: Span, now: datetime) -> Consequences:
    """The bookings of these machines that touch the span: those that fall, and those that are under way."""
    touched = [one for machine in machines for one in tx.bookings.taken(machine.id, span.start, span.end)]
    coming = [one for one in touched if one.end > now and one.kind not in STAYS]
    falls = [one for one in coming if one.status not in (*facts.ARRIVED, ReservationStatus.DONE)]
    return Consequences(
        tuple(sorted(falls, key=lambda one: (one.start, one.machine, one.seat))),
        tuple(one for one in coming if one.status in facts.ARRIVED),
    )


def take_back(
    tx: Tx, falling: Sequence[Reservation], by: str, reason: str | dict[str, str], now: datetime
) -> tuple[Reservation, ...]:
    """Cancel them in the lab's name; each holder is owed a booking and told of three other times, and why (in his language)."""
    gone = [one for old in falling if (one := _taken_back(tx, old, by, now)) is not None]
    for one in gone:  # all first: none is told of a time that falls, too
        more = {"reason": reason, "alternatives": alternatives(tx, one, now)}
        telling.tell(tx, one, by, "reservation.cancelled_lab", now, more)
    return tuple(gone)


def _taken_back(tx: Tx, old: Reservation, by: str, now: datetime) -> Reservation | None:
    gone = tx.bookings.set_status(old, ReservationStatus.CANCELLED_LAB, now)
    if gone is None:
        return None
    if old.status is ReservationStatus.CONDITIONAL:
        offering.given_up(tx, gone)
    else:
        owed = RebookingToken(tx.fresh_id(), gone.lab, gone.person, gone.id, now, now + OWED)
        tx.rebookings.issue(owed)
        tx.audit.append(gone.lab, by, "token.issued", owed.id, {"member": gone.person}, now)
    return gone


def alternatives(tx: Tx, one: Reservation, now: datetime) -> list[dict[str, str]]:
    """Three other times for a slot, as a mail says them."""
    wish = Wish(one.machine, one.person, one.start, one.end, one.person, one.kind)
    return [
        {"machine": slot.machine, "start": stamp(slot.start), "end": stamp(slot.end)}
        for slot in finding.instead(tx, wish, now)
    ]


def offer_free(tx: Tx, machine: Machine, span: Span, now: datetime) -> None:
    """What is free within a span is offered to whoever waits."""
    spans = facts.openings_of(tx, machine, span)
    for opening in spans:
        start, end = max(opening.start, span.start, now), min(opening.end, span.end)
        if start < end:
            offering.freed(tx, machine.id, Span(start, end), now)


def _against(tx: Tx, by: Person, plan: Plan, now: datetime) -> Refused | None:
    if tx.machines.lab(plan.lab) is None or not _machines(tx, plan):
        return refused(Reason.NOT_FOUND)
    if not by.is_staff(plan.lab):
        return refused(Reason.FORBIDDEN)
    if not (now < plan.end and plan.start < plan.end <= now + LONGEST):
        return refused(Reason.INVALID, {"field": "end"})
    return None if plan.reason.strip() else refused(Reason.INVALID, {"field": "reason"})


def _machines(tx: Tx, plan: Plan) -> Sequence[Machine]:
    if plan.machine is None:
        return tx.machines.all(lab=plan.lab)
    found = tx.machines.get(plan.machine)
    return [found] if found is not None and found.lab == plan.lab else []
