"""People, what they may do in which lab, and their badges."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base, Serial


class User(Base):
    """A person (the name is Flask-Security's). `status` is what people decided; the rest follows from `member_until`.

    `household` and `organisation` share quotas by name; `pass_day` makes a day pass, answered for by person `host`;
    `consent_until` is a minor's guardian's.
    """

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    short: Mapped[str]
    lang: Mapped[str]
    birth: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str]
    member_until: Mapped[datetime | None]
    charter: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime]
    household: Mapped[str | None] = mapped_column(index=True)
    organisation: Mapped[str | None] = mapped_column(index=True)
    pass_day: Mapped[date | None] = mapped_column(Date)
    host: Mapped[str | None] = mapped_column(index=True)
    consent_until: Mapped[datetime | None]


class Role(Base):
    """The names of the roles (for Flask-Security); who has which stands in person_role."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(default="")


class PersonRole(Base):
    """A role of a person in one lab; a trainer's names the courses."""

    __tablename__ = "person_role"
    __table_args__ = (UniqueConstraint("person", "lab", "role"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(ForeignKey("role.name"))
    courses: Mapped[list[str]]


class Badge(Base):
    """A badge: `key` is a keyed hash of the UID (found by), `sealed` the encrypted UID (for the nodes' keys)."""

    __tablename__ = "badge"
    __table_args__ = (Index("ix_badge_person", "person"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    state: Mapped[str]
    added: Mapped[datetime]
    changed: Mapped[datetime]
    rests: Mapped[datetime | None]  # since when it is believed no more where the risk is medium or high (R57)
    rest_why: Mapped[str] = mapped_column(default="")


class Pin(Base):
    """A person's code for keypads: an argon2id hash of a keyed hash; `wrong` are the instants of the wrong ones."""

    __tablename__ = "pin"

    person: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    hash: Mapped[str]
    changed: Mapped[datetime]
    wrong: Mapped[list[str]]


class Proof(Base):
    """A second factor that a person gave, and how long it counts; `node`: at that box alone."""

    __tablename__ = "proof"
    __table_args__ = (Index("ix_proof_person", "person", "kind", "until"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("lab.id"))
    person: Mapped[str] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    node: Mapped[str | None] = mapped_column(ForeignKey("node.id"))
    at: Mapped[datetime]
    until: Mapped[datetime]
