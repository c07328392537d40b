"""What surrounds the reservations: who waits, what repeats, what went wrong, what the lab owes, which rules held."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial

_WAITS = "status = 'waiting'"
_OPEN = "status = 'open'"


class Waiting(Base):
    """Somebody waits for `min_minutes` on a machine, or on any of a family, within [start, end) (R51)."""

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("start_ms < end_ms", name="span"),
        Index("ix_waiting_open", "lab", "end_ms", sqlite_where=text(_WAITS), postgresql_where=text(_WAITS)),
        Index("ix_waiting_person", "person"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    machine: Mapped[str | None] = mapped_column(ForeignKey("machine.id"))
    family: Mapped[str | None]
    start: Mapped[datetime] = mapped_column("start_ms")
    end: Mapped[datetime] = mapped_column("end_ms")
    min_minutes: Mapped[int]
    expires: Mapped[datetime]
    status: Mapped[str]
    created: Mapped[datetime]


class Offer(Base):
    """A freed time held for one who waits: `hold` is the reservation that keeps the seat; none: first come."""

    __tablename__ = "offer"
    __table_args__ = (
        Index("ix_offer_open", "expires", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_offer_waiting", "waiting"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    waiting: Mapped[str] = mapped_column(ForeignKey("waiting.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    hold: Mapped[str | None] = mapped_column(ForeignKey("reservation.id"))
    start: Mapped[datetime] = mapped_column("start_ms")
    end: Mapped[datetime] = mapped_column("end_ms")
    expires: Mapped[datetime]
    status: Mapped[str]
    created: Mapped[datetime]


class Series(Base):
    """A slot that repeats: RRULE and first start in local wall time; a following series names the one before (R52)."""

    __tablename__ = "series"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    machine: Mapped[str] = mapped_column(ForeignKey("machine.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    rrule: Mapped[str]
    start_local: Mapped[str]
    minutes: Mapped[int]
    zone: Mapped[str]
    before: Mapped[str | None] = mapped_column(ForeignKey("series.id"))
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created: Mapped[datetime]


class StrikeEvent(Base):
    """What happened to a strike: struck, withdrawn, appealed, upheld, or a ban that a human made longer (R53)."""

    __tablename__ = "strike_event"
    __table_args__ = (Index("ix_strike_event_person", "lab", "person"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    strike: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    data: Mapped[dict[str, Any]]


class RebookingToken(Base):
    """What the lab owes for a slot it took back (R19): one booking outside quota, horizon + 2 d, 30 d long."""

    __tablename__ = "rebooking_token"
    __table_args__ = (UniqueConstraint("reservation"), Index("ix_rebooking_token_person", "person"))

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reservation: Mapped[str] = mapped_column(ForeignKey("reservation.id"))
    issued: Mapped[datetime]
    expires: Mapped[datetime]
    used_for: Mapped[str | None] = mapped_column(ForeignKey("reservation.id"))


class RuleSet(Base):
    """The rules of a lab, family or machine as somebody saved them; the highest version holds."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("lab", "level", "subject", "version"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    level: Mapped[str]
    subject: Mapped[str]
    version: Mapped[int]
    rules: Mapped[dict[str, Any]]
    reason: Mapped[str]
    by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Outage(Base):
    """A time in which a node was not heard, and whose fault that was; `end` is null while it lasts."""

    __tablename__ = "outage"
    __table_args__ = (Index("ix_outage_node_start", "node", "start_ms"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    node: Mapped[str] = mapped_column(ForeignKey("node.id"))
    start: Mapped[datetime] = mapped_column("start_ms")
    end: Mapped[datetime | None] = mapped_column("end_ms")
    cause: Mapped[str] = mapped_column(default="unheard", server_default="unheard")
