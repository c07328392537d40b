"""How are members' reports kept, and what was done for a machine?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from core.vocabulary import ResourceKind, Trouble
from hub.ports.upkeep import Report, Resource, Severity, Upkeep, Verdict
from hub.store import schema
from hub.store.schema import table_of

REPORT = table_of(schema.Report)
PHOTO = table_of(schema.ReportPhoto)
UPKEEP = table_of(schema.Upkeep)
SESSION = table_of(schema.Session)
RESOURCE = table_of(schema.Resource)
_R, _U, _S = REPORT.c, UPKEEP.c, SESSION.c


class ReportBook:
    """`hub.ports.Reports` over tables report and report_photo."""

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

    def waiting(self, lab: str) -> int:
        """How many reports of a lab staff have not answered."""
        wanted = select(func.count()).select_from(REPORT).where(_R.lab == lab, _R.answer.is_(None))
        return int(self._c.execute(wanted).scalar_one())

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

    def picture(self, report: str) -> bytes | None:
        """The picture that came with it, as JPEG."""
        return self._c.execute(select(PHOTO.c.picture).where(PHOTO.c.report == report)).scalar_one_or_none()

    def keep_picture(self, report: Report, picture: bytes) -> None:
        """Put the picture beside a report that was saved."""
        self._c.execute(insert(PHOTO).values(report=report.id, lab=report.lab, picture=picture))

    def drop_picture(self, report: str) -> None:
        """Forget the picture for good."""
        self._c.execute(delete(PHOTO).where(PHOTO.c.report == report))
        self._c.execute(update(REPORT).where(_R.id == report).values(photo=False))


def _report(row: Row[tuple[object, ...]]) -> Report:
    said = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's name for it
    answer = said["answer"]
    words = {
        "severity": Severity(said["severity"]),
        "answer": None if answer is None else Verdict(answer),
        "category": Trouble(said["category"]),
    }
    return Report(**said | words)


class UpkeepBook:
    """`hub.ports.Upkeeps` over table upkeep."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def last(self, machine: str) -> Upkeep | None:
        """The latest of a machine."""
        return next(iter(self.of(machine, 1)), None)

    def of(self, machine: str, limit: int = 50) -> Sequence[Upkeep]:
        """Those of a machine, newest first."""
        wanted = select(UPKEEP).where(_U.machine == machine).order_by(_U.at.desc(), _U.id.desc()).limit(limit)
        return [Upkeep(*row) for row in self._c.execute(wanted)]

    def add(self, upkeep: Upkeep) -> None:
        """Write it down."""
        self._c.execute(insert(UPKEEP).values(asdict(upkeep)))

    def power_s(self, machine: str, since: datetime, now: datetime) -> int:
        """For how many seconds the machine had power in sessions begun since then; one that runs counts to `now`."""
        begun = and_(_S.machine == machine, _S.start_ms >= since)
        over = select(func.coalesce(func.sum(_S.power_s), 0)).where(begun, _S.end_ms.is_not(None))
        runs = self._c.execute(select(_S.start_ms).where(begun, _S.end_ms.is_(None))).scalars()
        return int(self._c.execute(over).scalar_one()) + sum(
            max(0, int((now - start).total_seconds())) for start in runs
        )


class ResourceBook:
    """`hub.ports.Resources` over table resource."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, resource: str) -> Resource | None:
        """The resource with this id."""
        row = self._c.execute(select(RESOURCE).where(RESOURCE.c.id == resource)).one_or_none()
        return None if row is None else _resource(row)

    def all(self, lab: str, *, lock: bool = False) -> Sequence[Resource]:
        """Those of a lab by name; `lock` holds them till the transaction ends (PostgreSQL)."""
        wanted = select(RESOURCE).where(RESOURCE.c.lab == lab).order_by(RESOURCE.c.name)
        rows = self._c.execute(wanted.with_for_update() if lock else wanted)
        return [_resource(row) for row in rows]

    def save(self, resource: Resource) -> None:
        """Remember it as it stands now (insert or update)."""
        values = asdict(resource) | {
            "machines": list(resource.machines),
            "missed": list(resource.missed),
        }
        changed = self._c.execute(update(RESOURCE).where(RESOURCE.c.id == resource.id).values(values))
        if changed.rowcount == 0:
            self._c.execute(insert(RESOURCE).values(values))

    def forget(self, resource: str) -> None:
        """There is none of this id any more."""
        self._c.execute(delete(RESOURCE).where(RESOURCE.c.id == resource))


def _resource(row: Row[tuple[object, ...]]) -> Resource:
    said = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's name for it
    listed = {name: tuple(said[name]) for name in ("machines", "missed")}
    return Resource(**said | listed | {"kind": ResourceKind(said["kind"])})
