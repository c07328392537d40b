"""How are strikes and rebooking tokens kept?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from hub.ports.sanctions import RebookingToken, StrikeEvent
from hub.store import schema
from hub.store.books.once import insert_once
from hub.store.said import Said
from hub.store.schema import table_of

STRIKE = table_of(schema.StrikeEvent)
TOKEN = table_of(schema.RebookingToken)
_S, _T = STRIKE.c, TOKEN.c
_OF = Said(select(STRIKE).where(_S.lab == bindparam("lab"), _S.person == bindparam("person")).order_by(_S.id))


class StrikeBook:
    """`hub.ports.Strikes` over table strike_event."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def of(self, person: str, lab: str) -> Sequence[StrikeEvent]:
        """All that happened to a person's strikes in a lab, in order."""
        return [StrikeEvent(*row) for row in _OF.rows(self._c, lab=lab, person=person)]

    def events(self, strike: str) -> Sequence[StrikeEvent]:
        """All that happened to one strike, in order."""
        wanted = select(STRIKE).where(_S.strike == strike).order_by(_S.id)
        return [StrikeEvent(*row) for row in self._c.execute(wanted)]

    def about(self, person: str, reservation: str) -> StrikeEvent | None:
        """The strike that this person got for a reservation."""
        wanted = select(STRIKE).where(_S.person == person, _S.kind == "struck").order_by(_S.id)
        struck = [StrikeEvent(*row) for row in self._c.execute(wanted)]
        return next((one for one in struck if one.data.get("reservation") == reservation), None)

    def record(
        self,
        about: tuple[str, str, str],
        kind: str,
        at: datetime,
        *,
        by: str,
        data: Mapping[str, Any] | None = None,
    ) -> StrikeEvent:
        """Append an event; `about` is (lab, person, strike)."""
        lab, person, strike = about
        said = dict(data or {})
        row = {"lab": lab, "person": person, "strike": strike, "kind": kind, "at": at, "by": by, "data": said}
        identity = self._c.execute(insert(STRIKE).values(row).returning(_S.id)).scalar_one()
        return StrikeEvent(identity, lab, person, strike, kind, at, by, said)


class RebookingBook:
    """`hub.ports.Rebookings` over table rebooking_token."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def of(self, person: str) -> Sequence[RebookingToken]:
        """All tokens of a person, newest first."""
        wanted = select(TOKEN).where(_T.person == person).order_by(_T.issued.desc(), _T.id)
        return [RebookingToken(*row) for row in self._c.execute(wanted)]

    def open_of(self, person: str, lab: str, now: datetime) -> Sequence[RebookingToken]:
        """Those that may be used now, the first to run out first."""
        usable = and_(_T.person == person, _T.lab == lab, _T.used_for.is_(None), _T.expires > now)
        rows = self._c.execute(select(TOKEN).where(usable).order_by(_T.expires, _T.id))
        return [RebookingToken(*row) for row in rows]

    def issue(self, token: RebookingToken) -> bool:
        """Owe it; False when one was issued for this reservation already."""
        return insert_once(self._c, TOKEN, asdict(token))

    def use(self, token: str, reservation: str) -> bool:
        """Spend it; False when it is spent."""
        unspent = and_(_T.id == token, _T.used_for.is_(None))
        return self._c.execute(update(TOKEN).where(unspent).values(used_for=reservation)).rowcount == 1
