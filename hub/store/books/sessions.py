"""How are sessions and locks kept?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from core.vocabulary import EndQuality, LockKind, ReservationKind, SessionKind, StopReason
from hub.ports.sessions import Lock, Session
from hub.store import schema
from hub.store.schema import table_of

SESSION = table_of(schema.Session)
LOCK = table_of(schema.Lock)
RESERVATION = table_of(schema.Reservation)
MACHINE = table_of(schema.Machine)
LONGEST = timedelta(days=1)  # a session that lasts longer is a forgotten one
_S, _R = SESSION.c, RESERVATION.c
_INSTANTS = {"start": "start_ms", "until": "until_ms", "end": "end_ms"}

# built once, as every tap asks them
_RUNNING = (
    select(SESSION)
    .where(_S.machine == bindparam("of"), _S.end_ms.is_(None))
    .order_by(_S.start_ms.desc(), _S.id)
    .limit(1)
)
_RUNS = and_(_S.end_ms.is_(None), _S.overran.is_(None))
_LOCKS_ON = (
    select(LOCK)
    .where(LOCK.c.machine == bindparam("of"), LOCK.c.lifted.is_(None))
    .order_by(LOCK.c.since, LOCK.c.id)
)


class SessionBook:
    """`hub.ports.Sessions` over table session."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, session: str) -> Session | None:
        """The session with this id (the node's own)."""
        row = self._c.execute(select(SESSION).where(_S.id == session)).one_or_none()
        return None if row is None else _session(row)

    def running(self, machine: str) -> Session | None:
        """The session that runs on a machine."""
        row = self._c.execute(_RUNNING, {"of": machine}).one_or_none()
        return None if row is None else _session(row)

    def running_in(self, lab: str) -> Sequence[Session]:
        """All sessions that run in a lab, by start."""
        wanted = select(SESSION).where(_S.lab == lab, _S.end_ms.is_(None)).order_by(_S.start_ms, _S.id)
        return [_session(row) for row in self._c.execute(wanted)]

    def tapped_out(self, lab: str, since: datetime, now: datetime) -> Sequence[Session]:
        """Sessions of a lab that a badge ended between the two, by end."""
        machines = select(MACHINE.c.id).where(
            MACHINE.c.lab == lab
        )  # an index finds each machine's of the day
        day = and_(_S.machine.in_(machines), _S.start_ms >= since - LONGEST)
        out = and_(_S.end_ms >= since, _S.end_ms <= now, _S.end_reason == StopReason.BADGE_OUT.value)
        return [_session(row) for row in self._c.execute(select(SESSION).where(day, out).order_by(_S.end_ms))]

    def answered_for(self, person: str, since: datetime) -> Sequence[Session]:
        """Sessions begun since then that this person answers for, newest first."""
        wanted = select(SESSION).where(_S.responsible == person, _S.start_ms >= since)
        return [_session(row) for row in self._c.execute(wanted.order_by(_S.start_ms.desc(), _S.id))]

    def overdue(self, now: datetime, limit: int) -> Sequence[Session]:
        """Sessions that run past their `until` and were not noticed yet, the longest overdue first."""
        over = and_(_RUNS, _S.until_ms <= now)
        rows = select(SESSION).where(over).order_by(_S.until_ms, _S.id).limit(limit)
        return [_session(row) for row in self._c.execute(rows)]

    def next_overdue(self) -> datetime | None:
        """The earliest `until` of a session that runs and was not noticed yet."""
        first = select(_S.until_ms).where(_RUNS, _S.until_ms.is_not(None)).order_by(_S.until_ms).limit(1)
        found: datetime | None = self._c.execute(first).scalar_one_or_none()
        return found

    def spilling(self, before: datetime, limit: int) -> Sequence[Session]:
        """Sessions that run on a walk-up which ends by `before`, and were let to run on past that end (E21)."""
        walk_up = and_(_R.id == _S.reservation, _R.kind == ReservationKind.WALKUP.value)
        on = and_(_S.end_ms.is_(None), _S.until_ms > _R.end_ms, _R.end_ms <= before)
        rows = select(SESSION).join(RESERVATION, walk_up).where(on).order_by(_S.start_ms, _S.id).limit(limit)
        return [_session(row) for row in self._c.execute(rows)]

    def save(self, session: Session) -> None:
        """Remember it as it stands now (insert or update)."""
        values = {_INSTANTS.get(name, name): value for name, value in asdict(session).items()}
        if self._c.execute(update(SESSION).where(_S.id == session.id).values(values)).rowcount == 0:
            self._c.execute(insert(SESSION).values(values))

    def page(  # noqa: PLR0913 -- a filter, every field named
        self,
        *,
        lab: str | None = None,
        machine: str | None = None,
        person: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> Sequence[Session]:
        """Sessions that touch [start, end), newest start first, behind the (start, id) of `before`."""
        rows = select(SESSION).order_by(_S.start_ms.desc(), _S.id.desc()).limit(limit)
        for column, value in ((_S.lab, lab), (_S.machine, machine), (_S.person, person)):
            if value is not None:
                rows = rows.where(column == value)
        if start is not None:
            rows = rows.where(or_(_S.end_ms > start, _S.end_ms.is_(None)))
        if end is not None:
            rows = rows.where(_S.start_ms < end)
        if before is not None:
            rows = rows.where(or_(_S.start_ms < before[0], and_(_S.start_ms == before[0], _S.id < before[1])))
        return [_session(row) for row in self._c.execute(rows)]


class LockBook:
    """`hub.ports.Locks` over table lock."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, lock: str) -> Lock | None:
        """The lock with this id."""
        row = self._c.execute(select(LOCK).where(LOCK.c.id == lock)).one_or_none()
        return None if row is None else _lock(row)

    def on(self, machine: str) -> Sequence[Lock]:
        """Locks not lifted, by since."""
        return [_lock(row) for row in self._c.execute(_LOCKS_ON, {"of": machine})]

    def lifted(self, machine: str) -> Sequence[str]:
        """Ids lifted whose `gone` record has not come."""
        wanted = select(LOCK.c.id).where(
            LOCK.c.machine == machine, LOCK.c.lifted.is_not(None), LOCK.c.gone.is_(None)
        )
        return list(self._c.execute(wanted.order_by(LOCK.c.id)).scalars())

    def open_in(self, lab: str) -> Sequence[Lock]:
        """The locks of a lab that are asked for, in force, or lifted without the node's word yet, by since."""
        wanted = (
            select(LOCK).where(LOCK.c.lab == lab, LOCK.c.gone.is_(None)).order_by(LOCK.c.since, LOCK.c.id)
        )
        return [_lock(row) for row in self._c.execute(wanted)]

    def page(self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None) -> Sequence[Lock]:
        """All locks of a lab, newest first."""
        c = LOCK.c
        rows = select(LOCK).where(c.lab == lab).order_by(c.since.desc(), c.id.desc()).limit(limit)
        if before is not None:
            rows = rows.where(or_(c.since < before[0], and_(c.since == before[0], c.id < before[1])))
        return [_lock(row) for row in self._c.execute(rows)]

    def save(self, lock: Lock) -> None:
        """Remember it as it stands now (insert or update)."""
        values: dict[str, Any] = asdict(lock)
        if self._c.execute(update(LOCK).where(LOCK.c.id == lock.id).values(values)).rowcount == 0:
            self._c.execute(insert(LOCK).values(values))


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(
        id=row.id,
        lab=row.lab,
        node=row.node,
        machine=row.machine,
        person=row.person,
        responsible=row.responsible,
        reservation=row.reservation,
        kind=SessionKind(row.kind),
        start=row.start_ms,
        until=row.until_ms,
        end=row.end_ms,
        end_reason=row.end_reason and StopReason(row.end_reason),
        end_quality=row.end_quality and EndQuality(row.end_quality),
        power_s=row.power_s,
        busy_s=row.busy_s,
        minutes=row.minutes,
        overran=row.overran,
    )


def _lock(row: Row[tuple[object, ...]]) -> Lock:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for a row's columns
    return Lock(**{**values, "kind": LockKind(row.kind)})
