"""0013: what is known of a person says at once when it is old, certificates and strikes included; late cancellations by a seek.

They renew the person's own revision (0007). Events are append-only, but what goes around that guard is not to be missed either.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# table -> whom a row of it is about
_ABOUT = {
    "certificate": "{row}.person",
    "certificate_event": "(SELECT person FROM certificate WHERE id = {row}.certificate)",
    "strike_event": "{row}.person",
}
_ROWS = {"insert": ("NEW",), "update": ("NEW", "OLD"), "delete": ("OLD",)}
_RENEW = (
    "INSERT INTO revision (name, rev) SELECT 'person/' || about.person, {random} FROM (SELECT {person} AS person) AS about "
    "WHERE about.person IS NOT NULL ON CONFLICT (name) DO UPDATE SET rev = excluded.rev"
)
_RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740992)::bigint"}
_SQLITE = "CREATE TRIGGER {table}_revision_{event} AFTER {event} ON {table} BEGIN {renew}; END"
_POSTGRES_RENEW = """
CREATE FUNCTION loquet_{table}_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN {old}; END IF;
  IF TG_OP <> 'DELETE' THEN {new}; END IF;
  RETURN NULL;
END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_revision AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION loquet_{table}_revision()
"""
_LATE = "status = 'cancelled_late'"


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for table in _ABOUT:
        for statement in _on_postgres(table) if dialect == "postgresql" else _on_sqlite(table):
            op.execute(statement)
    op.create_index(
        "ix_reservation_given_up",
        "reservation",
        ["machine", "end_ms"],
        sqlite_where=sa.text(_LATE),
        postgresql_where=sa.text(_LATE),
    )


def downgrade() -> None:
    op.drop_index("ix_reservation_given_up", "reservation")
    for table in _ABOUT:
        if op.get_context().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_revision ON {table}")
            op.execute(f"DROP FUNCTION loquet_{table}_revision()")
        else:
            for event in _ROWS:
                op.execute(f"DROP TRIGGER {table}_revision_{event}")


def _renew(table: str, row: str, dialect: str) -> str:
    return _RENEW.format(person=_ABOUT[table].format(row=row), random=_RANDOM[dialect])


def _on_sqlite(table: str) -> list[str]:
    return [
        _SQLITE.format(
            table=table, event=event, renew="; ".join(_renew(table, row, "sqlite") for row in rows)
        )
        for event, rows in _ROWS.items()
    ]


def _on_postgres(table: str) -> list[str]:
    new, old = (_renew(table, row, "postgresql") for row in ("NEW", "OLD"))
    return [_POSTGRES_RENEW.format(table=table, new=new, old=old), _POSTGRES.format(table=table)]
