"""How are PINs and second factors kept?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from core.timeline import instant, stamp
from hub.ports.assurance import Pin, Proof, ProofKind
from hub.store import schema
from hub.store.schema import table_of

PIN = table_of(schema.Pin)
PROOF = table_of(schema.Proof)
P = PROOF.c


class AssuranceBook:
    """`hub.ports.Assurance` over tables pin and proof."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def pin(self, person: str, *, lock: bool = False) -> Pin | None:
        """The person's PIN; None when none is set. `lock` holds the row (PostgreSQL): guesses are counted one by one."""
        wanted = select(PIN).where(PIN.c.person == person)
        row = self._c.execute(wanted.with_for_update() if lock else wanted).one_or_none()
        if row is None:
            return None
        return Pin(row.person, row.lab, row.hash, row.changed, tuple(instant(each) for each in row.wrong))

    def set_pin(self, pin: Pin) -> None:
        """Set it, or note what was typed wrong."""
        values = asdict(pin) | {"wrong": [stamp(each) for each in pin.wrong]}
        if self._c.execute(update(PIN).where(PIN.c.person == pin.person).values(values)).rowcount == 0:
            self._c.execute(insert(PIN).values(values))

    def drop_pin(self, person: str) -> bool:
        """The person has none any more; False when there was none."""
        return self._c.execute(delete(PIN).where(PIN.c.person == person)).rowcount == 1

    def prove(self, proof: Proof) -> None:
        """Remember a second factor."""
        self._c.execute(insert(PROOF).values(asdict(proof)))

    def proofs(self, person: str, at: datetime) -> Sequence[Proof]:
        """Those that count at an instant, newest first."""
        wanted = select(P.lab, P.person, P.kind, P.at, P.until, P.node)
        wanted = wanted.where(P.person == person, P.at <= at, P.until > at).order_by(P.at.desc(), P.id.desc())
        return [
            Proof(row.lab, row.person, ProofKind(row.kind), row.at, row.until, row.node)
            for row in self._c.execute(wanted)
        ]

    def present(self, lab: str, at: datetime) -> Mapping[str, datetime]:
        """Who is known to be in the lab at an instant, by his own word, and until when it counts."""
        wanted = select(P.person, func.max(P.until).label("until")).where(
            P.lab == lab, P.kind == ProofKind.PRESENCE, P.at <= at
        )
        rows = self._c.execute(wanted.where(P.until > at).group_by(P.person))
        return {row.person: row.until for row in rows}

    def gone(self, lab: str, since: datetime) -> Mapping[str, datetime]:
        """Who said since then that he leaves, and when last: a presence that ends as it begins."""
        wanted = select(P.person, func.max(P.at).label("at")).where(
            P.lab == lab, P.kind == ProofKind.PRESENCE, P.at >= since, P.until == P.at
        )
        return {row.person: row.at for row in self._c.execute(wanted.group_by(P.person))}

    def end_proofs(self, person: str, kind: ProofKind, now: datetime) -> int:
        """End those that still count; how many there were."""
        change = update(PROOF).where(P.person == person, P.kind == kind, P.until > now)
        return int(self._c.execute(change.values(until=now)).rowcount)
