"""Which reservations wait for the clock? Those that nobody came for, that run out, that are over.

Each asks the partial index over what is not done, so a million finished ones cost nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, text

from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports.bookings import Reservation
from hub.store import schema
from hub.store.said import Row as Bare
from hub.store.said import Said
from hub.store.schema import table_of
from hub.store.schema.use import GOING_ON, LATE

TABLE = table_of(schema.Reservation)
C = TABLE.c
AS_READ = tuple(  # the columns in the order of `Reservation`
    C[{"start": "start_ms", "end": "end_ms"}.get(name, name)] for name in Reservation._fields
)
COLUMNS = tuple(column.name for column in AS_READ)
_KIND, _STATUS = (AS_READ.index(column) for column in (C.kind, C.status))
_LATE = Said(
    select(*AS_READ)
    .where(
        text(LATE),
        C.machine == bindparam("of"),
        C.end_ms > bindparam("after", type_=C.end_ms.type),
    )
    .where(C.start_ms < bindparam("before", type_=C.start_ms.type))
    .order_by(C.start_ms, C.id)
)


class DueBookings:
    """The part of `hub.ports.Bookings` that the jobs ask."""

    _c: Connection

    def awaited(self, before: datetime, limit: int) -> Sequence[Reservation]:
        """Confirmed ones that began before then and whose holder has not come, oldest start first."""
        open_ones = and_(text(GOING_ON), C.status == ReservationStatus.CONFIRMED, C.start_ms <= before)
        rows = self._c.execute(select(TABLE).where(open_ones).order_by(C.start_ms, C.id).limit(limit))
        return [reservation_of(row) for row in rows]

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
        return [reservation_of(row) for row in self._c.execute(rows)]

    def next_held(self) -> datetime | None:
        """The earliest `held_until` of a conditional one."""
        held = and_(text(GOING_ON), C.status == ReservationStatus.CONDITIONAL, C.held_until.is_not(None))
        first = select(C.held_until).where(held).order_by(C.held_until).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def given_up_late(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """Those cancelled late that touch [start, end)."""
        return [read_as(row) for row in _LATE.rows(self._c, of=machine, after=start, before=end)]

    def over(self, now: datetime, limit: int) -> Sequence[Reservation]:
        """Occupying ones that have ended and are not done yet, oldest end first."""
        ended = and_(text(GOING_ON), C.end_ms <= now)
        rows = self._c.execute(select(TABLE).where(ended).order_by(C.end_ms).limit(limit))
        return [reservation_of(row) for row in rows]


def values_of(made: Reservation) -> dict[str, Any]:
    """A reservation as a row."""
    return dict(zip(COLUMNS, made, strict=True))


def read_as(row: Bare) -> Reservation:
    """The columns `AS_READ` as a reservation."""
    cells = list(row)
    cells[_KIND], cells[_STATUS] = ReservationKind(cells[_KIND]), ReservationStatus(cells[_STATUS])
    return Reservation(*cells)


def reservation_of(row: Row[tuple[object, ...]]) -> Reservation:
    """A row as a reservation."""
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
