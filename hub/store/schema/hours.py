"""When is the lab, or a machine with its own hours, open?"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial


class Opening(Base):
    """A weekly range in local wall time, "18:00"; weekday 0 is Monday; an end not after the start is next day's."""

    __tablename__ = "opening"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True)
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    weekday: Mapped[int]
    from_local: Mapped[str]
    to_local: Mapped[str]
    audience: Mapped[str]


class DayException(Base):
    """One local date that beats the week (R02): `hours` is a list of {from, to, audience}; none = closed."""

    __tablename__ = "day_exception"
    __table_args__ = (Index("ix_day_exception_lab_day", "lab", "day"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    day: Mapped[date] = mapped_column(Date)
    hours: Mapped[list[dict[str, str]]]
    reason: Mapped[dict[str, Any]]


class Closure(Base):
    """A span in which lab or machine is closed, whatever the week says."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("start_ms < end_ms", name="span"),
        Index("ix_closure_lab_end_ms", "lab", "end_ms"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    start: Mapped[datetime] = mapped_column("start_ms")
    end: Mapped[datetime] = mapped_column("end_ms")
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created: Mapped[datetime]
    words: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
