"""What becomes of a slot that repeats? Every occurrence has its own answer; one, the following or all are changed together (R52).

1. The rule is wall time: Thursday 17:00 stays 17:00 over a clock change (S28). 2. Days on which the house is closed
are skipped, and say so. 3. What was changed alone keeps its change; what is over is never touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.access import Objection, objection
from core.recurring import Fall, falls, shifted, wall_of
from core.timeline import stamp
from core.vocabulary import OCCUPYING, Reason, ReservationKind
from hub.ports import Machine, Person, Reservation, Series, Tx
from hub.services import facts, giving_back, ground, repeating, reserving, telling
from hub.services.ground import NotReserved, Wish
from hub.services.refused import Refused, refused
from hub.services.repeating import BadRule


class Scope(StrEnum):
    """Which occurrences a change is about."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """A slot [start, end) on a machine that repeats by `rrule`; `person` holds it, `by` asks for it."""

    machine: str
    person: str
    rrule: str
    start: datetime
    end: datetime
    by: str
    kind: ReservationKind = ReservationKind.BOOKING
    note: str = ""
    override: bool = False
    displace: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of the series: its reservation, or everything against it; no start where the wall time does not exist."""

    start: datetime | None
    end: datetime | None
    reservation: Reservation | None
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """The series (None where no occurrence could be had) and each of its occurrences, in order."""

    series: str | None
    occurrences: tuple[Occurrence, ...]


def book(tx: Tx, wish: SeriesWish, now: datetime) -> SeriesAnswer | Refused:
    """Book every occurrence that can be had. Refused as a whole: NOT_FOUND, FORBIDDEN, INVALID {field}."""
    machine = tx.machines.get(wish.machine)
    if machine is None:
        return refused(Reason.NOT_FOUND)
    if not now - ground.FAR < wish.start < wish.end < now + ground.FAR:
        return refused(Reason.INVALID, {"field": "end" if wish.end <= wish.start else "start"})
    length = wish.end - wish.start
    if length > timedelta(minutes=max(facts.policy_of(machine).max_duration_min, ground.AROUND.days * 1440)):
        return refused(Reason.INVALID, {"field": "end"})
    try:
        walls = repeating.walls(wish.rrule, wall_of(wish.start, machine.zone))
    except BadRule:
        return refused(Reason.INVALID, {"field": "rrule"})
    made = _made(tx, machine, wish, now)
    minutes = int(length.total_seconds()) // 60
    answers = tuple(_one(tx, wish, fall, made.id, now) for fall in falls(walls, minutes, machine.zone))
    if all(answer.reservation is None for answer in answers):
        return SeriesAnswer(None, answers)
    tx.series.add(made)
    what = {"machine": wish.machine, "member": wish.person}
    tx.audit.append(machine.lab, wish.by, "series.made", made.id, what, now)
    _mail(tx, answers, now)
    return SeriesAnswer(made.id, answers)


def _mail(tx: Tx, answers: Iterable[Occurrence], now: datetime) -> None:
    """One mail for all of them, about the first."""
    held = [answer.reservation for answer in answers if answer.reservation is not None]
    telling.mail(tx, held[0], "series.made", now, {"count": len(held), "last": stamp(held[-1].start)})


def _made(tx: Tx, machine: Machine, wish: SeriesWish, now: datetime) -> Series:
    return Series(
        id=tx.fresh_id(),
        lab=machine.lab,
        machine=machine.id,
        person=wish.person,
        rrule=wish.rrule.strip(),
        start_local=wall_of(wish.start, machine.zone).isoformat(timespec="minutes"),
        minutes=int((wish.end - wish.start).total_seconds()) // 60,
        zone=machine.zone,
        before=None,
        by=wish.by,
        created=now,
    )


def _one(tx: Tx, wish: SeriesWish, fall: Fall, series: str, now: datetime) -> Occurrence:
    if fall.start is None or fall.end is None:
        return Occurrence(None, None, None, (objection(fall.reason or Reason.NONEXISTENT_TIME),))
    single = Wish(
        wish.machine,
        wish.person,
        fall.start,
        fall.end,
        wish.by,
        wish.kind,
        wish.note,
        override=wish.override,
        displace=wish.displace,
    )
    answer = reserving.reserve(tx, single, now, mailed=False)
    if isinstance(answer, NotReserved):
        return Occurrence(fall.start, fall.end, None, answer.objections)
    bound = tx.bookings.change(answer, now, {"series": series}) or answer
    return Occurrence(fall.start, fall.end, bound)


def move(
    tx: Tx, old: Reservation, scope: Scope, by: Person, span: tuple[datetime, datetime], now: datetime
) -> SeriesAnswer | NotReserved:
    """Move this one to `span`, and the others of the scope by as much on the wall clock; each has its own answer."""
    machine = tx.machines.get(old.machine)
    if machine is None or span[1] <= span[0]:
        return NotReserved(refused(Reason.INVALID, {"field": "end"}).objections)
    later = wall_of(span[0], machine.zone) - wall_of(old.start, machine.zone)
    length = span[1] - span[0]
    touched = list(_touched(tx, old, scope, now))
    touched.sort(key=lambda one: one.start, reverse=later > timedelta(0))  # none runs into its neighbour
    answers = [_moved(tx, one, by, (shifted(one.start, later, machine.zone), length), now) for one in touched]
    kept = old.series
    if scope is not Scope.THIS and any(answer.reservation is not None for answer in answers):
        since = min(touched, key=lambda one: one.start)
        kept = _rewritten(tx, since, touched, (later, length), (by, now))
    return SeriesAnswer(kept, tuple(sorted(answers, key=lambda one: one.start or now)))


def cancel(tx: Tx, old: Reservation, scope: Scope, by: Person, now: datetime) -> SeriesAnswer:
    """Give this one back, those that follow, or all that is to come; each has its own answer."""
    answers = []
    for one in _touched(tx, old, scope, now):
        answer = giving_back.cancel(tx, one, by, now)
        gone = answer if isinstance(answer, Reservation) else None
        against = answer.objections if isinstance(answer, NotReserved) else ()
        answers.append(Occurrence(one.start, one.end, gone, against))
    return SeriesAnswer(old.series, tuple(answers))


def _touched(tx: Tx, old: Reservation, scope: Scope, now: datetime) -> Iterable[Reservation]:
    """The occurrences of the scope that are still to come."""
    if scope is Scope.THIS or old.series is None:
        return [old]
    since = old.start if scope is Scope.FOLLOWING else now
    return [
        one
        for one in tx.bookings.together(series=old.series)
        if one.status in OCCUPYING and one.start >= since and one.start > now
    ]


def _moved(
    tx: Tx, one: Reservation, by: Person, to: tuple[datetime | None, timedelta], now: datetime
) -> Occurrence:
    start, length = to
    if start is None:
        return Occurrence(None, None, None, (objection(Reason.NONEXISTENT_TIME),))
    answer = giving_back.move(tx, one, by, (start, start + length), now)
    if isinstance(answer, NotReserved):
        return Occurrence(start, start + length, None, answer.objections)
    return Occurrence(answer.start, answer.end, answer)


def _rewritten(
    tx: Tx, first: Reservation, touched: Iterable[Reservation], to: tuple[timedelta, timedelta],
    asked: tuple[Person, datetime],
) -> str | None:  # fmt: skip
    """The rule says what was done: from the first that moved on they are a series of their own, that names the one before.

    Where nothing came before them the series itself has its new rule.
    """
    (later, length), (by, now) = to, asked
    before = tx.series.get(first.series) if first.series else None
    if before is None:
        return first.series
    all_of_them = walls_of(before)
    stays, goes = _parted(all_of_them, wall_of(first.start, before.zone))
    if not goes:
        return before.id
    new = replace(
        before,
        rrule=repeating.rule_of(before.rrule, goes, later),
        start_local=(goes[0] + later).isoformat(timespec="minutes"),
        minutes=int(length.total_seconds()) // 60,
    )
    if not stays:
        tx.series.change(new)
        return before.id
    tx.series.change(replace(before, rrule=repeating.rule_of(before.rrule, stays, timedelta(0))))
    new = replace(new, id=tx.fresh_id(), before=before.id, by=by.id, created=now)
    tx.series.add(new)
    for one in touched:
        present = tx.bookings.get(one.id)
        if present is not None:
            tx.bookings.change(present, now, {"series": new.id})
    return new.id


def walls_of(kept: Series) -> tuple[datetime, ...]:
    """The starts that a series names; none where its rule is read no more."""
    start = datetime.fromisoformat(kept.start_local)
    if kept.rrule.startswith("RDATE:"):
        return tuple(datetime.fromisoformat(day) for day in kept.rrule.removeprefix("RDATE:").split(","))
    try:
        return repeating.walls(kept.rrule, start)
    except BadRule:
        return ()


def _parted(
    walls: tuple[datetime, ...], since: datetime
) -> tuple[tuple[datetime, ...], tuple[datetime, ...]]:
    """Those before that day, and the others."""
    stays = tuple(wall for wall in walls if wall.date() < since.date())
    return stays, walls[len(stays) :]
