"""Labs, families, machines and their seats; and which store this is."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial


class Lab(Base):
    """One workshop; its zone reads local times, its rules are the outermost of lab -> family -> machine."""

    __tablename__ = "lab"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    lang: Mapped[str]
    charter: Mapped[int] = mapped_column(default=1)
    rules: Mapped[dict[str, Any]]


class Family(Base):
    """Machines of one sort share rules and risk."""

    __tablename__ = "family"

    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[dict[str, Any]]
    risk: Mapped[str]
    rules: Mapped[dict[str, Any]]


class Machine(Base):
    """One machine. `needs` are course ids (all of them), `rules` override its family's."""

    __tablename__ = "machine"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True)
    family: Mapped[str]
    model: Mapped[str]
    room: Mapped[str]
    status: Mapped[str]
    status_note: Mapped[str] = mapped_column(default="")
    own_hours: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list[str]]
    materials: Mapped[list[str]]
    rules: Mapped[dict[str, Any]]
    policy: Mapped[dict[str, Any]]
    upkeep: Mapped[str] = mapped_column(default="", server_default="")
    lacks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    shared_run_on_s: Mapped[int] = mapped_column(default=0, server_default="0")


class Seat(Base):
    """A place at a machine that one person can take; the integer that forbids double booking."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("machine", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"), index=True)
    number: Mapped[int]


class StoreMeta(Base):
    """One row: which store this is (epoch: the second it was made), and whether it is a demo."""

    __tablename__ = "store_meta"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(BigInteger)
    store: Mapped[str]
    demo: Mapped[bool]
    made: Mapped[datetime]
