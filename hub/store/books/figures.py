"""How much happened, and how much waits? Counted from the rows that are there anyway: nobody who books pays for it."""

import json
from collections import Counter
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, func, select, text

from hub.ports.figures import Figures, Mark, Waiting
from hub.store import schema
from hub.store.schema import table_of
from hub.store.schema.use import GOING_ON

AUDIT, RECORD = table_of(schema.Audit).c, table_of(schema.Record).c
OUTBOX, RESERVATION = table_of(schema.Outbox).c, table_of(schema.Reservation).c
MOST_RECORDS = 5000  # a look; the rest is counted at the next one


class FigureBook:
    """Figures over tables audit, record, reservation and outbox."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def since(self, mark: Mark | None) -> Figures:
        """All of it; None: what happened before is not counted, from here on it is."""
        mark = mark or Mark(self._last(AUDIT.id), self._last(RECORD.id))
        last = self._c.execute(
            select(RECORD.id).where(RECORD.id > mark.record).order_by(RECORD.id).limit(MOST_RECORDS)
        ).scalars()
        here = Mark(max(mark.audit, self._last(AUDIT.id)), max(last, default=mark.record))
        return Figures(
            here, self._events(mark, here), self._taps(mark, here), self._reservations(), self._parcels()
        )

    def _last(self, column: ColumnElement[int]) -> int:
        return int(self._c.execute(select(func.coalesce(func.max(column), 0))).scalar_one())

    def _events(self, mark: Mark, here: Mark) -> Mapping[str, int]:
        between = (AUDIT.id > mark.audit, AUDIT.id <= here.audit)
        rows = self._c.execute(select(AUDIT.action, func.count()).where(*between).group_by(AUDIT.action))
        return {action: count for action, count in rows}  # noqa: C416 -- rows are no pairs to mypy

    def _taps(self, mark: Mark, here: Mark) -> Mapping[str, int]:
        """By the code of each reason that stood against a tap."""
        between = (RECORD.id > mark.record, RECORD.id <= here.record, RECORD.type == "tap")
        found: Counter[str] = Counter()
        for said in self._c.execute(select(RECORD.text).where(*between)).scalars():
            data = json.loads(said).get("data")
            reasons = data.get("reasons") if isinstance(data, dict) and not data.get("allowed") else None
            found.update(one for one in reasons or () if isinstance(one, str))
        return found

    def _reservations(self) -> Mapping[str, int]:
        """Those that are not done: a partial index holds just them, however many are behind."""
        rows = select(RESERVATION.status, func.count()).where(text(GOING_ON)).group_by(RESERVATION.status)
        return {status: count for status, count in self._c.execute(rows)}  # noqa: C416

    def _parcels(self) -> Mapping[str, Waiting]:
        rows = select(OUTBOX.kind, func.count(), func.min(OUTBOX.due)).where(OUTBOX.done.is_(None))
        return {
            kind: Waiting(count, oldest)
            for kind, count, oldest in self._c.execute(rows.group_by(OUTBOX.kind))
        }
