"""B1: from the reader's callback to the relay's pin, the hub down, ten thousand members in the view, the record durable first.

The rival looks the badge up in a dict, appends one line with fsync and writes the pin; ours does it in two programs, each
in its own process as on a board (in one process both would wait for one interpreter). Every tap meets a node at rest, and
the rival's too: what the tap before still had to write is not this one's, and nobody lays a badge on a processor kept warm.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import perf_counter

from gpiozero import DigitalOutputDevice
from gpiozero.pins.mock import MockFactory

from benchmarks.disk import on_disk
from benchmarks.figure import Figure
from benchmarks.node import Node, offline_node, rest, uid_of
from benchmarks.rounds import Cost, Effort, compare, cost

SPARE_PIN = 5
TURN = 40  # taps: the first ones after the other's turn are slower, ours and the rival's


def measure(effort: Effort) -> Iterator[Figure]:
    """One tap after the other, each by another member."""
    members = effort.size(10_000, 100)
    with on_disk() as folder, offline_node(folder, members) as node:
        pin = DigitalOutputDevice(SPARE_PIN, pin_factory=MockFactory())
        try:
            found = compare(_ours(node, effort), _bare(folder, pin, members, effort), effort)
        finally:
            pin.close()
    yield cost(("B1", f"tap to relay, {members:,} members : dict, fsync, pin"), found, due=3, aim=1.5)


def _ours(node: Node, effort: Effort) -> Cost:
    numbers = count()

    def one() -> float:
        uid = uid_of(next(numbers))
        took = node.start(uid)
        ended = node.tap(uid)
        if not ended.allowed:
            raise RuntimeError(f"the session does not end: {ended}")
        node.rest()
        return took

    return lambda: sum(one() for _ in range(effort.size(TURN, 1))) / effort.size(TURN, 1)


def _bare(folder: Path, pin: DigitalOutputDevice, members: int, effort: Effort) -> Cost:
    known = {uid_of(number): f"member-{number}" for number in range(members)}
    file = os.open(folder / "append", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    numbers = count()

    def one() -> float:
        uid = uid_of(next(numbers) % members)
        rest()
        start = perf_counter()
        who = known[uid]
        os.write(file, f'{{"type":"session-start","who":"{who}"}}\n'.encode().ljust(256))
        os.fdatasync(file)
        pin.on()
        took = perf_counter() - start
        pin.off()
        return took

    return lambda: sum(one() for _ in range(effort.size(TURN, 1))) / effort.size(TURN, 1)
