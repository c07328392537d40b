"""0001: labs, machines and the people in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lab",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("charter", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lab"),
    )
    op.create_table(
        "family",
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_family_lab"),
        sa.PrimaryKeyConstraint("lab", "id", name="pk_family"),
    )
    op.create_table(
        "machine",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_note", sa.String(), nullable=False),
        sa.Column("own_hours", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_machine_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_machine"),
    )
    op.create_index("ix_machine_lab", "machine", ["lab"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_seat_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_seat_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("machine", "number", name="uq_seat_machine_number"),
    )
    op.create_index("ix_seat_machine", "seat", ["machine"], unique=False)
    op.create_table(
        "store_meta",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_store_meta_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_store_meta"),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("member_until", sa.BigInteger(), nullable=True),
        sa.Column("charter", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_person_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_person_fs_uniquifier"),
    )
    op.create_index("ix_person_lab", "person", ["lab"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("courses", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_person_role_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_person_role_person"),
        sa.ForeignKeyConstraint(["role"], ["role.name"], name="fk_person_role_role"),
        sa.PrimaryKeyConstraint("id", name="pk_person_role"),
        sa.UniqueConstraint("person", "lab", "role", name="uq_person_role_person_lab_role"),
    )
    op.create_index("ix_person_role_person", "person_role", ["person"], unique=False)
    op.create_table(
        "badge",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_badge_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_badge_person"),
        sa.PrimaryKeyConstraint("id", name="pk_badge"),
        sa.UniqueConstraint("key", name="uq_badge_key"),
    )
    op.create_index("ix_badge_person", "badge", ["person"], unique=False)
    names = ("member", "trainer", "staff", "manager")
    op.bulk_insert(
        sa.table("role", sa.column("name"), sa.column("description")),
        [{"name": n, "description": ""} for n in names],
    )


def downgrade() -> None:
    op.drop_table("badge")
    op.drop_table("person_role")
    op.drop_table("person")
    op.drop_table("role")
    op.drop_table("store_meta")
    op.drop_table("seat")
    op.drop_table("machine")
    op.drop_table("family")
    op.drop_table("lab")
