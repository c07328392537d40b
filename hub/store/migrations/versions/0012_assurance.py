"""0012: how sure is it who taps? PINs and second factors, badges that rest, and what a course confirms at a sign-off."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        *_keys("proof", lab="lab", person="person", node="node"),
    )
    op.create_index("ix_proof_person", "proof", ["person", "kind", "until"], unique=False)
    op.create_table(
        "pin",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_pin"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_pin_person"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_pin_lab"),
    )
    op.add_column("badge", sa.Column("rests", sa.BigInteger(), nullable=True))
    op.add_column("badge", sa.Column("rest_why", sa.String(), nullable=False, server_default=""))
    op.add_column("course", sa.Column("checklist", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_record_type", "record", ["type", "at"], unique=False)


def _keys(table: str, **columns: str) -> list[sa.Constraint]:
    found: list[sa.Constraint] = [sa.PrimaryKeyConstraint("id", name=f"pk_{table}")]
    found += [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
        for column, target in columns.items()
    ]
    return found


def downgrade() -> None:
    op.drop_index("ix_record_type", "record")
    op.drop_column("course", "checklist")
    op.drop_column("badge", "rest_why")
    op.drop_column("badge", "rests")
    op.drop_table("pin")
    op.drop_index("ix_proof_person", "proof")
    op.drop_table("proof")
