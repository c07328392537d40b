"""What the nodes recorded: the text as received, once per (node, journal, seq)."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial


class Journal(Base):
    """How far one journal of a node is stored without a gap, and the hash at that place."""

    __tablename__ = "journal"

    node: Mapped[str] = mapped_column(ForeignKey("node.id"), primary_key=True)
    journal: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    stored: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    first_seen: Mapped[datetime]


class Record(Base):
    """One record of a keeper's journal; `text` is its canonical text as received."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("node", "journal", "seq"),
        Index("ix_record_session", "session"),
        Index("ix_record_type", "type", "at"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    node: Mapped[str] = mapped_column(ForeignKey("node.id"))
    journal: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    type: Mapped[str]
    session: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text)
    hash: Mapped[str]
    received: Mapped[datetime]


class RecordAside(Base):
    """A record that does not fit its journal: kept, acknowledged as nothing, alarmed."""

    __tablename__ = "record_aside"
    __table_args__ = (UniqueConstraint("node", "journal", "seq", "hash"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    node: Mapped[str] = mapped_column(ForeignKey("node.id"))
    journal: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    why: Mapped[str]
    received: Mapped[datetime]
