"""What is said of a machine that is not well: members' reports; and when it was last looked after; and what several machines share."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false
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
    category: Mapped[str] = mapped_column(default="other", server_default="other")
    photo: Mapped[bool] = mapped_column(default=False, server_default=false())


class ReportPhoto(Base):
    """The picture that came with a report, made anew by the hub: beside it, so that a list of reports stays light (R46)."""

    __tablename__ = "report_photo"

    report: Mapped[str] = mapped_column(ForeignKey("report.id"), primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    picture: Mapped[bytes] = mapped_column(LargeBinary)


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
    """An extraction, a compressor, a room that `machines` depend on; `down` is since when it is, `missed` by whose boxes (R49)."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("lab", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    name: Mapped[str]
    machines: Mapped[list[str]]
    down: Mapped[datetime | None]
    until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="other", server_default="other")
    missed: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
