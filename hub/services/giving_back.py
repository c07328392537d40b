"""How does a slot come back to the others? Cancelled, moved, or given up early; whoever waits is asked in the same transaction.

1. Cancelling is free until 12 hours before; later it is half a strike, unless somebody takes the time (R35).
2. What is released is free from the next grid point on; quota and price count what is left of the slot (R36).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core.access import Objection
from core.sanctions import Cause
from core.timeline import Span, grid_ceil, subtract
from core.vocabulary import Reason, ReservationKind, ReservationStatus
from hub.ports import Machine, Person, Reservation, Tx
from hub.services import facts, offering, reserving, sanctions, telling, waiting_list
from hub.services.ground import NotReserved, no

FREE_UNTIL = timedelta(hours=12)  # R35
COUNTED = frozenset({ReservationKind.BOOKING, ReservationKind.UNATTENDED, ReservationKind.GROUP})


def cancel(tx: Tx, old: Reservation, by: Person, now: datetime) -> Reservation | NotReserved:
    """Give the slot back; one that was given back already is simply shown."""
    if old.status in reserving.GIVEN_BACK:
        return old
    if (gone := reserving.not_changeable(old, now)) is not None:
        return gone
    if reserving.sits_there(tx, old):
        return NotReserved(no(Reason.PAST))
    waiting_list.hold(tx, old.machine, Span(old.start, old.end), [old.person])
    late = is_late(old, by, now)
    status = ReservationStatus.CANCELLED_LATE if late else ReservationStatus.CANCELLED
    cancelled = tx.bookings.set_status(old, status, now)
    if cancelled is None:
        return NotReserved(no(Reason.CHANGED))
    if old.status is ReservationStatus.CONDITIONAL:
        offering.given_up(tx, cancelled)
    telling.tell(tx, cancelled, by.id, "reservation.cancelled", now, {"late": late})
    if late:
        sanctions.strike(tx, cancelled, Cause.LATE_CANCEL, now)
    offering.freed(tx, old.machine, Span(max(old.start, now), old.end), now)
    return cancelled


def is_late(old: Reservation, by: Person, now: datetime) -> bool:
    """Whether the holder himself gives a slot of his own back too late to be planned with."""
    own = by.id == old.person and old.status is ReservationStatus.CONFIRMED and old.kind in COUNTED
    return own and old.start - now < FREE_UNTIL


def move(
    tx: Tx, old: Reservation, by: Person, span: tuple[datetime, datetime], now: datetime, *, reason: str = ""
) -> Reservation | NotReserved:
    """Move it under the rules of a new slot; what it leaves is offered to those who wait. CHANGED: a hold is taken, not moved."""
    if old.status is ReservationStatus.CONDITIONAL and tx.waiting.offer_held_by(old.id) is not None:
        return NotReserved(no(Reason.CHANGED))
    waiting_list.hold(tx, old.machine, Span(old.start, old.end), [old.person])
    moved = reserving.move(tx, old, by, span, now, reason=reason)
    if isinstance(moved, Reservation):
        _offer(tx, old.machine, subtract([Span(old.start, old.end)], [Span(moved.start, moved.end)]), now)
    return moved


def release(tx: Tx, old: Reservation, by: Person, now: datetime) -> Reservation | NotReserved:
    """Give up the rest of a slot that one came for; not come yet, it is cancelled. OCCUPIED: the machine still runs."""
    if old.status not in facts.ARRIVED:
        return cancel(tx, old, by, now)
    if old.end <= now:
        return NotReserved(no(Reason.PAST))
    running = tx.sessions.running(old.machine)
    if running is not None and running.reservation == old.id:
        return NotReserved((Objection(Reason.OCCUPIED, {}, "badge_out"),))
    return release_rest(tx, old, by.id, (now, now))


def release_rest(
    tx: Tx, old: Reservation, by: str, times: tuple[datetime, datetime]
) -> Reservation | NotReserved:
    """The rest of the slot is free from the grid point after `left` on; `times` are (left, now). Less than a step: nothing (E25)."""
    left, now = times
    machine = tx.machines.get(old.machine)
    end = _next_grid(machine, left) if machine else old.end
    if not old.start < end < old.end:
        return old
    waiting_list.hold(tx, old.machine, Span(end, old.end), [old.person])
    cut = tx.bookings.move(old, old.start, end, old.seat, now)
    kept = cut and tx.bookings.change(cut, now, {"planned_end": old.planned_end or old.end})
    if kept is None:
        return NotReserved(no(Reason.CHANGED))
    if end <= now:
        kept = tx.bookings.set_status(kept, ReservationStatus.DONE, now) or kept
    telling.tell(tx, kept, by, "reservation.released", now)
    _offer(tx, old.machine, [Span(end, old.end)], now)
    return kept


def _next_grid(machine: Machine, at: datetime) -> datetime:
    policy = facts.policy_of(machine)
    return grid_ceil(at, policy.step_min, policy.zone)


def _offer(tx: Tx, machine: str, spans: Iterable[Span], now: datetime) -> None:
    for span in spans:
        if span.end > now:
            offering.freed(tx, machine, replace(span, start=max(span.start, now)), now)
