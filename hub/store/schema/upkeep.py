"""What is said of a machine that is not well: members' reports; and when it was last looked after; and what several machines share."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base


class Report(Base):
    """What a member reported of a machine from afar; `lock` is what it set, `answer` what staff made of it (R46)."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_lab_at", "lab", "at"), Index("ix_report_person", "person"))

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    severity: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]
    lock: Mapped[str | None] = mapped_column(ForeignKey("lock.id"))
    answer: Mapped[str | None]
    answered: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")


class Upkeep(Base):
    """Somebody looked after a machine; the first row of a machine is the hub's (`by` null): counted from there (R48)."""

    __tablename__ = "upkeep"
    __table_args__ = (Index("ix_upkeep_machine_at", "machine", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str]


class Resource(Base):
    """An extraction, a compressor, a room that `machines` depend on; `down` is since when it is (R49)."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("lab", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    name: Mapped[str]
    machines: Mapped[list[str]]
    down: Mapped[datetime | None]
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
