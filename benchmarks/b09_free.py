"""B9: when are the next two hours free on one of twenty machines, within thirty days? The index beside SQL and a naive loop."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from random import Random

from sqlalchemy import create_engine

from benchmarks.figure import Figure
from benchmarks.lab import LAB, MACHINES, NOW, Busy, fill, row, sqlite_lab
from benchmarks.rounds import Compared, Cost, Effort, compare, cost, rate, speed, timed, took
from core.timeline import Span
from core.vocabulary import Role
from hub.ports import Store, Tx
from hub.services.finding import free
from hub.store.engines import file_of
from hub.store.schema.use import OCCUPIES
from hub.store.store import open_store

TWO_HOURS = timedelta(hours=2)
AHEAD = timedelta(days=30)
FULL_FOR = timedelta(days=25)  # then there is a gap of two hours on one machine after the other
SLICE = timedelta(minutes=7)
MS = 1000

ISLANDS = f"""
WITH busy AS (
    SELECT seat, start_ms, end_ms FROM reservation
    WHERE {OCCUPIES} AND lab = '{LAB}' AND end_ms > :now AND start_ms < :last
), gaps AS (
    SELECT seat, MAX(end_ms, :now) AS since, LEAD(start_ms, 1, :last) OVER (PARTITION BY seat ORDER BY start_ms) AS until
    FROM busy
    UNION ALL
    SELECT seat, :now, MIN(start_ms) FROM busy GROUP BY seat
)
SELECT seat, (since + 899999) / 900000 * 900000 AS start FROM gaps
WHERE (since + 899999) / 900000 * 900000 + :length <= until ORDER BY start, seat LIMIT 3
"""  # noqa: S608 -- constants of this file


def measure(effort: Effort) -> Iterator[Figure]:
    """1,000, then 100,000 reservations to come."""
    with _lab(effort.size(1_000, 100), effort) as few, _lab(effort.size(100_000, 400), effort) as many:
        sql = compare(_ours(few, effort), _islands(few, effort), effort)
        yield _small(f"next free 2 h of 20 machines, {few[2]:,} : SQL islands", sql)
        sql = compare(_ours(many, effort), _islands(many, effort), effort)
        yield speed(("B9", f"next free 2 h of 20 machines, {many[2]:,} : SQL islands"), sql, due=50, aim=500)
        naive = compare(_ours(many, effort), lambda: timed(lambda: _naive(many)), effort)
        yield speed(
            ("B9", f"next free 2 h of 20 machines, {many[2]:,} : naive Python"), naive, due=50, aim=500
        )
        flat = compare(_ours(many, effort), _ours(few, effort), effort)
        yield cost(("B9", f"the same with {many[2]:,} : with {few[2]:,}"), flat, due=1.25, aim=1)
        yield _after_a_booking(many, effort)


def _small(what: str, found: Compared) -> Figure:
    """With so few rows SQL itself has little to do: told, not promised."""
    beside = rate(found.ours_s), rate(found.rival_s)
    return Figure("B9", what, *beside, "-", "-", f"{1 / found.ratio:.2f}", found.noise)


Ready = tuple[Store, str, int]


@contextmanager
def _lab(rows: int, effort: Effort) -> Iterator[Ready]:
    with sqlite_lab(0, effort.size(50, 10)) as busy, open_store(busy.url) as store:
        made = _to_come(busy, rows)
        yield store, file_of(busy.url), made


def _to_come(busy: Busy, rows: int) -> int:
    """Spread so many over the machines, full for most of the month, then with gaps."""
    chance, each = Random(9), rows // len(MACHINES)  # noqa: S311 -- a lab, not a secret
    made = []
    for place in range(len(MACHINES)):
        at, width = NOW, min(SLICE, FULL_FOR / each)
        step = FULL_FOR / each
        for number in range(each):
            person = chance.choice(busy.members)
            end = at + (step if number % 3 else width)
            made.append(row(f"next-{place}-{number}", place, person, at, end))
            at += step
    engine = create_engine(busy.url)
    fill(engine, made)
    engine.dispose()
    return len(made)


def _ours(ready: Ready, effort: Effort) -> Cost:
    store = ready[0]

    def run() -> float:
        store.read(_ask)  # the other lab may have taken its place in memory
        return timed(lambda: store.read(_ask), effort.size(50, 2))

    return run


def _ask(tx: Tx) -> object:
    found = free(tx, "laser", Span(NOW, NOW + TWO_HOURS), (Role.MEMBER,), NOW, 3)
    if len(found) != 3:
        raise RuntimeError("nothing is free: a broken benchmark")
    return found


def _after_a_booking(ready: Ready, effort: Effort) -> Figure:
    """What the first question costs after one calendar has changed: that machine is read anew."""
    store, path, rows = ready
    touch = "UPDATE reservation SET note = note, status = status WHERE id = 'next-0-0'"

    def changed() -> float:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(touch)
        return timed(lambda: store.read(_ask))

    found: Compared = compare(changed, _ours(ready, effort), effort)
    what = f"the first question after a booking, {rows:,} : the next ones"
    return Figure(
        "B9", what, took(found.ours_s), took(found.rival_s), "-", "-", f"{found.ratio:.1f}x", found.noise
    )


def _islands(ready: Ready, effort: Effort) -> Cost:
    path = ready[1]

    def run() -> float:
        with closing(sqlite3.connect(path)) as connection:
            ask: Callable[[], object] = lambda: connection.execute(ISLANDS, _figures()).fetchall()  # noqa: E731
            ask()
            return timed(ask, effort.size(2, 1))

    return run


def _figures() -> dict[str, int]:
    now = int(NOW.timestamp()) * MS
    length, ahead = (int(each.total_seconds()) * MS for each in (TWO_HOURS, AHEAD))
    return {"now": now, "last": now + ahead, "length": length}


def _naive(ready: Ready) -> object:
    """Every row to Python, every quarter tried."""
    figures = _figures()
    with closing(sqlite3.connect(ready[1])) as connection:
        rows = connection.execute(
            f"SELECT seat, start_ms, end_ms FROM reservation WHERE {OCCUPIES} AND end_ms > ? ORDER BY seat, start_ms",  # noqa: S608
            (figures["now"],),
        ).fetchall()
    best: list[tuple[int, int]] = []
    free_from: dict[int, int] = {}
    for seat, start, end in rows:
        since = free_from.get(seat, figures["now"])
        if start - since >= figures["length"]:
            best.append((since, seat))
        free_from[seat] = max(since, end)
    best += [(since, seat) for seat, since in free_from.items()]
    return sorted(best)[:3]
