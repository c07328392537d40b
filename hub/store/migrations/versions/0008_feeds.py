"""0008: secret calendar links."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("details", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_feed_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_feed_person"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_feed_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("hash", name="uq_feed_hash"),
    )
    op.create_index("ix_feed_person", "feed", ["person"], unique=False)


def downgrade() -> None:
    op.drop_table("feed")
