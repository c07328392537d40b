"""0019: when a machine was looked after, and how its upkeep stands now (R48)."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("machine", sa.Column("upkeep", sa.String(), server_default="", nullable=False))
    op.create_table(
        "upkeep",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_upkeep_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_upkeep_machine"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_upkeep_by"),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep"),
    )
    op.create_index("ix_upkeep_machine_at", "upkeep", ["machine", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("upkeep")
    op.drop_column("machine", "upkeep")
