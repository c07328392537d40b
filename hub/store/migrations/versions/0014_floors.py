"""0014: what happens at a machine says at once when it is old: its node's word, its sessions, its locks (the board is kept under it).

A revision for each machine, as its calendar has (0007). A node that says the same again renews nothing.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

_TABLES = ("node", "session", "lock")
_SAID = (
    "machine",
    "online",
    "live",
    "held",
    "retired",
)  # what a page shows of a node; `last_seen` alone is no news
_RENEW = (
    "INSERT INTO revision (name, rev) VALUES ('floor/' || {row}.machine, {random}) "
    "ON CONFLICT (name) DO UPDATE SET rev = excluded.rev"
)
_RANDOM = {"sqlite": "random()", "postgresql": "(random() * 9007199254740992)::bigint"}
_SQLITE = "CREATE TRIGGER {table}_floor_{event} AFTER {event} ON {table}{when} BEGIN {renew}; END"
_POSTGRES_RENEW = """
CREATE FUNCTION loquet_floor_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN {old}; ELSE {new}; END IF;
  RETURN NULL;
END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_floor_{event} AFTER {event} ON "{table}"
FOR EACH ROW{when} EXECUTE FUNCTION loquet_floor_revision()
"""
_EVENTS = ("insert", "update", "delete")


def upgrade() -> None:
    for statement in _on_postgres() if _is_postgres() else _on_sqlite():
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        for event in _EVENTS:
            op.execute(f"DROP TRIGGER {table}_floor_{event}" + (f' ON "{table}"' if _is_postgres() else ""))
    if _is_postgres():
        op.execute("DROP FUNCTION loquet_floor_revision()")
    op.execute("DELETE FROM revision WHERE name LIKE 'floor/%'")


def _is_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _renew(row: str, dialect: str) -> str:
    return _RENEW.format(row=row, random=_RANDOM[dialect])


def _on_sqlite() -> list[str]:
    news = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _SAID)
    return [
        _SQLITE.format(
            table=table,
            event=event,
            when=f" WHEN {news}" if (table, event) == ("node", "update") else "",
            renew=_renew("OLD" if event == "delete" else "NEW", "sqlite"),
        )
        for table in _TABLES
        for event in _EVENTS
    ]


def _on_postgres() -> list[str]:
    news = " OR ".join(f"OLD.{name}::text IS DISTINCT FROM NEW.{name}::text" for name in _SAID)
    renews = {name: _renew(row, "postgresql") for name, row in (("old", "OLD"), ("new", "NEW"))}
    return [
        _POSTGRES_RENEW.format(**renews),
        *(
            _POSTGRES.format(
                table=table,
                event=event,
                when=f" WHEN ({news})" if (table, event) == ("node", "update") else "",
            )
            for table in _TABLES
            for event in _EVENTS
        ),
    ]
