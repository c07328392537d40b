"""0011: what a sanction rests on: strikes that nobody rewrites, overruns once noticed, and whose fault an outage was."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SQLITE = """
CREATE TRIGGER strike_event_append_only_{event} BEFORE {event} ON strike_event
BEGIN SELECT RAISE(ABORT, 'strike_event is append-only'); END
"""
_POSTGRES = """
CREATE TRIGGER strike_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON strike_event
FOR EACH STATEMENT EXECUTE FUNCTION loquet_append_only()
"""
_RUNNING = "end_ms IS NULL"
_EVENTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.add_column("session", sa.Column("overran", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_session_running",
        "session",
        ["until_ms"],
        unique=False,
        sqlite_where=sa.text(_RUNNING),
        postgresql_where=sa.text(_RUNNING),
    )
    op.add_column("outage", sa.Column("cause", sa.String(), server_default="unheard", nullable=False))
    for statement in _guards():
        op.execute(statement)


def _guards() -> list[str]:
    if op.get_context().dialect.name == "postgresql":
        return [_POSTGRES]
    return [_SQLITE.format(event=event) for event in _EVENTS]


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER strike_event_append_only ON strike_event")
    else:
        for event in _EVENTS:
            op.execute(f"DROP TRIGGER strike_event_append_only_{event}")
    op.drop_column("outage", "cause")
    op.drop_index("ix_session_running", "session")
    op.drop_column("session", "overran")
