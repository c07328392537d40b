"""How is a row put down unless it stands there already, on either database?"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row; False when a unique (on PostgreSQL also an exclusion) constraint has it already.

    PostgreSQL waits for a rival's open transaction before it says so.
    """
    on_conflict = insert_on_postgres if connection.dialect.name == "postgresql" else insert_on_sqlite
    made = on_conflict(table).values(dict(values)).on_conflict_do_nothing()
    return connection.execute(made.returning(*table.primary_key.columns)).first() is not None
