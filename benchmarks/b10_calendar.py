"""B10: a week with 2,000 reservations, for staff with all its seams; and for who has it already.

The first line is a calendar nobody asked for since the last change, spelled anew each time; promised is the second: sent to a
client that has nothing, as it goes out while nothing changes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.b08_post import hello, tokens_of
from benchmarks.figure import Figure
from benchmarks.lab import LAB, MACHINES, NOW, Busy, fill, row, sqlite_lab
from benchmarks.rounds import Cost, Effort, compare, rate, speed, timed
from benchmarks.server import BYTES, Client, served
from core.vocabulary import Role
from hub.services.letting_in import Scope
from hub.store.engines import file_of
from hub.store.store import open_store

PATH = f"/api/v1/machines/{MACHINES[0]}/calendar?from=2026-11-24T00:00:00Z&to=2026-12-01T00:00:00Z"
SLICE = timedelta(minutes=5)


def measure(effort: Effort) -> Iterator[Figure]:
    """2,000 events of five minutes."""
    events = effort.size(2_000, 20)
    with sqlite_lab(0, effort.size(100, 10)) as busy:
        token = _week(busy, events)
        folder = Path(file_of(busy.url)).parent
        staff = {"Authorization": f"Bearer {token}"}
        with served(busy.url, folder) as client:
            client.send("GET", PATH, 200, headers=staff)
            (folder / BYTES).write_bytes(client.last)
        with served(busy.url, folder) as client:
            yield from _figures(client, staff, busy, events, effort)


def _figures(
    client: Client, staff: dict[str, str], busy: Busy, events: int, effort: Effort
) -> Iterator[Figure]:
    times = effort.size(20, 1)
    ready = lambda: timed(lambda: client.send("GET", "/bare/bytes", 200), times)  # noqa: E731
    sent = lambda: timed(lambda: client.send("GET", PATH, 200, headers=staff), times)  # noqa: E731
    anew = compare(_changed(client, staff, busy), ready, effort)
    what = f"a week of {events:,} just changed : its bytes, ready"
    yield Figure(
        "B10", what, rate(anew.ours_s), rate(anew.rival_s), "-", "-", f"{1 / anew.ratio:.2f}", anew.noise
    )
    what = f"a week of {events:,} for a client without it : its bytes, ready"
    yield speed(("B10", what), compare(sent, ready, effort), due=0.5, aim=0.8)
    known = {"If-None-Match": client.send("GET", PATH, 200).headers["ETag"]}
    same = lambda: timed(lambda: client.send("GET", PATH, 304, headers=known), effort.size(60, 2))  # noqa: E731
    yield speed(
        ("B10", "the same, unchanged (304) : Flask hello"),
        compare(same, hello(client, effort), effort),
        due=0.8,
        aim=0.8,
    )


def _changed(client: Client, staff: dict[str, str], busy: Busy) -> Cost:
    touch = "UPDATE reservation SET status = status WHERE id = 'event-0'"

    def run() -> float:
        with closing(sqlite3.connect(file_of(busy.url))) as connection, connection:
            connection.execute(touch)
        return timed(lambda: client.send("GET", PATH, 200, headers=staff))

    return run


def _week(busy: Busy, events: int) -> str:
    """Fill the week; the token of somebody who sees all of it."""
    start = NOW + timedelta(minutes=10)
    engine = create_engine(busy.url)
    people = busy.members
    made = [
        row(f"event-{n}", 0, people[n % len(people)], start + n * SLICE, start + (n + 1) * SLICE)
        for n in range(events)
    ]
    fill(engine, made)
    engine.dispose()
    with open_store(busy.url) as store:
        store.write(lambda tx: tx.people.give_role(people[0], LAB, Role.STAFF, ()))
    return tokens_of(busy, people[:1], Scope.STAFF)[people[0]]
