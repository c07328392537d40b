"""How are bearer tokens kept, and which store is this?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from hub.ports.figures import Figures, Mark
from hub.ports.paper import Token
from hub.ports.store import StoreMark
from hub.store import schema
from hub.store.books.figures import FigureBook
from hub.store.said import Said
from hub.store.schema import table_of

TOKEN = table_of(schema.Token)
META = table_of(schema.StoreMeta)

_BY_HASH = Said(select(TOKEN).where(TOKEN.c.hash == bindparam("digest")))  # of every request with a token


class TokenBook:
    """`hub.ports.Tokens` over table token."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def by_hash(self, digest: str) -> Token | None:
        """The token with this hash, whatever its state."""
        row = _BY_HASH.row(self._c, digest=digest)
        return None if row is None else Token(*row)

    def add(self, token: Token) -> None:
        """Remember a token."""
        self._c.execute(insert(TOKEN).values(asdict(token)))

    def of(self, person: str) -> Sequence[Token]:
        """A person's tokens, newest first."""
        wanted = select(TOKEN).where(TOKEN.c.person == person).order_by(TOKEN.c.created.desc(), TOKEN.c.id)
        return [Token(*row) for row in self._c.execute(wanted)]

    def revoke(self, token: str, now: datetime) -> bool:
        """Make it void; False when it is unknown or void already."""
        change = update(TOKEN).where(TOKEN.c.id == token, TOKEN.c.revoked.is_(None)).values(revoked=now)
        return self._c.execute(change).rowcount == 1


class MetaBook:
    """`hub.ports.Meta` over table store_meta."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def mark(self) -> StoreMark | None:
        """Its mark; None before `found`."""
        row = self._c.execute(select(META.c.epoch, META.c.store, META.c.demo)).one_or_none()
        return None if row is None else StoreMark(*row)

    def found(self, mark: StoreMark, now: datetime) -> None:
        """Mark a new store, once."""
        row = {"id": 1, "epoch": mark.epoch, "store": mark.store, "demo": mark.demo, "made": now}
        self._c.execute(insert(META).values(row))

    def figures(self, mark: Mark | None) -> Figures:
        """How much happened since a mark, and how much waits."""
        return FigureBook(self._c).since(mark)
