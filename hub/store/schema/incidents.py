"""What nearly went wrong, or did: the safety log, apart from the machines' faults (R50)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base


class Incident(Base):
    """A near miss or an incident of a lab: when it was, what happened, and (once closed) what was done about it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_lab_at", "lab", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    kind: Mapped[str]
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    at: Mapped[datetime]
    words: Mapped[str]
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    made: Mapped[datetime]
    done: Mapped[str] = mapped_column(default="")
    closed: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class IncidentPerson(Base):
    """Whom an incident concerned: asked when somebody wants to be forgotten (E41)."""

    __tablename__ = "incident_person"
    __table_args__ = (Index("ix_incident_person_person", "person"),)

    incident: Mapped[str] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
