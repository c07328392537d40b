"""0004: journals, outbox, audit, tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OPEN = sa.text("done IS NULL")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_journal_lab"),
        sa.ForeignKeyConstraint(["node"], ["node.id"], name="fk_journal_node"),
        sa.PrimaryKeyConstraint("node", "journal", name="pk_journal"),
    )
    op.create_table(
        "record",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_record_lab"),
        sa.ForeignKeyConstraint(["node"], ["node.id"], name="fk_record_node"),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.UniqueConstraint("node", "journal", "seq", name="uq_record_node_journal_seq"),
    )
    op.create_index("ix_record_session", "record", ["session"], unique=False)
    op.create_table(
        "record_aside",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_record_aside_lab"),
        sa.ForeignKeyConstraint(["node"], ["node.id"], name="fk_record_aside_node"),
        sa.PrimaryKeyConstraint("id", name="pk_record_aside"),
        sa.UniqueConstraint("node", "journal", "seq", "hash", name="uq_record_aside_node_journal_seq_hash"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_outbox_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due", "id"], unique=False, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["kind", "target"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "audit",
        sa.Column("id", _SERIAL, autoincrement=False, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_audit_lab"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_token_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_token_person"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
    )
    op.create_index("ix_token_person", "token", ["person"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lab"], ["lab.id"], name="fk_idempotency_lab"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_idempotency_person"),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency"),
        sa.UniqueConstraint("person", "method", "path", "key", name="uq_idempotency_person_method_path_key"),
    )
    op.create_index("ix_idempotency_created", "idempotency", ["created"], unique=False)


def downgrade() -> None:
    op.drop_table("idempotency")
    op.drop_table("token")
    op.drop_table("audit")
    op.drop_table("outbox")
    op.drop_table("record_aside")
    op.drop_table("record")
    op.drop_table("journal")
