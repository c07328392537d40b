"""0010: a lock that the report button at a machine set is nobody's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("lock") as table:
        table.alter_column("owner", existing_type=sa.String(), nullable=True)
        table.alter_column("by", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    op.execute(sa.text('DELETE FROM lock WHERE owner IS NULL OR "by" IS NULL'))
    with op.batch_alter_table("lock") as table:
        table.alter_column("owner", existing_type=sa.String(), nullable=False)
        table.alter_column("by", existing_type=sa.String(), nullable=False)
