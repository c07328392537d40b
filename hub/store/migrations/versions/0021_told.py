"""0021: photo and category of a report (R46), the log of incidents (R50), the trainings with their places."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("report", sa.Column("category", sa.String(), server_default="other", nullable=False))
    op.add_column("report", sa.Column("photo", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "report_photo",
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report"], ["report.id"], name="fk_report_photo_report"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_report_photo_lab"),
        sa.PrimaryKeyConstraint("report", name="pk_report_photo"),
    )
    _incidents()
    op.create_table(
        "training",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["reservation.id"], name="fk_training_id"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_training_lab"),
        sa.ForeignKeyConstraint(["course"], ["course.id"], name="fk_training_course"),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
    )
    op.create_index("ix_training_lab", "training", ["lab"], unique=False)


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_incident_lab"),
        sa.ForeignKeyConstraint(["machine"], ["machine.id"], name="fk_incident_machine"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_incident_by"),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name="fk_incident_closed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_lab_at", "incident", ["lab", "at"], unique=False)
    op.create_table(
        "incident_person",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name="fk_incident_person_incident"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_incident_person_person"),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_incident_person_lab"),
        sa.PrimaryKeyConstraint("incident", "person", name="pk_incident_person"),
    )
    op.create_index("ix_incident_person_person", "incident_person", ["person"], unique=False)


def downgrade() -> None:
    for gone in ("training", "incident_person", "incident", "report_photo"):
        op.drop_table(gone)
    op.drop_column("report", "photo")
    op.drop_column("report", "category")
