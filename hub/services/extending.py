"""May the session go on? From a quarter of an hour before the end, step by step, while nobody else wants the time (R37).

The reservation grows first, here; then the node is ordered to let the session run on till the new end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access import Objection, objection
from core.booking import Request
from core.booking.timing import noisy_at_night
from core.calendars import Opening, next_start, open_for, present_for
from core.timeline import Span, stamp
from core.vocabulary import Reason, ReservationKind
from hub.ports import Person, Reservation, Tx
from hub.services import facts, telling, waiting_list
from hub.services.ground import Ground, NotReserved, Wish, ground_of, no

OPENS = timedelta(minutes=15)  # R37: from T-15
ATTENDED = frozenset({ReservationKind.BOOKING, ReservationKind.WALKUP, ReservationKind.GROUP})


@dataclass(frozen=True, slots=True)
class Longer:
    """One step more for a reservation, with all that bears on it."""

    old: Reservation
    end: datetime
    ground: Ground
    now: datetime

    @property
    def span(self) -> Span:
        """The time that would be added."""
        return Span(self.old.end, self.end)

    @property
    def planned_end(self) -> datetime:
        """The end before the first extension: from there T-15 counts, and pressing again is allowed."""
        return self.old.planned_end or self.old.end


def extend(tx: Tx, old: Reservation, by: Person, now: datetime) -> Reservation | NotReserved:
    """One step more, or everything against it. PAST: the holder is not there, or the slot is over."""
    machine = tx.machines.get(old.machine)
    if machine is None or old.status not in facts.ARRIVED or old.kind not in ATTENDED or old.end <= now:
        return NotReserved(no(Reason.PAST))
    end = old.end + timedelta(minutes=facts.policy_of(machine).step_min)
    ground = ground_of(tx, Wish(old.machine, old.person, old.start, end, by.id), now, lock=True, but=old.id)
    if isinstance(ground, NotReserved):
        return ground
    against = tuple(_against(tx, Longer(old, end, ground, now)))
    if against:
        return NotReserved(against)
    grown = tx.bookings.move(old, old.start, end, old.seat, now)
    if grown is None:
        return NotReserved(_lost(tx, old, end))
    kept = tx.bookings.change(grown, now, {"planned_end": old.planned_end or old.end}) or grown
    _order(tx, kept, by, now)
    telling.tell(tx, kept, by.id, "reservation.extended", now)
    return kept


def _against(tx: Tx, longer: Longer) -> Iterator[Objection]:
    """Everything that ends an extension, all at once."""
    for one in longer.ground.rules.missing:
        yield objection(one.code, one.params)
    yield from _too_early(longer)
    yield from _too_long(longer)
    yield from _closing(longer)
    yield from _quiet(longer)
    yield from _next_booking(longer)
    if waiting_list.wanted(tx, longer.ground.machine, longer.span, longer.old.person):
        yield objection(Reason.PRIORITY)


def _too_early(longer: Longer) -> Iterator[Objection]:
    opens = longer.planned_end - OPENS
    if longer.now < opens:
        yield objection(Reason.HORIZON, {"opens": stamp(opens)})


def _too_long(longer: Longer) -> Iterator[Objection]:
    policy, length = longer.ground.rules.policy, longer.end - longer.old.start
    if length > timedelta(minutes=policy.max_session_min):
        minutes = int(length.total_seconds()) // 60
        yield objection(Reason.DURATION, {"max": policy.max_session_min, "minutes": minutes})


def _closing(longer: Longer) -> Iterator[Objection]:
    rules = longer.ground.rules
    spans = _till_machines_off(rules.openings, longer)
    if not any(span.covers(longer.span) for span in spans):
        opens = next_start(spans, longer.old.end)
        yield objection(Reason.LAB_CLOSED, {"opens": stamp(opens) if opens else None})


def _quiet(longer: Longer) -> Iterator[Objection]:
    ground = longer.ground
    for params in noisy_at_night(Request(ground.wanted, ground.taken, ground.rules, longer.now)):
        yield objection(Reason.QUIET, params)


def _till_machines_off(openings: tuple[Opening, ...], longer: Longer) -> tuple[Span, ...]:
    off = timedelta(minutes=longer.ground.rules.policy.machines_off_min)
    spans = open_for(openings, present_for(longer.ground.wanted.roles))
    return tuple(Span(span.start, span.end - off) for span in spans if span.end - off > span.start)


def _next_booking(longer: Longer) -> Iterator[Objection]:
    same_seat = (one for one in longer.ground.taken if one.seat == longer.old.seat)
    coming = [one for one in same_seat if one.start < longer.end and longer.old.end < one.end]
    if coming:
        first = min(coming, key=lambda one: one.start)
        yield objection(Reason.RESERVED_OTHER, {"start": stamp(first.start), "until": stamp(first.end)})


def _lost(tx: Tx, old: Reservation, end: datetime) -> tuple[Objection, ...]:
    """Somebody was faster: the loser sees the winner's time (E26)."""
    taken = [one for one in tx.bookings.taken(old.machine, old.end, end) if one.seat == old.seat]
    won = [one for one in taken if one.id != old.id]
    if not won:
        return no(Reason.CHANGED)
    times = {"start": stamp(won[0].start), "until": stamp(won[0].end)}
    return (objection(Reason.RESERVED_OTHER, times),)


def _order(tx: Tx, kept: Reservation, by: Person, now: datetime) -> None:
    """The node lets the running session go on till the new end; an absolute instant, so twice is once."""
    node, running = tx.nodes.at(kept.machine), tx.sessions.running(kept.machine)
    mine = running is not None and (running.reservation == kept.id or running.person == kept.person)
    if node is None or node.retired is not None or running is None or not mine:
        return
    order = {"id": tx.fresh_id(), "order": "extend", "session": running.id, "by": by.id}
    payload = {**order, "reason": None, "args": {"until": stamp(kept.end)}}
    tx.outbox.put(kept.lab, "order", node.id, payload, now)
