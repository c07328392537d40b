"""What is said of a machine that is not well: members' reports."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
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
