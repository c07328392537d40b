"""How is a row put down unless it stands there already, on either database?"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row; False when a unique (on PostgreSQL also an exclusion) constraint has it already.

    PostgreSQL waits for a rival's open transaction before it says so.
    """
    made = _insert_once(table, postgres=connection.dialect.name == "postgresql")
    return connection.execute(made, dict(values)).first() is not None


@lru_cache(maxsize=128)  # one for each table: phrasing it costs more than running it
def _insert_once(table: Table, *, postgres: bool) -> ReturningInsert[Any]:
    on_conflict = insert_on_postgres if postgres else insert_on_sqlite
    return on_conflict(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
