"""How are bearer tokens kept, and the answers that keys already got?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hub.ports.paper import KeptAnswer, Token
from hub.ports.store import StoreMark
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.said import Said
from hub.store.schema import table_of

TOKEN = table_of(schema.Token)
KEPT = table_of(schema.Idempotency)
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


class ReplayBook:
    """`hub.ports.Replays` over table idempotency."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def find(self, person: str, method: str, path: str, key: str) -> KeptAnswer | None:
        """What this key got."""
        c = KEPT.c
        wanted = select(c.id, c.body_hash, c.status, c.headers, c.body, c.created)
        place = (c.person == person, c.method == method, c.path == path, c.key == key)
        row = self._c.execute(wanted.where(*place)).one_or_none()
        return None if row is None else KeptAnswer(*row)

    def begin(
        self, lab: str, person: str, route: tuple[str, str, str], body_hash: str, now: datetime
    ) -> int | None:
        """Claim the key; `route` is (method, path, key). Returns the row's id; None when it is claimed already."""
        method, path, key = route
        row = {
            "lab": lab,
            "person": person,
            "method": method,
            "path": path,
            "key": key,
            "body_hash": body_hash,
        }
        if not insert_once(self._c, KEPT, row | {"headers": {}, "created": now, "body": ""}):
            return None
        kept = self.find(person, method, path, key)
        return None if kept is None else kept.id

    def finish(self, row: int, status: int, headers: Mapping[str, str], body: str) -> None:
        """Keep the answer."""
        kept = {"status": status, "headers": dict(headers), "body": body}
        self._c.execute(update(KEPT).where(KEPT.c.id == row).values(kept))

    def forget(self, row: int) -> None:
        """The answer is not kept (401, 403, 429, 5xx)."""
        self._c.execute(delete(KEPT).where(KEPT.c.id == row))

    def expire(self, before: datetime) -> int:
        """Drop what is older."""
        return self._c.execute(delete(KEPT).where(KEPT.c.created < before)).rowcount


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
