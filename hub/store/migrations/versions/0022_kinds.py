"""0022: of what kind is a thing that machines share, whose boxes miss it, how long runs a shared extraction on (R49, E33); whom somebody hosts (R22)."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("resource", sa.Column("kind", sa.String(), server_default="other", nullable=False))
    op.add_column("resource", sa.Column("missed", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("machine", sa.Column("shared_run_on_s", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_person_host", "person", ["host"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_person_host", "person")
    op.drop_column("machine", "shared_run_on_s")
    op.drop_column("resource", "missed")
    op.drop_column("resource", "kind")
