"""How are series and the versions of the rules kept?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core.rulebook import Level
from hub.ports.planning import RuleSet, Series
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.schema import table_of

SERIES = table_of(schema.Series)
RULES = table_of(schema.RuleSet)
LAB, FAMILY, MACHINE = table_of(schema.Lab), table_of(schema.Family), table_of(schema.Machine)
_R = RULES.c


class SeriesBook:
    """`hub.ports.SeriesShelf` over table series."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, series: str) -> Series | None:
        """The series with this id."""
        row = self._c.execute(select(SERIES).where(SERIES.c.id == series)).one_or_none()
        return None if row is None else Series(*row)

    def add(self, series: Series) -> None:
        """Remember a series."""
        self._c.execute(insert(SERIES).values(asdict(series)))

    def change(self, series: Series) -> None:
        """Let its rule, first start and length be these from now on."""
        said = {"rrule": series.rrule, "start_local": series.start_local, "minutes": series.minutes}
        self._c.execute(update(SERIES).where(SERIES.c.id == series.id).values(said))


class RuleBook:
    """`hub.ports.Rules` over table rule_set; what holds now stands at the lab, family or machine itself."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def present(self, lab: str, level: Level, subject: str) -> Mapping[str, Any] | None:
        """The rules that hold there now; None when there is no such place."""
        table, here = _place(lab, level, subject)
        found: Mapping[str, Any] | None = self._c.execute(
            select(table.c.rules).where(*here)
        ).scalar_one_or_none()
        return found

    def versions(self, lab: str, level: Level, subject: str) -> Sequence[RuleSet]:
        """What was saved there, newest first."""
        wanted = select(RULES).where(_R.lab == lab, _R.level == level, _R.subject == subject)
        return [_rule_set(row) for row in self._c.execute(wanted.order_by(_R.version.desc()))]

    def save(self, new: RuleSet) -> bool:
        """Let these rules hold; False when somebody saved this version already."""
        if not insert_once(self._c, RULES, {**asdict(new), "rules": dict(new.rules)}):
            return False
        table, here = _place(new.lab, new.level, new.subject)
        return self._c.execute(update(table).where(*here).values(rules=dict(new.rules))).rowcount == 1


def _place(lab: str, level: Level, subject: str) -> tuple[Any, tuple[Any, ...]]:
    if level is Level.LAB:
        return LAB, (LAB.c.id == lab,)
    table = FAMILY if level is Level.FAMILY else MACHINE
    return table, (table.c.lab == lab, table.c.id == subject)


def _rule_set(row: Row[tuple[object, ...]]) -> RuleSet:
    return RuleSet(
        lab=row.lab,
        level=Level(row.level),
        subject=row.subject,
        version=row.version,
        rules=row.rules,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )
