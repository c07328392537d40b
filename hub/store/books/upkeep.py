"""How are members' reports kept?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from hub.ports.upkeep import Report, Severity, Verdict
from hub.store import schema
from hub.store.schema import table_of

REPORT = table_of(schema.Report)
_R = REPORT.c


class ReportBook:
    """`hub.ports.Reports` over table report."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, report: str) -> Report | None:
        """The report with this id."""
        row = self._c.execute(select(REPORT).where(_R.id == report)).one_or_none()
        return None if row is None else _report(row)

    def unanswered(self, machine: str) -> Sequence[Report]:
        """Those of a machine that staff have not answered, the oldest first."""
        wanted = select(REPORT).where(_R.machine == machine, _R.answer.is_(None)).order_by(_R.at, _R.id)
        return [_report(row) for row in self._c.execute(wanted)]

    def of(self, person: str) -> Sequence[Report]:
        """All that a person reported, newest first."""
        wanted = select(REPORT).where(_R.person == person).order_by(_R.at.desc(), _R.id.desc())
        return [_report(row) for row in self._c.execute(wanted)]

    def page(self, lab: str, limit: int = 50, before: tuple[datetime, str] | None = None) -> Sequence[Report]:
        """All reports of a lab, newest first."""
        rows = select(REPORT).where(_R.lab == lab).order_by(_R.at.desc(), _R.id.desc()).limit(limit)
        if before is not None:
            rows = rows.where(or_(_R.at < before[0], and_(_R.at == before[0], _R.id < before[1])))
        return [_report(row) for row in self._c.execute(rows)]

    def save(self, report: Report) -> None:
        """Remember it as it stands now (insert or update)."""
        values = asdict(report)
        if self._c.execute(update(REPORT).where(_R.id == report.id).values(values)).rowcount == 0:
            self._c.execute(insert(REPORT).values(values))


def _report(row: Row[tuple[object, ...]]) -> Report:
    said = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's name for it
    answer = said["answer"]
    return Report(
        **said
        | {"severity": Severity(said["severity"]), "answer": None if answer is None else Verdict(answer)}
    )
