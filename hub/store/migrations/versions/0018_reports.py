"""0018: what members report of a machine from afar, what came of it, and what staff answered (R46)."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lock", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_report_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_report_machine"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_report_person"),
        sa.ForeignKeyConstraint(["lock"], ["lock.id"], name="fk_report_lock"),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name="fk_report_answered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_lab_at", "report", ["lab", "at"], unique=False)
    op.create_index("ix_report_person", "report", ["person"], unique=False)


def downgrade() -> None:
    op.drop_table("report")
