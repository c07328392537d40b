"""How is the log of incidents kept?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, or_, select, update

from hub.ports.incidents import Incident, IncidentKind
from hub.store import schema
from hub.store.schema import table_of

INCIDENT = table_of(schema.Incident)
CONCERNED = table_of(schema.IncidentPerson)
_I, _P = INCIDENT.c, CONCERNED.c
_NEWEST = select(INCIDENT).order_by(_I.at.desc(), _I.id.desc())


class IncidentBook:
    """`hub.ports.Incidents` over tables incident and incident_person."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, incident: str, *, lock: bool = False) -> Incident | None:
        """The entry with this id; `lock` holds it till the transaction ends (PostgreSQL)."""
        wanted = select(INCIDENT).where(_I.id == incident)
        return next(iter(self._found(wanted.with_for_update() if lock else wanted)), None)

    def page(
        self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None
    ) -> Sequence[Incident]:
        """Those of a lab, newest first by when they happened; `before` is (at, id) of the last one seen."""
        rows = _NEWEST.where(_I.lab == lab).limit(limit)
        if before is not None:
            rows = rows.where(or_(_I.at < before[0], and_(_I.at == before[0], _I.id < before[1])))
        return self._found(rows)

    def save(self, incident: Incident) -> None:
        """Remember it as it stands now (insert or update)."""
        values = {name: value for name, value in asdict(incident).items() if name != "concerned"}
        if self._c.execute(update(INCIDENT).where(_I.id == incident.id).values(values)).rowcount == 0:
            self._c.execute(insert(INCIDENT).values(values))
        self._c.execute(delete(CONCERNED).where(_P.incident == incident.id))
        for person in sorted(set(incident.concerned)):
            row = {"incident": incident.id, "person": person, "lab": incident.lab}
            self._c.execute(insert(CONCERNED).values(row))

    def concerning(self, person: str, since: datetime) -> Sequence[Incident]:
        """Those that concerned a person and happened at or after then, newest first (E41)."""
        his = select(_P.incident).where(_P.person == person)
        return self._found(_NEWEST.where(_I.id.in_(his), _I.at >= since))

    def _found(self, wanted: Select[Any]) -> list[Incident]:
        rows = [dict(row._mapping) for row in self._c.execute(wanted)]  # noqa: SLF001 -- SQLAlchemy's name for it
        people: dict[str, list[str]] = defaultdict(list)
        named = select(CONCERNED).where(_P.incident.in_([row["id"] for row in rows])).order_by(_P.person)
        for one in self._c.execute(named):
            people[one.incident].append(one.person)
        return [
            Incident(**row | {"kind": IncidentKind(row["kind"]), "concerned": tuple(people[row["id"]])})
            for row in rows
        ]
