"""How are the secret calendar links kept?"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hub.ports.feeds import Feed, FeedSubject
from hub.store import schema
from hub.store.schema import table_of

TABLE = table_of(schema.Feed)
C = TABLE.c


class FeedBook:
    """`hub.ports.Feeds` over table feed."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def by_hash(self, digest: str) -> Feed | None:
        """The link whose secret has this hash, whatever its state."""
        return _feed(self._c.execute(select(TABLE).where(C.hash == digest)).one_or_none())

    def get(self, feed: str) -> Feed | None:
        """The link with this id, whatever its state."""
        return _feed(self._c.execute(select(TABLE).where(C.id == feed)).one_or_none())

    def of(self, person: str) -> Sequence[Feed]:
        """A person's links that stand, newest first."""
        wanted = select(TABLE).where(C.person == person, C.revoked.is_(None))
        rows = self._c.execute(wanted.order_by(C.created.desc(), C.id.desc()))
        return [one for one in map(_feed, rows) if one is not None]

    def add(self, feed: Feed) -> None:
        """Remember a link."""
        self._c.execute(insert(TABLE).values(asdict(feed)))

    def revoke(self, feed: str, now: datetime) -> bool:
        """Make it void; False when it is unknown or void already."""
        change = update(TABLE).where(C.id == feed, C.revoked.is_(None)).values(revoked=now)
        return self._c.execute(change).rowcount == 1


def _feed(row: Row[Any] | None) -> Feed | None:
    if row is None:
        return None
    kept = row._asdict()
    return Feed(**kept | {"subject": FeedSubject(kept["subject"])})
