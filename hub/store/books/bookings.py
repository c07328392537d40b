"""How are reservations kept, so that no seat is ever taken twice?

The guard is the database's (an exclusion constraint, or triggers on SQLite); this book only turns its refusal into None.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports.bookings import NewReservation, Reservation, ReservationFilter
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.schema import table_of
from hub.store.schema.use import OCCUPIES

TABLE = table_of(schema.Reservation)
C = TABLE.c

_GET = select(TABLE).where(C.id == bindparam("wanted"))
_LAST_BEFORE = (  # one seek: occupying spans on a seat are disjoint, so the last to start before `ends` decides
    select(TABLE)
    .where(
        text(OCCUPIES), C.seat == bindparam("on"), C.start_ms < bindparam("ends"), C.id != bindparam("but")
    )
    .order_by(C.start_ms.desc())
    .limit(1)
)


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
        touching = and_(text(OCCUPIES), C.machine == machine, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.seat))
        return [_reservation(row) for row in rows]

    def taken_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a whole lab that touch [start, end), by start, then seat."""
        touching = and_(text(OCCUPIES), C.lab == lab, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.seat))
        return [_reservation(row) for row in rows]

    def blocking(self, seat: int, start: datetime, end: datetime, *, but: str = "") -> Reservation | None:
        """The last occupying one on a seat that overlaps [start, end), `but` that one."""
        row = self._c.execute(_LAST_BEFORE, {"on": seat, "ends": end, "but": but}).one_or_none()
        return _reservation(row) if row is not None and row.end_ms > start else None

    def over(self, now: datetime, limit: int) -> Sequence[Reservation]:
        """Occupying ones that have ended and are not done yet, oldest end first."""
        ended = and_(text(OCCUPIES), C.status != ReservationStatus.DONE, C.end_ms <= now)
        rows = self._c.execute(select(TABLE).where(ended).order_by(C.end_ms).limit(limit))
        return [_reservation(row) for row in rows]

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
    )
