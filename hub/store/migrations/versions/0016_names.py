"""0016: a name that changes is old at once wherever it was spelled; what is in no series has no place in the series' index."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_RENEW = "INSERT INTO revision (name, rev) VALUES ('names', {random}) ON CONFLICT (name) DO UPDATE SET rev = excluded.rev"
_SQLITE = "CREATE TRIGGER person_names AFTER UPDATE OF name ON person BEGIN {renew}; END"
_POSTGRES = (
    """
CREATE FUNCTION loquet_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {renew}; RETURN NULL; END $$
""",
    "CREATE TRIGGER person_names AFTER UPDATE OF name ON person FOR EACH STATEMENT EXECUTE FUNCTION loquet_names()",
)
_IN_A_SERIES = "series IS NOT NULL"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in _POSTGRES:
            op.execute(statement.format(renew=_RENEW.format(random="(random() * 9007199254740992)::bigint")))
    else:
        op.execute(_SQLITE.format(renew=_RENEW.format(random="random()")))
    op.drop_index("ix_reservation_series", "reservation")
    op.create_index(
        "ix_reservation_series",
        "reservation",
        ["series"],
        sqlite_where=sa.text(_IN_A_SERIES),
        postgresql_where=sa.text(_IN_A_SERIES),
    )


def downgrade() -> None:
    op.drop_index("ix_reservation_series", "reservation")
    op.create_index("ix_reservation_series", "reservation", ["series"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER person_names ON person")
        op.execute("DROP FUNCTION loquet_names()")
    else:
        op.execute("DROP TRIGGER person_names")
