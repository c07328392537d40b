"""0002: when labs are open, and what is taught there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "opening",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_local", sa.String(), nullable=False),
        sa.Column("to_local", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_opening_weekday"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_opening_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_opening_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_lab", "opening", ["lab"], unique=False)
    op.create_table(
        "day_exception",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_day_exception_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_day_exception_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_day_exception"),
    )
    op.create_index("ix_day_exception_lab_day", "day_exception", ["lab", "day"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("start_ms < end_ms", name="ck_closure_span"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_closure_by"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_closure_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_closure_machine"),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
    )
    op.create_index("ix_closure_lab_end_ms", "closure", ["lab", "end_ms"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("dormant_months", sa.Integer(), nullable=True),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("staff_signed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_course_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_index("ix_course_lab", "course", ["lab"], unique=False)
    op.create_table(
        "course_need",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("group_no", sa.Integer(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["course"], ["course.id"], name="fk_course_need_course"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_course_need_lab"),
        sa.ForeignKeyConstraint(["needs"], ["course.id"], name="fk_course_need_needs"),
        sa.PrimaryKeyConstraint("id", name="pk_course_need"),
        sa.UniqueConstraint("course", "group_no", "needs", name="uq_course_need_course_group_no_needs"),
    )
    op.create_index("ix_course_need_course", "course_need", ["course"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["course"], ["course.id"], name="fk_certificate_course"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_certificate_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_certificate_person"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("person", "course", name="uq_certificate_person_course"),
    )
    op.create_index("ix_certificate_course", "certificate", ["course"], unique=False)
    op.create_table(
        "certificate_event",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_certificate_event_by"),
        sa.ForeignKeyConstraint(["certificate"], ["certificate.id"], name="fk_certificate_event_certificate"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_certificate_event_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_event"),
    )
    op.create_index("ix_certificate_event_certificate", "certificate_event", ["certificate"], unique=False)


def downgrade() -> None:
    op.drop_table("certificate_event")
    op.drop_table("certificate")
    op.drop_table("course_need")
    op.drop_table("course")
    op.drop_table("closure")
    op.drop_table("day_exception")
    op.drop_table("opening")
