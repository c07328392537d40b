"""How are nodes kept?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from hub.ports.nodes import Node, Outage, OutageCause
from hub.store import schema
from hub.store.said import Said
from hub.store.schema import table_of

NODE = table_of(schema.Node)
OUTAGE = table_of(schema.Outage)
_O = OUTAGE.c
SAID = frozenset({"live", "held", "online", "version", "boot"})

# built once, as every tap and booking asks them
_ONE = select(NODE).where(NODE.c.id == bindparam("node"))
_ONE_LOCKED = _ONE.with_for_update()
_AT = select(NODE).where(NODE.c.machine == bindparam("of"))
_OUTDATE = Said(
    update(NODE)
    .where(NODE.c.machine == bindparam("of"), NODE.c.retired.is_(None))
    .values(view_rev=NODE.c.view_rev + 1, view_hash="")
    .returning(NODE.c.id, NODE.c.lab)
)


class NodeBook:
    """`hub.ports.Nodes` over table node."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, node: str, *, lock: bool = False) -> Node | None:
        """The node with this name; `lock` holds its row (PostgreSQL): views are published under it."""
        row = self._c.execute(_ONE_LOCKED if lock else _ONE, {"node": node}).one_or_none()
        return None if row is None else Node(*row)

    def at(self, machine: str) -> Node | None:
        """The node beside a machine."""
        row = self._c.execute(_AT, {"of": machine}).one_or_none()
        return None if row is None else Node(*row)

    def all(self, lab: str | None = None) -> Sequence[Node]:
        """Nodes by name, retired ones too."""
        wanted = select(NODE).order_by(NODE.c.id)
        rows = self._c.execute(wanted if lab is None else wanted.where(NODE.c.lab == lab))
        return [Node(*row) for row in rows]

    def add(self, node: str, lab: str, machine: str, sealed_key: bytes, now: datetime) -> None:
        """Pair a node with a machine."""
        self._c.execute(
            insert(NODE).values(
                id=node, lab=lab, machine=machine, sealed_key=sealed_key, held={}, live={}, created=now
            )
        )

    def retire(self, node: str, at: datetime | None) -> None:
        """Take it out of service, or (None) back."""
        self._c.execute(update(NODE).where(NODE.c.id == node).values(retired=at, online=False))

    def move(self, node: str, machine: str) -> None:
        """Beside another machine, which has none."""
        self._c.execute(update(NODE).where(NODE.c.id == node).values(machine=machine))

    def outdate_view(self, machine: str) -> tuple[str, str] | None:
        """The view of the node beside a machine is no longer true: raise its revision, hold its row; (id, lab), None: no node."""
        row = _OUTDATE.row(self._c, of=machine)
        return None if row is None else (row[0], row[1])

    def set_view(self, node: str, rev: int, digest: str) -> None:
        """What view it is told from now on."""
        self._c.execute(update(NODE).where(NODE.c.id == node).values(view_rev=rev, view_hash=digest))

    def bump_locks(self, node: str) -> int:
        """Raise the revision of its locks and return it."""
        raised = update(NODE).where(NODE.c.id == node).values(lock_rev=NODE.c.lock_rev + 1)
        return int(self._c.execute(raised.returning(NODE.c.lock_rev)).scalar_one())

    def seen(self, node: str, now: datetime, values: Mapping[str, object]) -> bool:
        """Keep what it said: any of live, held, online, version, boot; False when there is no such node."""
        if strange := set(values) - SAID:
            raise KeyError(*sorted(strange))
        change = update(NODE).where(NODE.c.id == node).values(last_seen=now, **values)
        return self._c.execute(change).rowcount == 1

    def lost(self, node: str, since: datetime, cause: OutageCause = OutageCause.UNHEARD) -> None:
        """It is not heard since then: an outage begins, unless one lasts already."""
        lasting = select(_O.id).where(_O.node == node, _O.end_ms.is_(None)).limit(1)
        if self._c.execute(lasting).first() is None:
            lab = select(NODE.c.lab).where(NODE.c.id == node).scalar_subquery()
            self._c.execute(insert(OUTAGE).values(lab=lab, node=node, start_ms=since, cause=cause))

    def restarted(self, node: str) -> None:
        """It comes back as a new start: an outage that lasts and is not the hub's was its own power."""
        lasting = and_(_O.node == node, _O.end_ms.is_(None), _O.cause == OutageCause.UNHEARD)
        self._c.execute(update(OUTAGE).where(lasting).values(cause=OutageCause.POWER))

    def back(self, node: str, now: datetime) -> None:
        """It is heard again: its outage ends."""
        lasting = and_(_O.node == node, _O.end_ms.is_(None))
        self._c.execute(update(OUTAGE).where(lasting).values(end_ms=now))

    def outages(self, node: str, start: datetime, end: datetime) -> Sequence[Outage]:
        """When it was not heard within [start, end), in order."""
        touching = and_(_O.node == node, _O.start_ms < end, or_(_O.end_ms.is_(None), _O.end_ms > start))
        rows = self._c.execute(select(_O.start_ms, _O.end_ms, _O.cause).where(touching).order_by(_O.start_ms))
        return [Outage(row.start_ms, row.end_ms, OutageCause(row.cause)) for row in rows]
