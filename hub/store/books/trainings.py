"""How are trainings kept, and who has a place?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, or_, select

from core.certificates import Act
from core.vocabulary import OCCUPYING
from hub.ports.trainings import NewTraining, Training
from hub.store import schema
from hub.store.schema import table_of

TRAINING, RESERVATION = table_of(schema.Training), table_of(schema.Reservation)
EVENT, CERTIFICATE = table_of(schema.CertificateEvent), table_of(schema.Certificate)
_T, _R = TRAINING.c, RESERVATION.c
_STANDING = (
    select(TRAINING, _R.person, _R.start_ms, _R.end_ms)
    .join(RESERVATION, _R.id == _T.id)
    .where(_R.status.in_(sorted(OCCUPYING)))
)


class TrainingBook:
    """`hub.ports.Trainings` over table training, its reservations and the enrolments among the certificates' events."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, training: str, *, lock: bool = False) -> Training | None:
        """The training with this id; `lock` holds its places till the transaction ends (PostgreSQL)."""
        wanted = _STANDING.where(_T.id == training)
        found = self._found(wanted.with_for_update(of=TRAINING) if lock else wanted)
        return found[0] if found else None

    def coming(
        self, lab: str, now: datetime, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> Sequence[Training]:
        """Those of a lab that are not over, latest start first; `before` is (start, id) of the last one seen."""
        wanted = _STANDING.where(_T.lab == lab, _R.end_ms > now)
        if before is not None:
            at, last = before
            wanted = wanted.where(or_(_R.start_ms < at, and_(_R.start_ms == at, _T.id < last)))
        return self._found(wanted.order_by(_R.start_ms.desc(), _T.id.desc()).limit(limit))

    def add(self, new: NewTraining) -> None:
        """Remember what the reservations are for."""
        row = {"id": new.slots[0], "lab": new.lab, "course": new.course, "places": new.places}
        self._c.execute(insert(TRAINING).values(row | {"slots": list(new.slots), "made": new.made}))

    def enrolled(self, training: str) -> Sequence[str]:
        """Who has a place, in the order in which it was given."""
        row = self._c.execute(select(_T.lab, _T.course, _T.made).where(_T.id == training)).one_or_none()
        if row is None:
            return []
        given = (
            select(CERTIFICATE.c.person, EVENT.c.data)
            .join(CERTIFICATE, CERTIFICATE.c.id == EVENT.c.certificate)
            .where(EVENT.c.lab == row.lab, EVENT.c.kind == Act.ENROL.value)
            .where(CERTIFICATE.c.course == row.course, EVENT.c.at >= row.made)
            .order_by(EVENT.c.id)
        )
        return [one.person for one in self._c.execute(given) if one.data.get("training") == training]

    def _found(self, wanted: Select[Any]) -> list[Training]:
        rows = self._c.execute(wanted).all()
        machines = self._machines([slot for row in rows for slot in row.slots])
        return [
            Training(
                row.id,
                row.lab,
                row.course,
                row.places,
                tuple(row.slots),
                tuple(machines[slot] for slot in row.slots if slot in machines),
                row.person,
                row.start_ms,
                row.end_ms,
                len(self.enrolled(row.id)),
            )
            for row in rows
        ]

    def _machines(self, slots: Sequence[str]) -> dict[str, str]:
        """On which machine each of these reservations that still stands is."""
        standing = _R.status.in_(sorted(OCCUPYING))
        rows = self._c.execute(select(_R.id, _R.machine).where(_R.id.in_(slots), standing))
        return {row.id: row.machine for row in rows}
