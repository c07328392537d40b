"""How are reservations kept, so that no seat is ever taken twice?

The guard is the database's (an exclusion constraint, or triggers on SQLite); this book only turns its refusal into None.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from core.holder import COUNTED, Held
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports.bookings import HeldSpan, NewReservation, Reservation, ReservationFilter
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.schema import UtcTime, table_of
from hub.store.schema.use import GOING_ON, OCCUPIES

TABLE = table_of(schema.Reservation)
MACHINE = table_of(schema.Machine)
PERSON = table_of(schema.User)
C = TABLE.c
CHANGEABLE = frozenset({"held_until", "planned_end", "series", "kind", "exempt"})

_SHARES = (
    select(
        C.id, C.person, C.machine, C.kind, C.status, C.start_ms, C.end_ms, C.exempt,
        MACHINE.c.family, PERSON.c.household, PERSON.c.organisation,
    )
    .join(MACHINE, MACHINE.c.id == C.machine)
    .join(PERSON, PERSON.c.id == C.person)
    .where(
        C.person.in_(bindparam("persons", expanding=True)),
        C.end_ms > bindparam("since", type_=C.end_ms.type),
        C.status.in_(sorted(COUNTED)),
    )
    .order_by(C.start_ms, C.id)
)  # fmt: skip
_GET = select(TABLE).where(C.id == bindparam("wanted"))

# Occupying spans on a seat are disjoint: what touches [start, end) is the last one that starts at or before `start`, and
# those that start inside. One seek in ix_reservation_seat_start for each seat, whatever the number of rows (B5).
_ON_THE_SEAT = f"{OCCUPIES.replace('status', '{0}.status')} AND {{0}}.seat = place.id"
_TOUCHING = f"""
    FROM seat AS place CROSS JOIN reservation AS held
    WHERE place.machine = :machine AND {_ON_THE_SEAT.format("held")}
    AND held.start_ms < :end AND held.end_ms > :start AND held.start_ms >= COALESCE((
        SELECT before.start_ms FROM reservation AS before
        WHERE {_ON_THE_SEAT.format("before")} AND before.start_ms <= :start ORDER BY before.start_ms DESC LIMIT 1
    ), :start)
    ORDER BY held.start_ms, held.seat
"""  # noqa: S608 -- constants of this file
_TAKEN = text(f"SELECT {', '.join(f'held.{column.name}' for column in C)} {_TOUCHING}").columns(*C)
_HELD = text(f"SELECT held.start_ms, held.end_ms, held.seat, held.person, held.kind, held.id {_TOUCHING}")


class BookingBook:
    """`hub.ports.Bookings` over table reservation."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._postgres = connection.dialect.name == "postgresql"

    def get(self, reservation: str) -> Reservation | None:
        """The reservation with this id."""
        row = self._c.execute(_GET, {"wanted": reservation}).one_or_none()
        return None if row is None else _reservation(row)

    def taken(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a machine that touch [start, end), by start, then seat."""
        return [_reservation(row) for row in self._c.execute(_TAKEN, _within(machine, start, end))]

    def held_spans(self, machine: str, start: datetime, end: datetime) -> Sequence[HeldSpan]:
        """The same as `taken`, bare, for those who keep them in memory."""
        return list(starmap(HeldSpan, self._c.execute(_HELD, _within(machine, start, end))))

    def taken_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a whole lab that touch [start, end), by start, then seat."""
        touching = and_(text(OCCUPIES), C.lab == lab, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.seat))
        return [_reservation(row) for row in rows]

    def over(self, now: datetime, limit: int) -> Sequence[Reservation]:
        """Occupying ones that have ended and are not done yet, oldest end first."""
        ended = and_(text(GOING_ON), C.end_ms <= now)
        rows = self._c.execute(select(TABLE).where(ended).order_by(C.end_ms).limit(limit))
        return [_reservation(row) for row in rows]

    def awaited(self, before: datetime, limit: int) -> Sequence[Reservation]:
        """Confirmed ones that began before then and whose holder has not come, oldest start first."""
        open_ones = and_(text(GOING_ON), C.status == ReservationStatus.CONFIRMED, C.start_ms <= before)
        rows = self._c.execute(select(TABLE).where(open_ones).order_by(C.start_ms, C.id).limit(limit))
        return [_reservation(row) for row in rows]

    def next_start(self, after: datetime) -> datetime | None:
        """The earliest start at or after then of a confirmed one."""
        coming = and_(text(GOING_ON), C.status == ReservationStatus.CONFIRMED, C.start_ms >= after)
        first = select(C.start_ms).where(coming).order_by(C.start_ms).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def next_end(self, after: datetime) -> datetime | None:
        """The earliest end after then of one that is not done."""
        first = select(C.end_ms).where(text(GOING_ON), C.end_ms > after).order_by(C.end_ms).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def held(self, before: datetime, limit: int) -> Sequence[Reservation]:
        """Conditional ones whose `held_until` is at or before then, oldest first."""
        held = and_(text(GOING_ON), C.status == ReservationStatus.CONDITIONAL, C.held_until <= before)
        rows = select(TABLE).where(held).order_by(C.held_until, C.id).limit(limit)
        return [_reservation(row) for row in self._c.execute(rows)]

    def next_held(self) -> datetime | None:
        """The earliest `held_until` of a conditional one."""
        held = and_(text(GOING_ON), C.status == ReservationStatus.CONDITIONAL, C.held_until.is_not(None))
        first = select(C.held_until).where(held).order_by(C.held_until).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def given_up_late(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """Those cancelled late that touch [start, end)."""
        late = and_(C.machine == machine, C.end_ms > start, C.status == ReservationStatus.CANCELLED_LATE)
        rows = self._c.execute(select(TABLE).where(late, C.start_ms < end).order_by(C.start_ms, C.id))
        return [_reservation(row) for row in rows]

    def together(self, *, series: str | None = None, party: str | None = None) -> Sequence[Reservation]:
        """All of a series, or of a party, by start."""
        wanted = C.series == series if series is not None else C.party == party
        rows = self._c.execute(select(TABLE).where(wanted).order_by(C.start_ms, C.id))
        return [_reservation(row) for row in rows]

    def of_person(self, person: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """All of a person, whatever their status, that touch [start, end), by start."""
        touching = and_(C.person == person, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.id))
        return [_reservation(row) for row in rows]

    def shares(self, persons: Sequence[str], since: datetime) -> Sequence[Held]:
        """What these people hold, or held, that ends after then and may count as a share, by start."""
        rows = self._c.execute(_SHARES, {"persons": list(persons), "since": since})
        return [
            Held(
                id=row.id,
                who=row.person,
                machine=row.machine,
                family=row.family,
                kind=ReservationKind(row.kind),
                status=ReservationStatus(row.status),
                start=row.start_ms,
                end=row.end_ms,
                exempt=row.exempt,
                household=row.household,
                organisation=row.organisation,
            )
            for row in rows
        ]

    def change(self, old: Reservation, now: datetime, values: Mapping[str, object]) -> Reservation | None:
        """Set held_until, planned_end, series, kind or exempt of what was read; None when somebody was first."""
        if strange := set(values) - CHANGEABLE:
            raise KeyError(*sorted(strange))
        return self._update(old.id, _as_read(old).values(changed=now, rev=old.rev + 1, **values))

    def page(self, wanted: ReservationFilter) -> Sequence[Reservation]:
        """Reservations, newest start first."""
        rows = select(TABLE).order_by(C.start_ms.desc(), C.id.desc()).limit(wanted.limit)
        for column, value in ((C.lab, wanted.lab), (C.machine, wanted.machine), (C.person, wanted.person)):
            if value is not None:
                rows = rows.where(column == value)
        if wanted.start is not None:
            rows = rows.where(C.end_ms > wanted.start)
        if wanted.end is not None:
            rows = rows.where(C.start_ms < wanted.end)
        if wanted.before is not None:
            start, identity = wanted.before
            rows = rows.where(or_(C.start_ms < start, and_(C.start_ms == start, C.id < identity)))
        return [_reservation(row) for row in self._c.execute(rows)]

    def add(self, new: NewReservation, now: datetime) -> Reservation | None:
        """Take the seat; None when the database found it taken."""
        made = Reservation(
            id=secrets.token_urlsafe(16),
            lab=new.lab,
            machine=new.machine,
            seat=new.seat,
            person=new.person,
            start=new.start,
            end=new.end,
            kind=new.kind,
            status=new.status,
            note=new.note,
            by=new.by or new.person,
            created=now,
            changed=now,
            rev=1,
            held_until=new.held_until,
            series=new.series,
            party=new.party,
            exempt=new.exempt,
        )
        return made if self._insert(_values(made)) else None

    def move(
        self, old: Reservation, start: datetime, end: datetime, seat: int, now: datetime
    ) -> Reservation | None:
        """Move as it was read (`old.rev`); None when taken or changed meanwhile."""
        change = _as_read(old).values(start_ms=start, end_ms=end, seat=seat, changed=now, rev=old.rev + 1)
        return self._update(old.id, change)

    def set_status(self, old: Reservation, status: ReservationStatus, now: datetime) -> Reservation | None:
        """Change the status of what was read; None when somebody was first."""
        return self._update(old.id, _as_read(old).values(status=status, changed=now, rev=old.rev + 1))

    def _insert(self, values: dict[str, Any]) -> bool:
        if self._postgres:  # waits for a rival's transaction, then takes the seat or does nothing
            return insert_once(self._c, TABLE, values)
        try:
            self._c.execute(insert(TABLE).values(values))
        except IntegrityError as refused:
            return _is_overlap(refused)
        return True

    def _update(self, identity: str, change: Update) -> Reservation | None:
        try:
            with self._c.begin_nested():
                changed = self._c.execute(change).rowcount
        except IntegrityError as refused:
            changed = int(_is_overlap(refused))
        return self.get(identity) if changed else None


def _is_overlap(refused: IntegrityError) -> bool:
    """False (nothing was taken) for the guard's refusal; anything else is breakage and raised."""
    cause = str(refused.orig)
    if "OVERLAP" in cause or "no_overlap" in cause:
        return False
    raise refused


def _within(machine: str, start: datetime, end: datetime) -> dict[str, object]:
    ms = UtcTime().process_bind_param
    return {"machine": machine, "start": ms(start, None), "end": ms(end, None)}


def _as_read(old: Reservation) -> Update:
    return update(TABLE).where(C.id == old.id, C.rev == old.rev)


def _values(made: Reservation) -> dict[str, Any]:
    return {
        "id": made.id,
        "lab": made.lab,
        "machine": made.machine,
        "seat": made.seat,
        "person": made.person,
        "start_ms": made.start,
        "end_ms": made.end,
        "kind": made.kind,
        "status": made.status,
        "note": made.note,
        "by": made.by,
        "created": made.created,
        "changed": made.changed,
        "rev": made.rev,
        "held_until": made.held_until,
        "planned_end": made.planned_end,
        "series": made.series,
        "party": made.party,
        "exempt": made.exempt,
    }


def _reservation(row: Row[tuple[object, ...]]) -> Reservation:
    return Reservation(
        id=row.id,
        lab=row.lab,
        machine=row.machine,
        seat=row.seat,
        person=row.person,
        start=row.start_ms,
        end=row.end_ms,
        kind=ReservationKind(row.kind),
        status=ReservationStatus(row.status),
        note=row.note,
        by=row.by,
        created=row.created,
        changed=row.changed,
        rev=row.rev,
        held_until=row.held_until,
        planned_end=row.planned_end,
        series=row.series,
        party=row.party,
        exempt=row.exempt,
    )
