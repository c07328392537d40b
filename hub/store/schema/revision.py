"""How old is what was computed from the tables?"""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.schema.base import Base


class Revision(Base):
    """A random number that triggers renew with every change of what `name` covers (migration 0007)."""

    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(primary_key=True)
    rev: Mapped[int] = mapped_column(BigInteger)
