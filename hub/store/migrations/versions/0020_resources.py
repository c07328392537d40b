"""0020: what several machines depend on, and what each of them lacks now (R49)."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("machine", sa.Column("lacks", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "resource",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("machines", sa.JSON(), nullable=False),
        sa.Column("down", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_resource_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_resource"),
        sa.UniqueConstraint("lab", "name", name="uq_resource_lab_name"),
    )


def downgrade() -> None:
    op.drop_table("resource")
    op.drop_column("machine", "lacks")
