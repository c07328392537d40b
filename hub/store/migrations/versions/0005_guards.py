"""0005: what no model can say, for both databases: no double booking, append-only tables."""

from alembic import op

revision = "0005"
down_revision = "0004"

_OCCUPIES = "status IN ('confirmed', 'conditional', 'arrived', 'in_use', 'done')"
_APPEND_ONLY = ("audit", "certificate_event")

# Occupying spans on a seat are disjoint, so the last one that starts before the new end is the only one to look at:
# one seek in ix_reservation_seat_start, whatever the number of rows (promises.md B5).
_LAST = f"""
    SELECT end_ms FROM reservation
    WHERE {_OCCUPIES} AND seat = NEW.seat AND start_ms < NEW.end_ms AND id <> NEW.id
    ORDER BY start_ms DESC LIMIT 1
"""  # noqa: S608 -- constants of this file

_SQLITE_OVERLAP = """
CREATE TRIGGER reservation_no_overlap_{event} BEFORE {moment} ON reservation
WHEN NEW.{occupies} AND ({last}) > NEW.start_ms
BEGIN SELECT RAISE(ABORT, 'OVERLAP'); END
"""

_SQLITE_APPEND_ONLY = """
CREATE TRIGGER {table}_append_only_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

_POSTGRES_OVERLAP = f"""
ALTER TABLE reservation ADD CONSTRAINT reservation_no_overlap
EXCLUDE USING gist (int4range(seat, seat, '[]') WITH &&, int8range(start_ms, end_ms) WITH &&) WHERE ({_OCCUPIES})
"""

_POSTGRES_REFUSE = """
CREATE FUNCTION loquet_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""

_POSTGRES_APPEND_ONLY = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION loquet_append_only()
"""


def guards(dialect: str) -> list[str]:
    """The statements that put the guards up."""
    if dialect == "postgresql":
        refusing = [_POSTGRES_APPEND_ONLY.format(table=table) for table in _APPEND_ONLY]
        return [_POSTGRES_OVERLAP, _POSTGRES_REFUSE, *refusing]
    moments = {"insert": "INSERT", "update": "UPDATE OF seat, start_ms, end_ms, status"}
    overlap = [
        _SQLITE_OVERLAP.format(event=event, moment=moment, occupies=_OCCUPIES, last=_LAST)
        for event, moment in moments.items()
    ]
    events = ("UPDATE", "DELETE")
    return overlap + [_SQLITE_APPEND_ONLY.format(table=t, event=e) for t in _APPEND_ONLY for e in events]


def unguards(dialect: str) -> list[str]:
    """The statements that take them down."""
    if dialect == "postgresql":
        triggers = [f"DROP TRIGGER {table}_append_only ON {table}" for table in _APPEND_ONLY]
        overlap = "ALTER TABLE reservation DROP CONSTRAINT reservation_no_overlap"
        return [*triggers, "DROP FUNCTION loquet_append_only()", overlap]
    overlaps = [f"DROP TRIGGER reservation_no_overlap_{event}" for event in ("insert", "update")]
    events = ("UPDATE", "DELETE")
    return overlaps + [
        f"DROP TRIGGER {table}_append_only_{event}" for table in _APPEND_ONLY for event in events
    ]


def upgrade() -> None:
    for statement in guards(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for statement in unguards(op.get_context().dialect.name):
        op.execute(statement)
