"""0009: what fair shares need: whose household, day pass and guardian; and which slots no quota counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PERSON = {
    "household": sa.String,
    "organisation": sa.String,
    "pass_day": sa.Date,
    "host": sa.String,
    "consent_until": sa.BigInteger,
}


def upgrade() -> None:
    for name, kind in _PERSON.items():
        op.add_column("person", sa.Column(name, kind(), nullable=True))
    op.create_index("ix_person_household", "person", ["household"], unique=False)
    op.create_index("ix_person_organisation", "person", ["organisation"], unique=False)
    op.add_column("reservation", sa.Column("exempt", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("reservation", "exempt")
    op.drop_index("ix_person_organisation", "person")
    op.drop_index("ix_person_household", "person")
    for name in reversed(_PERSON):
        op.drop_column("person", name)
