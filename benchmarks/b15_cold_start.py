"""B15: how soon is the relay safe and the node ready after power-on, without a hub, and what memory does it take?"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.disk import on_disk
from benchmarks.figure import Figure
from benchmarks.node import fill_shelf, write_settings
from benchmarks.processes import imported, settled_mb, started
from benchmarks.rounds import Effort, compare, cost

MEMBERS = 500  # a node of one lab


def measure(effort: Effort) -> Iterator[Figure]:
    """Each round starts the programs anew; the page cache is warm, as after the first boot's read-ahead."""
    with on_disk() as folder:
        settings = write_settings(folder)
        fill_shelf(settings.state_dir / "shelf.db", effort.size(MEMBERS, 5))
        rival = lambda: imported("gpiozero")  # noqa: E731
        rival(), _start("keeper", folder), _start("doorman", folder)  # whose bytecode is kept from now on
        safe = compare(lambda: _start("keeper", folder)[0], rival, effort)
        yield cost(("B15", "keeper: start to relay forced safe : import gpiozero"), safe, due=1.2, aim=1.0)
        ready = compare(lambda: _start("doorman", folder)[1], rival, effort)
        yield cost(("B15", "doorman: start to ready, offline : import gpiozero"), ready, due=3, aim=2)
        yield _memory(folder)


def _start(program: str, folder: Path) -> tuple[float, float]:
    with started(program, folder) as (_, safe, ready):
        return safe, ready


def _memory(folder: Path) -> Figure:
    with started("keeper", folder) as (keeper, *_), started("doorman", folder) as (doorman, *_more):
        each = settled_mb(keeper.pid), settled_mb(doorman.pid)
    total = sum(each)
    beside = f"{each[0]:.0f} + {each[1]:.0f} MB"
    return Figure(
        "B15",
        "memory of a node: keeper + doorman",
        f"{total:.0f} MB",
        beside,
        "<= 35 MB",
        "<= 22 MB",
        reached=total <= 35,
    )
