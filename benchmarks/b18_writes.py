"""B18: how often is the disk made to write? fsyncs of a booking, counted by strace where it is; an idle node's bytes to its card."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from time import sleep

from benchmarks.disk import on_disk
from benchmarks.figure import Figure
from benchmarks.lab import must, sqlite_lab, standing
from benchmarks.node import fill_shelf, write_settings
from benchmarks.processes import ROOT, started, written
from benchmarks.rounds import Effort

IDLE_S = 20
# strace -c: % time, seconds, usecs/call, calls, [errors,] syscall
SYNCS = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s.*(?:fsync|fdatasync)$", re.MULTILINE)


def measure(effort: Effort) -> Iterator[Figure]:
    """Bookings one by one; then a node at rest."""
    yield _syncs(effort)
    yield _idle(effort)


def _syncs(effort: Effort) -> Figure:
    bookings = effort.size(200, 5)
    strace = shutil.which("strace")
    what, due = "fsyncs of a booking", ("<= 1.1", "1")
    if strace is None:
        return Figure("B18", f"{what}: strace is not on this machine", "-", "1", *due)
    few, many = (_counted(strace, each) for each in (bookings, 2 * bookings))
    each = (many - few) / bookings  # what making the lab costs falls out
    return Figure("B18", what, f"{each:.2f}", "1", *due, reached=each <= 1.1)


def _counted(strace: str, bookings: int) -> int:
    inside = [sys.executable, "-m", "benchmarks.b18_writes", str(bookings)]
    command = [strace, "-f", "-c", "-e", "trace=fsync,fdatasync", *inside]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sum(int(each) for each in SYNCS.findall(done.stderr))


def _idle(effort: Effort) -> Figure:
    seconds = effort.size(IDLE_S, 1)
    with on_disk() as folder:
        settings = write_settings(folder)
        fill_shelf(settings.state_dir / "shelf.db", effort.size(500, 5))
        with started("keeper", folder) as (keeper, *_), started("doorman", folder) as (doorman, *_more):
            sleep(effort.size(3, 1))  # the first state of both is written
            before = _written(keeper.pid, doorman.pid)
            sleep(seconds)
            grown = _written(keeper.pid, doorman.pid) - before
    a_minute = grown * 60 // seconds
    return Figure(
        "B18", "bytes an idle node writes a minute", str(a_minute), "0", "0", "0", reached=a_minute == 0
    )


def _written(*pids: int) -> int:
    return sum(written(pid) for pid in pids)


def book(bookings: int) -> None:
    """So many bookings in a small lab."""
    with sqlite_lab(50, 40) as busy, standing(busy.url) as store:
        numbers = count()
        for _ in range(bookings):
            must(store, busy.wish(next(numbers)))


if __name__ == "__main__":
    book(int(sys.argv[1]))
