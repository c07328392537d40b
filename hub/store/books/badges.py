"""How are badges kept?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from core.vocabulary import BadgeState
from hub.ports.people import Badge
from hub.store.books.once import insert_once
from hub.store.schema import Badge as Table
from hub.store.schema import table_of

BADGE = table_of(Table)


class BadgeBook:
    """`hub.ports.Badges` over table badge."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, badge: str) -> Badge | None:
        """The badge with this id."""
        row = self._c.execute(select(BADGE).where(BADGE.c.id == badge)).one_or_none()
        return None if row is None else _badge(row)

    def by_key(self, key: str) -> Badge | None:
        """The badge with this keyed hash, whatever its state."""
        row = self._c.execute(select(BADGE).where(BADGE.c.key == key)).one_or_none()
        return None if row is None else _badge(row)

    def of(self, person: str) -> Sequence[Badge]:
        """All badges of a person, oldest first."""
        wanted = select(BADGE).where(BADGE.c.person == person).order_by(BADGE.c.added, BADGE.c.id)
        return [_badge(row) for row in self._c.execute(wanted)]

    def in_lab(self, lab: str) -> Sequence[Badge]:
        """All badges of the lab, newest first."""
        wanted = select(BADGE).where(BADGE.c.lab == lab).order_by(BADGE.c.added.desc(), BADGE.c.id.desc())
        return [_badge(row) for row in self._c.execute(wanted)]

    def add(self, badge: Badge) -> bool:
        """Remember a badge; False when its key is known already."""
        values = {
            "id": badge.id,
            "lab": badge.lab,
            "person": badge.person,
            "key": badge.key,
            "sealed": badge.sealed,
            "kind": badge.kind,
            "state": badge.state,
            "added": badge.added,
            "changed": badge.added,
        }
        return insert_once(self._c, BADGE, values)

    def set_state(self, badge: str, state: BadgeState, now: datetime) -> bool:
        """Change where it stands; False when there is no such badge."""
        return (
            self._c.execute(
                update(BADGE).where(BADGE.c.id == badge).values(state=state, changed=now)
            ).rowcount
            == 1
        )

    def forget(self, badge: str, now: datetime) -> None:
        """Whose card it was is known no more: neither its hash nor its UID stays."""
        nothing = {"key": f"forgotten:{badge}", "sealed": b"", "state": BadgeState.RETURNED, "changed": now}
        self._c.execute(update(BADGE).where(BADGE.c.id == badge).values(nothing))

    def rest(self, badge: str, since: datetime | None, why: str = "") -> bool:
        """Let it rest, or (None) wake it; False when nothing changes."""
        other = BADGE.c.rests.is_(None) if since is not None else BADGE.c.rests.is_not(None)
        change = update(BADGE).where(BADGE.c.id == badge, other).values(rests=since, rest_why=why)
        return self._c.execute(change).rowcount == 1


def _badge(row: Row[Any]) -> Badge:
    kept = {name: value for name, value in row._asdict().items() if name != "changed"}
    return Badge(**(kept | {"state": BadgeState(row.state)}))
