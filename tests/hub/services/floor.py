"""The workshop floor for the services' tests: the cast with badges, node las-1 at LAS-1, its journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.journal import Head, JournalRecord, Stamp, append
from core.timeline import stamp
from core.wire.messages import Ask, Badge, Purpose, Records
from core.wire.seal import Keys, badge_key
from hub.ports import Store, Tx
from hub.services.enrolling import enrol_badge
from hub.services.sealing import Vault
from hub.store.making import found
from tests.cast import ADC, NOW, Cast, gather

NODE_KEY = bytes(range(32))
VAULT = Vault(bytes(32))
NODE = "las-1"


@dataclass(frozen=True)
class Floor:
    """A store in which everything stands; `people` by first name."""

    store: Store
    people: Cast
    uids: Mapping[str, bytes]

    def key(self, name: str) -> str:
        """How las-1 names this person's badge."""
        return badge_key(Keys.of(NODE_KEY).badge, self.uids[name])

    def ask(self, key: str, purpose: Purpose = Purpose.WALK_UP, now: datetime = NOW) -> Ask:
        """A question of las-1 about a badge."""
        return Ask("q1", "nonce", now, Badge(key), purpose)


def floor_in(store: Store) -> Floor:
    """Gather the cast, give each a badge, and pair las-1 with LAS-1."""

    def set_up(tx: Tx) -> tuple[Cast, dict[str, bytes]]:
        found(tx, NOW, demo=False)
        cast = gather(tx)
        uids = {}
        for number, (name, person) in enumerate(sorted(cast.ids.items())):
            uids[name] = bytes([4, 1, 2, 3, 4, 5, number])
            enrol_badge(tx, VAULT, person, uids[name], person, NOW)
        tx.nodes.add(NODE, ADC, "LAS-1", VAULT.seal(NODE_KEY), NOW)
        return cast, uids

    return Floor(store, *store.write(set_up))


@dataclass
class Journal:
    """The journal that las-1's keeper writes; every record follows the one before."""

    name: str = "j1"
    head: Head = field(default_factory=lambda: Head(0, ""))
    records: list[JournalRecord] = field(default_factory=list)

    def write(self, kind: str, at: datetime, session: str | None = None, /, **data: Any) -> "Journal":
        """Append a record."""
        when = Stamp(stamp(at), "b1", len(self.records) * 1000, "hub")
        record = append(self.head, when, kind, session, data)
        self.head = Head(self.head.seq + 1, str(record["hash"]))
        self.records.append(record)
        return self

    def session(
        self,
        who: str,
        start: datetime,
        minutes: int,
        name: str = "s1",
        *,
        reason: str = "badge-out",
        **data: Any,
    ) -> "Journal":
        """A whole session: start, power on, power off, end."""
        end = start + timedelta(minutes=minutes)
        until = stamp(start + timedelta(minutes=30))
        self.write("session-start", start, name, who=who, kind="use", until=until, **data)
        self.write("power-on", start, name)
        self.write("power-off", end, name)
        ended = {"reason": reason, "end_quality": "exact", "power_s": minutes * 60, "busy_s": 0}
        return self.write("session-end", end, name, **ended)

    def batch(self, first: int = 1, last: int | None = None) -> Records:
        """The records from `first` to `last` as they travel; the node still has all of them."""
        return Records(self.name, "b1", 1, tuple(self.records[first - 1 : last]))
