"""B7: what does PostgreSQL's exclusion constraint cost a booking? Sixteen clients, with it and without.

A throw-away server on a Unix socket, without fsync: the constraint stands out as much as it can. The second line, for which
nothing was promised, is the whole booking beside a bare INSERT of its row.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from time import perf_counter

from sqlalchemy import Engine, create_engine, insert

from benchmarks.figure import Figure
from benchmarks.lab import MACHINES, Busy, lab_at, must, row, standing
from benchmarks.rounds import Compared, Cost, Effort, compare, rate, speed
from hub.ports import Store
from hub.store.schema import Reservation, table_of
from loquet.parts import locate
from tests.postgres import Cluster

CLIENTS = 16
UNGUARDED = "ALTER TABLE reservation DROP CONSTRAINT reservation_no_overlap"


def measure(effort: Effort) -> Iterator[Figure]:
    """10,000 rows behind it."""
    if locate("initdb") is None:
        yield Figure("B7", "PostgreSQL is not on this machine", "-", "-", ">= 0.85", ">= 0.95", reached=False)
        return
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster())
        guarded = _lab(stack, cluster, effort, "SELECT 1")
        plain = _lab(stack, cluster, effort, UNGUARDED)
        found = compare(_booking(stack, guarded, effort), _booking(stack, plain, effort), effort)
        yield speed(
            ("B7", f"{CLIENTS} clients booking, exclusion constraint : without it"), found, due=0.85, aim=0.95
        )
        numbers = count(50_000)
        bare = compare(
            _booking(stack, guarded, effort, 2_000), _inserting(stack, guarded, numbers, effort), effort
        )
        yield _beside_bare(bare)


def _beside_bare(found: Compared) -> Figure:
    what = f"{CLIENTS} clients booking, the whole of it : a bare INSERT"
    ratio = f"{1 / found.ratio:.2f}"
    return Figure("B7", what, rate(found.ours_s), rate(found.rival_s), "-", "-", ratio, found.noise)


def _lab(stack: ExitStack, cluster: Cluster, effort: Effort, statement: str) -> Busy:
    url = stack.enter_context(cluster.database())
    busy = lab_at(url, effort.size(10_000, 50), effort.size(400, 32))
    engine = _engine(stack, url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    return busy


def _engine(stack: ExitStack, url: str) -> Engine:
    engine = create_engine(url, pool_size=CLIENTS)
    stack.callback(engine.dispose)
    return engine


def _booking(stack: ExitStack, busy: Busy, effort: Effort, first: int = 0) -> Cost:
    store: Store = stack.enter_context(standing(busy.url))
    numbers = count(first)

    def run() -> float:
        must(store, busy.wish(next(numbers)))  # a hub has one house: the other's has been read between
        return _together(lambda number: must(store, busy.wish(number)), numbers, effort)

    return run


def _inserting(stack: ExitStack, busy: Busy, numbers: "count[int]", effort: Effort) -> Cost:
    engine, table = _engine(stack, busy.url), table_of(Reservation)

    def one(number: int) -> None:
        wish = busy.wish(number)
        place = MACHINES.index(wish.machine)
        with engine.begin() as connection:
            connection.execute(
                insert(table).values(row(f"bare-{number}", place, wish.person, wish.start, wish.end))
            )

    return lambda: _together(one, numbers, effort)


def _together(act: Callable[[int], None], numbers: "count[int]", effort: Effort) -> float:
    jobs = [next(numbers) for _ in range(CLIENTS * effort.size(4, 1))]
    with ThreadPoolExecutor(CLIENTS) as pool:
        start = perf_counter()
        list(pool.map(act, jobs))
        return (perf_counter() - start) / len(jobs)
