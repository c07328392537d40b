"""Courses, their prerequisites, and what happened to whom: events, never a flag."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial


class Course(Base):
    """What one can be certified for; months are calendar months (R26), null = no end."""

    __tablename__ = "course"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True)
    names: Mapped[dict[str, Any]]
    valid_months: Mapped[int | None]
    dormant_months: Mapped[int | None]
    min_age: Mapped[int | None]
    runs: Mapped[int] = mapped_column(default=0)
    staff_signed: Mapped[bool] = mapped_column(default=False)
    checklist: Mapped[list[dict[str, str]]] = mapped_column(default=list)  # item: id, fr, nl, en


class CourseNeed(Base):
    """A prerequisite: all groups must hold, one course of a group is enough (R25)."""

    __tablename__ = "course_need"
    __table_args__ = (UniqueConstraint("course", "group_no", "needs"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    course: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    group_no: Mapped[int]
    needs: Mapped[str] = mapped_column(ForeignKey("course.id"))


class Certificate(Base):
    """The identity of one person's way through one course; its state is derived from the events."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("person", "course"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    course: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)


class CertificateEvent(Base):
    """Something that happened to a certificate; append-only by trigger."""

    __tablename__ = "certificate_event"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    certificate: Mapped[str] = mapped_column(ForeignKey("certificate.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]]
