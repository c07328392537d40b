"""How is kept what is to be sent after the commit?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from hub.ports.paper import Parcel
from hub.store import schema
from hub.store.said import Said
from hub.store.schema import table_of

TABLE = table_of(schema.Outbox)
C = TABLE.c

# built once, as every booking says them
_PUT = Said(insert(TABLE), ("lab", "kind", "target", "payload", "due", "created", "tries", "error"))
_WAITS = (C.done.is_(None), C.kind == bindparam("of_kind"), C.target == bindparam("at"))
_OPEN = Said(select(C.id).where(*_WAITS).limit(1).with_for_update())


class OutboxBook:
    """`hub.ports.Outbox` over table outbox.

    A taker locks its parcels before it reads the facts (`due`), a putter locks the waiting parcel before it relies on it
    (`put_once`): so on PostgreSQL no change falls between the reading of the facts and `done`.
    """

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def put(self, lab: str, kind: str, target: str, payload: Mapping[str, Any], now: datetime) -> None:
        """Send this after the commit, at once."""
        _PUT.put(self._c, (lab, kind, target, dict(payload), now, now, 0, ""))

    def put_once(self, lab: str, kind: str, target: str, payload: Mapping[str, Any], now: datetime) -> bool:
        """The same, unless an open parcel of this kind and target waits already."""
        if _OPEN.bare(self._c, of_kind=kind, at=target):
            return False
        self.put(lab, kind, target, payload, now)
        return True

    def due(self, now: datetime, kinds: Sequence[str], limit: int = 100) -> Sequence[Parcel]:
        """Open parcels whose time has come, oldest first (within `Store.write`: they are locked)."""
        wanted = select(C.id, C.lab, C.kind, C.target, C.payload, C.due, C.created, C.tries)
        wanted = wanted.where(C.done.is_(None), C.due <= now, C.kind.in_(list(kinds)))
        rows = self._c.execute(wanted.order_by(C.due, C.id).limit(limit).with_for_update(skip_locked=True))
        return [Parcel(*row) for row in rows]

    def waiting(self, kinds: Sequence[str], due: datetime | None = None) -> int:
        """How many parcels are open (and due by then); locks nothing, so for `Store.read` too."""
        counted = select(func.count()).select_from(TABLE).where(C.done.is_(None), C.kind.in_(list(kinds)))
        counted = counted if due is None else counted.where(C.due <= due)
        return int(self._c.execute(counted).scalar_one())

    def latest(self, kind: str, target: str, since: datetime) -> Sequence[Parcel]:
        """Parcels of a kind for a target made after `since`, sent or not, newest first."""
        wanted = select(C.id, C.lab, C.kind, C.target, C.payload, C.due, C.created, C.tries)
        wanted = wanted.where(C.kind == kind, C.target == target, C.created > since)
        return [Parcel(*row) for row in self._c.execute(wanted.order_by(C.id.desc()))]

    def done(self, parcel: int, now: datetime) -> None:
        """Sent."""
        self._c.execute(update(TABLE).where(C.id == parcel).values(done=now))

    def later(self, parcel: int, due: datetime, error: str) -> None:
        """Not sent; try again then."""
        self._c.execute(update(TABLE).where(C.id == parcel).values(due=due, error=error, tries=C.tries + 1))
