"""Who used which machine, for how long, and on which reservation? Sessions are built from records alone.

The node's session counts, whatever the hub believed: a session without a reservation gets one made for it
(a walk-up offline), and where another has the seat it stays without, for people to settle (R45).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.certificates import FOREVER, Act, Courses, Standing, standing, tree_of
from core.session import SessionRecord, Usage, usage
from core.timeline import BadInstant, Span
from core.vocabulary import ReservationKind, ReservationStatus, SessionKind, StopReason
from hub.ports import Machine, NewReservation, Node, Reservation, Session, StoredRecord, Tx
from hub.services import facts, giving_back, granting, merging, no_shows, overrunning, reserving, sanctions
from hub.services.company import concerned
from hub.services.house import house_of

USED_S = 300  # R26: five minutes of power count as use of a certificate
WALK_UP_MIN = 30  # R33, where the node said no end
_OPEN = frozenset({ReservationStatus.CONFIRMED, ReservationStatus.CONDITIONAL, *facts.ARRIVED})


def session_recorded(tx: Tx, node: Node, session: str, now: datetime) -> None:
    """New records of this session are stored: bring session, reservation and certificates up to them."""
    known = [one for one in tx.records.of_session(session) if one.node == node.id]
    found, machine = _usage(known), tx.machines.get(node.machine)
    if found is None or machine is None:
        return
    if tx.people.get(found.who) is None:
        tx.audit.append(node.lab, node.id, "session.stranger", session, {}, now)
        return
    before = tx.sessions.get(session)
    if before is None:
        sanctions.came_after_all(tx, found.who, machine.id, found.start, now)
    reservation = _reservation(tx, found, machine, before, now)
    row = replace(
        _row(tx, session, node, found, reservation), overran=before.overran if before is not None else None
    )
    tx.sessions.save(row)
    _follow(tx, found, reservation, now)
    if before is None or (found.end is not None and before.end is None):
        came = [
            one for one in (row.person, row.responsible) if one
        ]  # one more is there, or one less (R58, R22)
        granting.changed(tx, concerned(tx, house_of(tx, node.lab), came), now)
    if found.end is not None and (before is None or before.end is None):
        overrunning.ended(tx, row, now)
        _count_use(tx, found, machine, now)


def _usage(known: Sequence[StoredRecord]) -> Usage | None:
    """What the records say; records that nobody can read say nothing."""
    try:
        found = usage(SessionRecord(one.at, one.type, json.loads(one.text)["data"]) for one in known)
        return found and replace(found, responsible=_watched_by(known, found))
    except (BadInstant, KeyError, ValueError, TypeError):
        return None


def _watched_by(known: Sequence[StoredRecord], found: Usage) -> str | None:
    """Who answers for a supervised session: whoever tapped for it last (R29)."""
    taps = sorted((one for one in known if one.type == "supervise"), key=lambda one: one.at)
    said = json.loads(taps[-1].text)["data"].get("supervisor") if taps else None
    return said if found.responsible is not None and isinstance(said, str) else found.responsible


def _row(tx: Tx, session: str, node: Node, found: Usage, reservation: Reservation | None) -> Session:
    responsible = found.responsible if found.responsible and tx.people.get(found.responsible) else None
    return Session(
        id=session,
        lab=node.lab,
        node=node.id,
        machine=node.machine,
        person=found.who,
        responsible=responsible,
        reservation=reservation.id if reservation else None,
        kind=found.kind,
        start=found.start,
        until=found.until,
        end=found.end,
        end_reason=found.end_reason,
        end_quality=found.end_quality,
        power_s=found.power_s,
        busy_s=found.busy_s,
        minutes=found.minutes,
    )


def _reservation(
    tx: Tx, found: Usage, machine: Machine, before: Session | None, now: datetime
) -> Reservation | None:
    """The reservation of the session: the named one if it is his, the one made before, or a new walk-up."""
    for name in (found.reservation, before.reservation if before else None):
        named = tx.bookings.get(name) if name else None
        if named and named.machine == machine.id and named.person == found.who:
            his = no_shows.came_in_time(tx, named, found.start, now) or named
            return merging.slot_of(tx, machine, his, found.end or now, now)
    if found.kind is not SessionKind.USE or before is not None:
        return None
    made = merging.slot_of(tx, machine, _walk_up(tx, found, machine, now), found.end or now, now)
    action = "reservation.walkup" if made else "session.unbooked"
    tx.audit.append(machine.lab, found.who, action, made.id if made else machine.id, {}, now)
    return made


def _walk_up(tx: Tx, found: Usage, machine: Machine, now: datetime) -> Reservation | None:
    """The walk-up that the node let begin; None where every seat was taken."""
    end = found.end or found.until or found.start + timedelta(minutes=WALK_UP_MIN)
    slot = merging.ahead(tx, found.who, machine.id, Span(found.start, end)) if found.start < end else None
    end = slot.start if slot else end  # there it goes on as what he booked (E21)
    status = ReservationStatus.DONE if found.end else ReservationStatus.IN_USE
    span = Span(found.start, max(end, found.start + timedelta(seconds=1)))
    seats = [seat.id for seat in tx.machines.seats(machine.id, lock=True)]
    free = [seat for seat in seats if not _in_the_way(tx, machine, seat, span)]
    if not free and seats:
        _make_room(tx, machine, seats[0], span, now)
    for seat in free or seats[:1]:
        wanted = NewReservation(
            lab=machine.lab,
            machine=machine.id,
            seat=seat,
            person=found.who,
            start=span.start,
            end=span.end,
            exempt=True,
            kind=ReservationKind.WALKUP,
            status=status,
        )
        if made := tx.bookings.add(wanted, now):
            granting.changed(tx, [machine.id], now)
            return made
    return None


def _in_the_way(tx: Tx, machine: Machine, seat: int, span: Span) -> list[Reservation]:
    return [one for one in tx.bookings.taken(machine.id, span.start, span.end) if one.seat == seat]


def _make_room(tx: Tx, machine: Machine, seat: int, span: Span, now: datetime) -> None:
    """Who was at the machine keeps the time; what was booked online meanwhile is made good (R45, E30).

    Whose holder came is not touched: then two say that they had it, and people settle it.
    """
    there = _in_the_way(tx, machine, seat, span)
    if all(one.status is ReservationStatus.CONFIRMED and one.kind in no_shows.TAPPED_FOR for one in there):
        for one in there:
            reserving.displace(tx, one, "hub", now)


def _follow(tx: Tx, found: Usage, reservation: Reservation | None, now: datetime) -> None:
    """The reservation's status follows the session: in use, then arrived again or done."""
    if reservation is None or reservation.status not in _OPEN:
        return
    if found.end is None:
        _set(tx, reservation, ReservationStatus.IN_USE, now)
    elif reservation.kind is ReservationKind.WALKUP:
        _end_walk_up(tx, reservation, found.end, now)
    else:
        _end_slot(tx, reservation, found, now)


def _end_slot(tx: Tx, reservation: Reservation, found: Usage, now: datetime) -> None:
    """Over with the slot; before its end a badge-out gives up the rest (R36), all else keeps it for a new tap (R42, R44)."""
    end = found.end or now
    if max(now, end) >= reservation.end:
        _set(tx, reservation, ReservationStatus.DONE, now)
        return
    _set(tx, reservation, ReservationStatus.ARRIVED, now)
    present = tx.bookings.get(reservation.id)
    if present is not None and found.end_reason is StopReason.BADGE_OUT:
        giving_back.release_rest(tx, present, found.who, (end, now))


def _end_walk_up(tx: Tx, reservation: Reservation, end: datetime, now: datetime) -> None:
    """A walk-up lasts as long as it was used: the rest is free for the next one."""
    cut = max(end, reservation.start + timedelta(seconds=1))
    shorter = reservation
    if cut < reservation.end:
        shorter = tx.bookings.move(reservation, reservation.start, cut, reservation.seat, now) or reservation
    _set(tx, shorter, ReservationStatus.DONE, now)
    granting.changed(tx, [reservation.machine], now)


def _set(tx: Tx, reservation: Reservation, status: ReservationStatus, now: datetime) -> None:
    if reservation.status is not status:
        tx.bookings.set_status(reservation, status, now)


def _count_use(tx: Tx, found: Usage, machine: Machine, now: datetime) -> None:
    """Enough power counts as use of the machine's certificates and all that they rest on, supervised or not (R25, R26).

    What it changes (one that slept is awake, one sleeps later: once a day at most) the nodes are told at once.
    """
    if found.kind is not SessionKind.USE or found.end is None or (found.power_s or 0) < USED_S:
        return
    courses = facts.courses_of(tx, machine.lab, machine.zone)
    used = [one for one in tx.certificates.of(found.who) if one.course in tree_of(machine.needs, courses)]
    before = _asleep(tx, found.who, courses, now)
    for certificate in used:
        tx.certificates.record(certificate, Act.USE.value, found.end)
    after = _asleep(tx, found.who, courses, now)
    for certificate in used:
        if before[certificate.course] != after[certificate.course]:
            granting.lab_changed(tx, machine.lab, now, certificate.course)


def _asleep(tx: Tx, who: str, courses: Courses, now: datetime) -> dict[str, datetime | None]:
    """Until when each of the person's certificates is good, by its own events; None: not now."""
    events = facts.events_of(tx.certificates.events(who))
    held = {event.course for event in events if event.course in courses}
    alone = {name: replace(courses[name], needs=()) for name in held}
    return {name: _until(standing(name, events, alone, now)) for name in held}


def _until(found: Standing) -> datetime | None:
    return (found.until or FOREVER) if found.usable else None
