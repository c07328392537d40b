"""Reservations, the nodes, their sessions and the locks on machines."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base

OCCUPIES = "status IN ('confirmed', 'conditional', 'arrived', 'in_use', 'done')"  # core.vocabulary.OCCUPYING; a test compares
IN_A_SERIES = "series IS NOT NULL"
LATE = "status = 'cancelled_late'"
GOING_ON = "status IN ('confirmed', 'conditional', 'arrived', 'in_use')"  # the same, but for what is done


class Reservation(Base):
    """A seat taken for a span. Occupying ones never overlap on a seat: the database refuses it (I1)."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("start_ms < end_ms", name="span"),
        Index(
            "ix_reservation_seat_start", "seat", "start_ms", "end_ms",
            sqlite_where=text(OCCUPIES), postgresql_where=text(OCCUPIES),
        ),
        Index("ix_reservation_machine_end", "machine", "end_ms"),
        Index("ix_reservation_person_end", "person", "end_ms"),
        Index(
            "ix_reservation_going_on", "start_ms", "end_ms",
            sqlite_where=text(GOING_ON), postgresql_where=text(GOING_ON),
        ),
        Index(
            "ix_reservation_series", "series", sqlite_where=text(IN_A_SERIES), postgresql_where=text(IN_A_SERIES)
        ),
        Index(
            "ix_reservation_given_up", "machine", "end_ms", sqlite_where=text(LATE), postgresql_where=text(LATE)
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    seat: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    start: Mapped[datetime] = mapped_column("start_ms")
    end: Mapped[datetime] = mapped_column("end_ms")
    kind: Mapped[str]
    status: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created: Mapped[datetime]
    changed: Mapped[datetime]
    rev: Mapped[int] = mapped_column(default=1)
    exempt: Mapped[bool] = mapped_column(default=False, server_default=false())
    held_until: Mapped[datetime | None]
    planned_end: Mapped[datetime | None]
    series: Mapped[str | None]
    party: Mapped[str | None]


class Node(Base):
    """The box beside a machine: its secret (encrypted), what it was told (revisions) and what it last said."""

    __tablename__ = "node"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"), unique=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    view_rev: Mapped[int] = mapped_column(BigInteger, default=0)
    view_hash: Mapped[str] = mapped_column(default="")
    lock_rev: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[dict[str, Any]]
    live: Mapped[dict[str, Any]]
    online: Mapped[bool] = mapped_column(default=False)
    version: Mapped[str] = mapped_column(default="")
    boot: Mapped[str] = mapped_column(default="")
    last_seen: Mapped[datetime | None]
    created: Mapped[datetime]
    retired: Mapped[datetime | None]


class Session(Base):
    """Power on to power off, as the node journalled it; while it runs `end` and what follows are null."""

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_machine_start", "machine", "start_ms"),
        Index("ix_session_person_start", "person", "start_ms"),
        Index(
            "ix_session_running",
            "until_ms",
            sqlite_where=text("end_ms IS NULL"),
            postgresql_where=text("end_ms IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    node: Mapped[str | None] = mapped_column(ForeignKey("node.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    responsible: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    reservation: Mapped[str | None] = mapped_column(ForeignKey("reservation.id"))
    kind: Mapped[str]
    start: Mapped[datetime] = mapped_column("start_ms")
    until: Mapped[datetime | None] = mapped_column("until_ms")
    end: Mapped[datetime | None] = mapped_column("end_ms")
    end_reason: Mapped[str | None]
    end_quality: Mapped[str | None]
    power_s: Mapped[int | None] = mapped_column(BigInteger)
    busy_s: Mapped[int | None] = mapped_column(BigInteger)
    minutes: Mapped[int | None] = mapped_column(BigInteger)
    overran: Mapped[datetime | None]


class Lock(Base):
    """A lock on a machine; in force only when the node's record has come, gone only when its lifting has."""

    __tablename__ = "lock"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"), index=True)
    kind: Mapped[str]
    owner: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    since: Mapped[datetime]
    in_force: Mapped[datetime | None]
    lifted: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    lift_reason: Mapped[str | None]
    gone: Mapped[datetime | None]
