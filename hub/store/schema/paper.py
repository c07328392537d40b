"""The paper trail: what is to be sent, what was done, who may ask, what was already answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial

_OPEN = "done IS NULL"


class Outbox(Base):
    """An effect to be made after the commit: a view to publish, a mail to send, a live event."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_outbox_open", "kind", "target", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    kind: Mapped[str]
    target: Mapped[str]
    payload: Mapped[dict[str, Any]]
    due: Mapped[datetime]
    created: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    done: Mapped[datetime | None]


class Audit(Base):
    """Who did what; append-only by trigger, each row carries the hash of the one before."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    data: Mapped[str] = mapped_column(Text)
    prev: Mapped[str]
    hash: Mapped[str]


class Token(Base):
    """A bearer token, known by its hash alone."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str]
    created: Mapped[datetime]
    expires: Mapped[datetime]
    revoked: Mapped[datetime | None]


class Feed(Base):
    """A secret calendar link, known by its hash alone."""

    __tablename__ = "feed"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str]
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    details: Mapped[bool]
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime]
    revoked: Mapped[datetime | None]


class Idempotency(Base):
    """The answer that a key already got; `status` is null while the first request runs."""

    __tablename__ = "idempotency"
    __table_args__ = (
        UniqueConstraint("person", "method", "path", "key"),
        Index("ix_idempotency_created", "created"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    method: Mapped[str]
    path: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime]
