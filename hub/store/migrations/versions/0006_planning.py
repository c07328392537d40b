"""0006: what surrounds the reservations: waiting list, series, strikes, tokens, rules, outages."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GOING_ON = "status IN ('confirmed', 'conditional', 'arrived', 'in_use')"
_MORE = ("held_until", "planned_end", "series", "party")


def upgrade() -> None:
    for name in _MORE:
        kind = sa.BigInteger() if name in ("held_until", "planned_end") else sa.String()
        op.add_column("reservation", sa.Column(name, kind, nullable=True))
    _partial("ix_reservation_going_on", "reservation", ["start_ms", "end_ms"], _GOING_ON)
    op.create_index("ix_reservation_series", "reservation", ["series"], unique=False)
    _waiting()
    _sanctions()
    _house()


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("min_minutes", sa.Integer(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("start_ms < end_ms", name="ck_waiting_span"),
        *_keys("waiting", lab="lab", person="person", machine="machine"),
    )
    _partial("ix_waiting_open", "waiting", ["lab", "end_ms"], "status = 'waiting'")
    op.create_index("ix_waiting_person", "waiting", ["person"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("waiting", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("hold", sa.String(), nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        *_keys("offer", lab="lab", waiting="waiting", person="person", machine="machine", hold="reservation"),
    )
    _partial("ix_offer_open", "offer", ["expires"], "status = 'open'")
    op.create_index("ix_offer_waiting", "offer", ["waiting"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("rrule", sa.String(), nullable=False),
        sa.Column("start_local", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        *_keys("series", lab="lab", machine="machine", person="person", before="series", by="person"),
    )


def _sanctions() -> None:
    op.create_table(
        "strike_event",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("strike", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        *_keys("strike_event", lab="lab", person="person"),
    )
    op.create_index("ix_strike_event_person", "strike_event", ["lab", "person"], unique=False)
    op.create_table(
        "rebooking_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("reservation", sa.String(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used_for", sa.String(), nullable=True),
        sa.UniqueConstraint("reservation", name="uq_rebooking_token_reservation"),
        *_keys(
            "rebooking_token", lab="lab", person="person", reservation="reservation", used_for="reservation"
        ),
    )
    op.create_index("ix_rebooking_token_person", "rebooking_token", ["person"], unique=False)


def _house() -> None:
    op.create_table(
        "rule_set",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "lab", "level", "subject", "version", name="uq_rule_set_lab_level_subject_version"
        ),
        *_keys("rule_set", lab="lab", by="person"),
    )
    op.create_table(
        "outage",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        *_keys("outage", lab="lab", node="node"),
    )
    op.create_index("ix_outage_node_start", "outage", ["node", "start_ms"], unique=False)


def downgrade() -> None:
    for table in ("outage", "rule_set", "rebooking_token", "strike_event", "series", "offer", "waiting"):
        op.drop_table(table)
    op.drop_index("ix_reservation_series", "reservation")
    op.drop_index("ix_reservation_going_on", "reservation")
    for name in reversed(_MORE):
        op.drop_column("reservation", name)


def _keys(table: str, **foreign: str) -> list[sa.Constraint]:
    keys = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")
        for column, other in foreign.items()
    ]
    return [*keys, sa.PrimaryKeyConstraint("id", name=f"pk_{table}")]


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=False, sqlite_where=condition, postgresql_where=condition)
