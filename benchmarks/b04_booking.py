"""B4: how fast is one durable booking, beside the very same statements sent by hand?

The rival replays what our booking said to the database: the same SQL, the same values, raw sqlite3, in a twin of the file. It is an
everyday sqlite3 with the pragmas that any writer of ours has (`WRITING`): it checkpoints where SQLite does it by itself, inside a
commit now and then. Ours does it beside, in a thread (hub/store/checkpoints.py); what that takes of the processor is not left out:
a turn is long enough that a checkpoint falls into it. Both logs have their full size before anything is measured.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import event

from benchmarks.figure import Figure
from benchmarks.lab import Busy, must, sqlite_lab, standing
from benchmarks.rounds import Compared, Cost, Effort, compare, speed, timed
from hub.ports import Store
from hub.store.engines import WRITING, file_of
from hub.store.store import SqliteStore, open_store

Said = list[tuple[str, Any]]


@dataclass
class Listener:
    """What the store says to its database, a list for each booking."""

    bookings: list[Said] = field(default_factory=list)

    def attach(self, store: SqliteStore) -> None:
        """Listen from now on."""
        event.listen(store._writing, "before_cursor_execute", self._heard)  # noqa: SLF001 -- only a benchmark listens in

    def _heard(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("BEGIN"):
            self.bookings.append([])
        self.bookings[-1].append((statement, parameters))


def measure(effort: Effort) -> Iterator[Figure]:
    """100,000 rows behind it."""
    rows = effort.size(100_000, 200)
    with sqlite_lab(rows, effort.size(400, 20)) as busy:
        found, statements = booking_beside_raw(busy, effort)
    what = f"a durable booking, {rows:,} rows : the same {statements} statements"
    yield speed(("B4", what), found, due=0.5, aim=0.85)


def booking_beside_raw(busy: Busy, effort: Effort) -> tuple[Compared, int]:
    """(the comparison, statements of one booking).

    Everybody has booked before, as in a hub that has run for a while. Of three copies of the file one is listened to, so that
    listening costs nobody anything.
    """
    path, first = file_of(busy.url), len(busy.members)
    with open_store(busy.url) as store:
        for number in range(first):
            must(store, busy.wish(number))
    for copy in (".heard", ".twin"):
        shutil.copy(path, path + copy)
    said = _heard(f"{busy.url}.heard", busy, effort)
    statements = len(said[-1])
    with standing(busy.url) as store, closing(_raw(path + ".twin")) as twin:
        ours, rival = _ours(store, busy, count(first), effort), _replay(twin, said, effort)
        ours(), rival()  # what is compiled once is not what we measure
        found = compare(ours, rival, effort)
    return found, statements


def _heard(url: str, busy: Busy, effort: Effort) -> list[Said]:
    """What each of as many bookings says as will be replayed."""
    listener = Listener()
    with open_store(url) as store:
        if not isinstance(store, SqliteStore):
            raise TypeError("B4 is about SQLite")
        numbers = count(len(busy.members))
        must(store, busy.wish(next(numbers)))
        listener.attach(store)
        for _ in range((2 * effort.rounds + 1) * _turn(effort)):
            must(store, busy.wish(next(numbers)))
    return listener.bookings


def _turn(effort: Effort) -> int:
    """Bookings in a row; SQLite's own log is full after some eighty of them."""
    return effort.size(100, 1)


def _ours(store: Store, busy: Busy, numbers: "count[int]", effort: Effort) -> Cost:
    return lambda: timed(lambda: must(store, busy.wish(next(numbers))), _turn(effort))


def _replay(twin: sqlite3.Connection, said: list[Said], effort: Effort) -> Cost:
    left = iter(said)
    return lambda: timed(lambda: _say(twin, next(left)), _turn(effort))


def _say(twin: sqlite3.Connection, said: Said) -> None:
    for statement, parameters in said:
        twin.execute(statement, parameters).fetchall()


def _raw(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in WRITING:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection
