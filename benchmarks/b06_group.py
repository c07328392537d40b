"""B6: sixteen people book at once on a slow disk (a commit takes 8 ms more): what does paying it once for all of them bring?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter, sleep

from sqlalchemy import event

from benchmarks.figure import Figure
from benchmarks.lab import Busy, must, sqlite_lab, standing
from benchmarks.rounds import Cost, Effort, compare, speed
from hub.ports import Store
from hub.store import writer
from hub.store.store import SqliteStore

CLIENTS = 16
SD_CARD_S = 0.008  # what an SD card adds to a commit (promises.md)


def measure(effort: Effort) -> Iterator[Figure]:
    """Batches as they come, beside batches of one, in the same file."""
    with sqlite_lab(effort.size(10_000, 50), effort.size(400, 20)) as busy, standing(busy.url) as store:
        if not isinstance(store, SqliteStore):
            raise TypeError("B6 is about SQLite")
        event.listen(store._writing, "before_cursor_execute", _slow)  # noqa: SLF001 -- the slow disk
        numbers = count()
        group = _clients(store, busy, numbers, effort)
        found = compare(group, _one_by_one(group), effort)
    what = f"{CLIENTS} clients booking, commit 8 ms slower : one commit each"
    yield speed(("B6", what), found, due=5, aim=12)


def _slow(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
    if statement == "COMMIT":
        sleep(SD_CARD_S)


def _clients(store: Store, busy: Busy, numbers: "count[int]", effort: Effort) -> Cost:
    def run() -> float:
        wishes = [busy.wish(next(numbers)) for _ in range(CLIENTS * effort.size(4, 1))]
        with ThreadPoolExecutor(CLIENTS) as pool:
            start = perf_counter()
            list(pool.map(lambda wish: must(store, wish), wishes))
            return (perf_counter() - start) / len(wishes)

    return run


def _one_by_one(group: Cost) -> Cost:
    def run() -> float:
        usual, writer.BATCH = writer.BATCH, 1
        try:
            return group()
        finally:
            writer.BATCH = usual

    return run
