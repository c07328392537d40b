"""How are instants, ids and JSON kept the same on SQLite and PostgreSQL?"""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Dialect, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

# SQLite gives only "INTEGER PRIMARY KEY" its own numbers, PostgreSQL should not run out at 2^31.
Serial = BigInteger().with_variant(Integer(), "sqlite")


def ms_of(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down; a naive datetime is a ValueError."""
    try:
        return (at - EPOCH) // _MS
    except TypeError as naive:
        raise ValueError("a stored instant needs a time zone") from naive


def instant_of(at_ms: int) -> datetime:
    """The aware instant of so many milliseconds since 1970."""
    return EPOCH + at_ms * _MS


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, kept as whole milliseconds since 1970 (BIGINT); a naive datetime is a ValueError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect | None) -> int | None:
        """Aware datetime to milliseconds, rounded down."""
        return None if value is None else ms_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect | None) -> datetime | None:
        """Milliseconds to aware UTC."""
        return None if value is None else instant_of(int(value))


class Base(DeclarativeBase):
    """All tables of the hub, with predictable names for their constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it from the class
        datetime: UtcTime(),
        str: String(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[dict[str, str]]: JSON(),
    }


def table_of(model: type[Base]) -> Table:
    """The table under a model, typed as what it is."""
    return cast("Table", model.__table__)
