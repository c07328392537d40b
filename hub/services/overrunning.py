"""Who stays past his end, and who waits for it? Noticed from what the node wrote down; the next one hears it and begins later (R38).

1. Nobody is cut off here: the node decides about power. 2. A strike only where somebody waited, one a slot, and it goes again
when late records show that the session had ended in time. 3. Whoever waits keeps the length of his slot, where the time
after it is free; he begins half an hour later at most.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from core.sanctions import Cause
from core.timeline import Span, grid_ceil, grid_floor, stamp
from core.vocabulary import Reason, ReservationStatus, SessionKind
from hub.ports import Machine, Node, Reservation, Session, Tx
from hub.services import facts, ground, no_shows, sanctions, telling, waiting_list
from hub.services.ground import NotReserved, Wish

HUB = "hub"
LATER_MOST = timedelta(minutes=30)  # R38
STAYS_HIS = frozenset(
    {
        Reason.GRID,
        Reason.PAST,
        Reason.LEAD,
        Reason.DURATION,
        Reason.QUOTA,
        Reason.GAP,
        Reason.PRIORITY,
        Reason.HORIZON,
        Reason.MEMBER_SUSPENDED,
    }
)  # fmt: skip -- he had the slot already: what is held against a new one is not held against this
WAITS = frozenset({ReservationStatus.CONFIRMED, ReservationStatus.ARRIVED})


def due(tx: Tx, now: datetime, limit: int) -> list[Session]:
    """Sessions that run past their end and its tolerance, and whose node would have told us had they ended."""
    return [one for one in tx.sessions.overdue(now, limit) if _is_due(tx, one, now)]


def notice_due(tx: Tx, now: datetime, limit: int) -> int:
    """Write down what is due, tell who waits. How many."""
    found = due(tx, now, limit)
    for session in found:
        noticed(tx, session, now, now)
    return len(found)


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next session runs over, if nobody ends or extends it before."""
    running = [one for lab in tx.machines.labs() for one in tx.sessions.running_in(lab.id)]
    ends = [at for one in running if one.overran is None and (at := _late_at(tx, one)) is not None]
    return min((at for at in ends if at > now), default=None)


def ended(tx: Tx, session: Session, now: datetime) -> Session:
    """The session's end is known: did it last too long after all, and from when on is the machine free for the next one?"""
    late_at = _late_at(tx, session)
    if late_at is None or session.end is None:
        return session
    if session.end <= late_at:
        return _taken_back(tx, session, now)
    if session.overran is None:
        return noticed(tx, session, session.end, now)
    waits = _waits(tx, session, session.end)
    if waits is not None:
        _make_way(tx, session, waits, session.end, now)
    return session


def alarmed(tx: Tx, node: Node, session: str | None, at: datetime) -> None:
    """The node called for staff: it goes on past the cap."""
    what = {"machine": node.machine, "at": stamp(at)}
    tx.audit.append(node.lab, node.id, "session.alarm", session or node.machine, what, at)


def noticed(tx: Tx, session: Session, at: datetime, now: datetime) -> Session:
    """It runs over as of `at`: written down once; who waits is told, and then it is a strike."""
    kept = replace(session, overran=at)
    tx.sessions.save(kept)
    waits = _waits(tx, session, at)
    if waits is not None:
        _make_way(tx, session, waits, at, now)
    tx.outbox.put_once(session.lab, "live", session.machine, {}, now)
    what = {"machine": session.machine, "member": session.person}
    tx.audit.append(session.lab, HUB, "session.overran", session.id, what, now)
    if waits is not None or _on_the_list(tx, session, at):
        _strike(tx, session, now)
    return kept


def _is_due(tx: Tx, session: Session, now: datetime) -> bool:
    late_at, node = _late_at(tx, session), tx.nodes.at(session.machine)
    if late_at is None or now < late_at or node is None or session.until is None:
        return False
    return no_shows.sure(tx, node, Span(session.until, now), now)


def _late_at(tx: Tx, session: Session) -> datetime | None:
    """The end of the tolerance; None for maintenance, and where no end was said."""
    machine = tx.machines.get(session.machine)
    if machine is None or session.until is None or session.kind is not SessionKind.USE:
        return None
    return session.until + timedelta(seconds=facts.policy_of(machine).tolerance_s)


def _waits(tx: Tx, session: Session, at: datetime) -> Reservation | None:
    """Whose slot on this seat has begun by then, and who did not sit down yet."""
    if session.until is None:
        return None
    own = tx.bookings.get(session.reservation) if session.reservation else None
    coming = [
        one
        for one in tx.bookings.taken(session.machine, session.until, at)
        if one.person != session.person and one.start >= session.until and one.status in WAITS
    ]
    return next((one for one in coming if own is None or one.seat == own.seat), None)


def _on_the_list(tx: Tx, session: Session, at: datetime) -> bool:
    machine = tx.machines.get(session.machine)
    if machine is None or session.until is None:
        return False
    return waiting_list.wanted(tx, machine, Span(session.until, at), session.person)


def _strike(tx: Tx, session: Session, now: datetime) -> None:
    own = tx.bookings.get(session.reservation) if session.reservation else None
    if own is not None:
        sanctions.strike(tx, own, Cause.OVERRUN, now)


def _taken_back(tx: Tx, session: Session, now: datetime) -> Session:
    """It had ended in time, and we heard so too late."""
    if session.overran is None:
        return session
    kept = replace(session, overran=None)
    tx.sessions.save(kept)
    if session.reservation is not None:
        sanctions.not_so(tx, session.person, session.reservation, now)
    return kept


def _make_way(tx: Tx, session: Session, waits: Reservation, free_from: datetime, now: datetime) -> None:
    """The next one begins when the machine is free, as long as before; he hears it either way."""
    machine = tx.machines.get(waits.machine)
    if machine is None or session.until is None or waits.end <= now:
        return
    policy = facts.policy_of(machine)
    first = min(
        grid_ceil(free_from, policy.step_min, policy.zone),
        grid_floor(session.until + LATER_MOST, policy.step_min, policy.zone),
    )
    moved = _moved(tx, machine, waits, first, now)
    minutes = Span(waits.start, moved.start).minutes
    if minutes or session.overran is None:  # told at once, and again only where it changed
        more = {"minutes": minutes, "was": stamp(waits.start)}
        telling.tell(tx, moved, HUB, "reservation.delayed", now, more)


def _moved(tx: Tx, machine: Machine, waits: Reservation, first: datetime, now: datetime) -> Reservation:
    """The slot at `first`, or as near to it as the time after is free; else where it was."""
    step = timedelta(minutes=facts.policy_of(machine).step_min)
    if waits.kind not in no_shows.TAPPED_FOR:
        return waits  # a class has its hour
    while first > waits.start:
        later = first - waits.start
        if _is_free(tx, waits, later, now):
            moved = tx.bookings.move(waits, first, waits.end + later, waits.seat, now)
            if moved is not None:
                held = moved.held_until and moved.held_until + later
                return tx.bookings.change(moved, now, {"held_until": held}) or moved if held else moved
        first -= step
    return waits


def _is_free(tx: Tx, waits: Reservation, later: timedelta, now: datetime) -> bool:
    wish = Wish(
        waits.machine, waits.person, waits.start + later, waits.end + later, HUB, waits.kind, read=True
    )
    found = ground.ground_of(tx, wish, now, lock=True, but=waits.id)
    return not isinstance(found, NotReserved) and all(one.code in STAYS_HIS for one in found.against())
