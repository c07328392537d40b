"""0003: reservations, nodes, sessions and locks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_OCCUPIES = sa.text("status IN ('confirmed', 'conditional', 'arrived', 'in_use', 'done')")


def upgrade() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("start_ms < end_ms", name="ck_reservation_span"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_reservation_by"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_reservation_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_reservation_machine"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_reservation_person"),
        sa.ForeignKeyConstraint(["seat"], ["seat.id"], name="fk_reservation_seat"),
        sa.PrimaryKeyConstraint("id", name="pk_reservation"),
    )
    op.create_index("ix_reservation_machine_end", "reservation", ["machine", "end_ms"], unique=False)
    op.create_index("ix_reservation_person_end", "reservation", ["person", "end_ms"], unique=False)
    op.create_index(
        "ix_reservation_seat_start",
        "reservation",
        ["seat", "start_ms", "end_ms"],
        unique=False,
        sqlite_where=_OCCUPIES,
        postgresql_where=_OCCUPIES,
    )
    op.create_table(
        "node",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("view_rev", sa.BigInteger(), nullable=False),
        sa.Column("view_hash", sa.String(), nullable=False),
        sa.Column("lock_rev", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("live", sa.JSON(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_node_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_node_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        sa.UniqueConstraint("machine", name="uq_node_machine"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=True),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("responsible", sa.String(), nullable=True),
        sa.Column("reservation", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("end_quality", sa.String(), nullable=True),
        sa.Column("power_s", sa.BigInteger(), nullable=True),
        sa.Column("busy_s", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_session_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_session_machine"),
        sa.ForeignKeyConstraint(["node"], ["node.id"], name="fk_session_node"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_session_person"),
        sa.ForeignKeyConstraint(["reservation"], ["reservation.id"], name="fk_session_reservation"),
        sa.ForeignKeyConstraint(["responsible"], ["person.id"], name="fk_session_responsible"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_machine_start", "session", ["machine", "start_ms"], unique=False)
    op.create_index("ix_session_person_start", "session", ["person", "start_ms"], unique=False)
    # ### end Alembic commands ###
    op.create_table(
        "lock",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("in_force", sa.BigInteger(), nullable=True),
        sa.Column("lifted", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.Column("gone", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_lock_by"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_lock_lab"),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name="fk_lock_lifted_by"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_lock_machine"),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name="fk_lock_owner"),
        sa.PrimaryKeyConstraint("id", name="pk_lock"),
    )
    op.create_index("ix_lock_machine", "lock", ["machine"], unique=False)


def downgrade() -> None:
    op.drop_table("lock")
    op.drop_table("session")
    op.drop_table("node")
    op.drop_table("reservation")
