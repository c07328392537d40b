"""How are the answers kept that idempotency keys already got? In the transaction that did what was asked for."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, select

from hub.ports.paper import KeptAnswer, KeyPlace
from hub.store import schema
from hub.store.said import Said
from hub.store.schema import table_of

KEPT = table_of(schema.Idempotency)
C = KEPT.c
_THERE = tuple(C[name] == bindparam(f"its_{name}") for name in ("person", "method", "path", "key"))
_FIND = Said(select(C.body_hash, C.status, C.headers, C.body, C.created).where(*_THERE))
_KEEP = Said(insert(KEPT), [name for name in C.keys() if name != "id"])  # noqa: SIM118 -- columns, no dict
_FORGET = Said(delete(KEPT).where(*_THERE))
_HALVES = (bindparam("first", type_=Integer), bindparam("second", type_=Integer))
_ALONE = Said(select(func.pg_try_advisory_xact_lock(*_HALVES)))


class ReplayBook:
    """`hub.ports.Replays` over table idempotency."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def alone(self, place: KeyPlace) -> bool:
        """Whether no other transaction answers this key just now; nor will any until this one ends."""
        if self._c.dialect.name != "postgresql":
            return True  # one writes at a time
        name = hashlib.sha256("\0".join(_said(place).values()).encode()).digest()
        first, second = (int.from_bytes(name[at : at + 4], signed=True) for at in (0, 4))
        return bool(_ALONE.bare(self._c, first=first, second=second)[0][0])

    def find(self, place: KeyPlace) -> KeptAnswer | None:
        """What this key got."""
        row = _FIND.row(self._c, **_said(place))
        return None if row is None else KeptAnswer(*row)

    def keep(self, lab: str, place: KeyPlace, answer: KeptAnswer) -> None:
        """Keep the answer; an error where one is kept already."""
        told = {name: getattr(answer, name) for name in KeptAnswer.__slots__}
        _KEEP.run(
            self._c, lab=lab, person=place.person, method=place.method, path=place.path, key=place.key, **told
        )

    def forget(self, place: KeyPlace) -> None:
        """Keep nothing of it any longer."""
        _FORGET.run(self._c, **_said(place))

    def expire(self, before: datetime) -> int:
        """Drop what is older."""
        return self._c.execute(delete(KEPT).where(C.created < before)).rowcount


def _said(place: KeyPlace) -> dict[str, str]:
    return {f"its_{name}": getattr(place, name) for name in KeyPlace.__slots__}
