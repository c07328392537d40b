"""What is taught when: the trainings that stand in the calendar."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base


class Training(Base):
    """A training for a course; its id is that of its first reservation, `slots` are all of them, one for each machine.

    Who gives it, when, and whether it still stands, the reservations say.
    """

    __tablename__ = "training"
    __table_args__ = (Index("ix_training_lab", "lab"),)

    id: Mapped[str] = mapped_column(ForeignKey("reservation.id"), primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    course: Mapped[str] = mapped_column(ForeignKey("course.id"))
    places: Mapped[int]
    slots: Mapped[list[str]]
    made: Mapped[datetime]
