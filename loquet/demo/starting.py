"""Is this a first start or a second one? The first builds the lab, the second goes on from where it was."""

from datetime import datetime, timedelta

from loquet.bench.clock import BenchClock, ClockFile, real_wall
from loquet.demo.folder import DemoProblem, Folder, Kept
from loquet.demo.lab import ZONE, good_start, nodes
from loquet.demo.wanted import Wanted


def begin(folder: Folder, wanted: Wanted) -> Kept:
    """What the folder keeps, after building it if it is new. Raises DemoProblem."""
    kept = folder.kept()
    if kept is None:
        return _first(folder, wanted)
    from loquet.demo.building import renew

    renew(folder)
    clock = BenchClock(folder.clock)
    if wanted.now is not None:
        _go_to(clock, kept, wanted.now)
    print(f"  going on in {folder.root}, it is {local_text(clock.wall())} there", flush=True)
    return kept


def _go_to(clock: BenchClock, kept: Kept, now: datetime) -> None:
    """Move the clock on to a later `--now`; the one it was started with means "go on"."""
    there = clock.wall()
    if kept.started_with is not None and now == datetime.fromisoformat(kept.started_with):
        return
    if now < there:
        raise DemoProblem(
            f"--now {now.isoformat()} is earlier than {there.isoformat(timespec='seconds')}, where this demo's clock is;"
            " time does not go back: choose another --var"
        )
    step_ns = (now - there) // timedelta(microseconds=1) * 1000
    clock.file.move(step_ns, step_ns)


def _first(folder: Folder, wanted: Wanted) -> Kept:
    folder.wipe()
    machine_now = real_wall()
    now = wanted.now or good_start(machine_now)
    if wanted.now is None and now != machine_now:
        print(f"  the lab is closed or closing now: the demo's clock starts at {local_text(now)}", flush=True)
    print(f"  building the demo lab in {folder.root} …", flush=True)
    file = ClockFile(folder.clock)
    file.move((now - machine_now) // timedelta(microseconds=1) * 1000, 0)
    file.close()
    kept = Kept(
        seed=wanted.seed,
        now=now.isoformat(),
        started_with=wanted.now.isoformat() if wanted.now else None,
        empty=wanted.empty,
        nodes=nodes(wanted.nodes),
    )
    kept.draw()
    from loquet.demo.building import build

    build(folder, kept, now)
    folder.keep(kept)
    return kept


def local_text(at: datetime) -> str:
    """An instant as people in the lab would say it."""
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(ZONE)).strftime("%A %d/%m/%Y %H:%M")
