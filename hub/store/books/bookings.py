"""How are reservations kept, so that no seat is ever taken twice?

The guard is the database's (an exclusion constraint, or triggers on SQLite); this book only turns its refusal into None.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import lru_cache, partial
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from core.holder import COUNTED, Held
from core.vocabulary import ReservationKind, ReservationStatus
from hub.ports.bookings import HeldSpan, NewReservation, Reservation, ReservationFilter
from hub.store import schema
from hub.store.books.due import AS_READ, COLUMNS, TABLE, DueBookings, read_as, reservation_of, values_of
from hub.store.books.once import insert_once
from hub.store.ids import timed_id
from hub.store.said import Bare, Said
from hub.store.schema import instant_of, ms_of, table_of
from hub.store.schema.use import OCCUPIES

MACHINE = table_of(schema.Machine)
PERSON = table_of(schema.User)
C = TABLE.c
CHANGEABLE = frozenset({"held_until", "planned_end", "series", "kind", "exempt", "note"})

_COUNTED = ", ".join(f"'{status}'" for status in sorted(COUNTED))
_SHARES = (
    select(  # in the order of `Held`
        C.id, C.person, C.machine, MACHINE.c.family, C.kind, C.status, C.start_ms, C.end_ms, C.exempt,
        PERSON.c.household, PERSON.c.organisation, C.lab,
    )
    .join(MACHINE, MACHINE.c.id == C.machine)
    .join(PERSON, PERSON.c.id == C.person)
    .where(C.end_ms > bindparam("since", type_=C.end_ms.type), text(f"reservation.status IN ({_COUNTED})"))
    .order_by(C.start_ms, C.id)
)  # fmt: skip
_SHARES_OF_ONE = Said(_SHARES.where(C.person == bindparam("person")))
_ADD = Said(insert(TABLE), COLUMNS)
_GET = Said(select(*AS_READ).where(C.id == bindparam("wanted")))

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
_TAKEN = Said(
    text(f"SELECT {', '.join(f'held.{column.name}' for column in AS_READ)} {_TOUCHING}").columns(*AS_READ)
)
_HELD = Said(
    text(f"SELECT held.start_ms, held.end_ms, held.seat, held.person, held.kind, held.id {_TOUCHING}")
)
_KINDS = {str(one): one for one in ReservationKind}
_HELD_OF: Callable[[Bare], Held] = partial(
    tuple.__new__, Held
)  # as Held itself does, without its layer of Python
_STATUSES = {str(one): one for one in ReservationStatus}


class BookingBook(DueBookings):
    """`hub.ports.Bookings` over table reservation."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._postgres = connection.dialect.name == "postgresql"

    def get(self, reservation: str) -> Reservation | None:
        """The reservation with this id."""
        row = _GET.row(self._c, wanted=reservation)
        return None if row is None else read_as(row)

    def taken(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a machine that touch [start, end), by start, then seat."""
        return [
            read_as(row) for row in _TAKEN.rows(self._c, machine=machine, start=ms_of(start), end=ms_of(end))
        ]

    def held_spans(self, machine: str, start: datetime, end: datetime) -> Sequence[HeldSpan]:
        """The same as `taken`, bare, for those who keep them in memory."""
        rows = _HELD.rows(self._c, machine=machine, start=ms_of(start), end=ms_of(end))
        return list(starmap(HeldSpan, rows))

    def taken_in(self, lab: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """The occupying ones of a whole lab that touch [start, end), by start, then seat."""
        touching = and_(text(OCCUPIES), C.lab == lab, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.seat))
        return [reservation_of(row) for row in rows]

    def together(self, *, series: str | None = None, party: str | None = None) -> Sequence[Reservation]:
        """All of a series, or of a party, by start."""
        wanted = C.series == series if series is not None else C.party == party
        rows = self._c.execute(select(TABLE).where(wanted).order_by(C.start_ms, C.id))
        return [reservation_of(row) for row in rows]

    def starting(self, machine: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """All of a machine, whatever their status, that start in [start, end), by start."""
        begun = and_(C.machine == machine, C.start_ms >= start, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(begun).order_by(C.start_ms, C.id))
        return [reservation_of(row) for row in rows]

    def of_person(self, person: str, start: datetime, end: datetime) -> Sequence[Reservation]:
        """All of a person, whatever their status, that touch [start, end), by start."""
        touching = and_(C.person == person, C.start_ms < end, C.end_ms > start)
        rows = self._c.execute(select(TABLE).where(touching).order_by(C.start_ms, C.id))
        return [reservation_of(row) for row in rows]

    def shares(self, persons: Sequence[str], since: datetime) -> Sequence[Held]:
        """What these people hold, or held, that ends after then and may count as a share, by start."""
        if len(persons) == 1:
            rows = _SHARES_OF_ONE.bare(self._c, person=persons[0], since=since)
        else:
            rows = _shares_of(len(persons)).bare(self._c, since=since, **_numbered(persons))
        return [_held(row) for row in rows]

    def change(self, old: Reservation, now: datetime, values: Mapping[str, object]) -> Reservation | None:
        """Set held_until, planned_end, series, kind, exempt or note of what was read; None when somebody was first."""
        if strange := set(values) - CHANGEABLE:
            raise KeyError(*sorted(strange))
        return self._update(_as_read(old).values(changed=now, rev=old.rev + 1, **values))

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
        return [reservation_of(row) for row in self._c.execute(rows)]

    def add(self, new: NewReservation, now: datetime) -> Reservation | None:
        """Take the seat; None when the database found it taken."""
        lab, machine, seat, person, start, end, kind, status, note, by, held_until, series, party, exempt = (
            new
        )
        made = Reservation(
            timed_id(now), lab, machine, seat, person, start, end, kind, status, note, by or person,
            created=now, changed=now, rev=1, held_until=held_until, series=series, party=party, exempt=exempt,
        )  # fmt: skip
        return made if self._insert(made) else None

    def move(
        self, old: Reservation, start: datetime, end: datetime, seat: int, now: datetime
    ) -> Reservation | None:
        """Move as it was read (`old.rev`); None when taken or changed meanwhile."""
        change = _as_read(old).values(start_ms=start, end_ms=end, seat=seat, changed=now, rev=old.rev + 1)
        return self._update(change)

    def set_status(self, old: Reservation, status: ReservationStatus, now: datetime) -> Reservation | None:
        """Change the status of what was read; None when somebody was first."""
        return self._update(_as_read(old).values(status=status, changed=now, rev=old.rev + 1))

    def _insert(self, made: Reservation) -> bool:
        if self._postgres:  # waits for a rival's transaction, then takes the seat or does nothing
            return insert_once(self._c, TABLE, values_of(made))
        try:
            _ADD.put(self._c, made)
        except IntegrityError as refused:
            return _is_overlap(refused)
        return True

    def _update(self, change: Update) -> Reservation | None:
        try:
            # a refusal takes back the statement alone on SQLite, the whole transaction on PostgreSQL
            with self._c.begin_nested() if self._postgres else nullcontext():
                row = self._c.execute(change.returning(*AS_READ)).one_or_none()
        except IntegrityError as refused:
            _is_overlap(refused)
            return None
        return None if row is None else read_as(tuple(row))


def _is_overlap(refused: IntegrityError) -> bool:
    """False (nothing was taken) for the guard's refusal; anything else is breakage and raised."""
    cause = str(refused.orig)
    if "OVERLAP" in cause or "no_overlap" in cause:
        return False
    raise refused


@lru_cache(maxsize=64)  # one for each size of a household or an organisation
def _shares_of(most: int) -> Said:
    return Said(_SHARES.where(C.person.in_([bindparam(name) for name in _numbered(range(most))])))


def _numbered(values: Iterable[Any]) -> dict[str, Any]:
    return {f"p{number}": value for number, value in enumerate(values)}


def _held(row: Bare) -> Held:
    identity, who, machine, family, kind, status, start, end, exempt, household, organisation, lab = row
    return _HELD_OF((
        identity, who, machine, family, _KINDS[kind], _STATUSES[status], instant_of(start), instant_of(end),
        bool(exempt), household, organisation, lab,
    ))  # fmt: skip


def _as_read(old: Reservation) -> Update:
    return update(TABLE).where(C.id == old.id, C.rev == old.rev)
