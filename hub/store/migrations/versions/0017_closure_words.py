"""0017: why the lab is closed, in three languages (R02); a closure whose reason is one text has none."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("closure", sa.Column("words", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("closure", "words")
