"""`loquet demo`: what was asked for, and is it in order?"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from loquet.demo.folder import DemoProblem
from loquet.demo.lab import MORE_NODES, NODES
from loquet.demo.wanted import Wanted

MOST_NODES = len(NODES) + len(MORE_NODES)
FIRST_YEAR, LAST_YEAR = (
    2000,
    2090,
)  # GPS-like clocks and certificates end somewhere; ten years of leaps fit in


def main(argv: Sequence[str]) -> int:
    """Run a demo in the foreground until Ctrl-C or SIGTERM."""
    wanted = read(argv)
    from loquet.demo.launcher import Launcher

    try:
        return Launcher(wanted).run()
    except DemoProblem as problem:
        print(f"loquet demo: {problem}", file=sys.stderr)
        return 1


def read(argv: Sequence[str]) -> Wanted:
    """The options; argparse leaves with 2 and a sentence when they are not in order."""
    parser = argparse.ArgumentParser(
        prog="loquet demo", description="A whole fictional lab on this machine; Ctrl-C ends all of it."
    )
    parser.add_argument("--port", type=_port, default=8080, help="of the pages (default 8080)")
    parser.add_argument("--var", type=Path, help="the data folder (default LOQUET_VAR, else ./var)")
    parser.add_argument("--seed", type=int, default=1, help="draws another month of bookings")
    parser.add_argument("--now", type=_instant, metavar="ISO", help="start the bench's clock at this instant")
    parser.add_argument(
        "--nodes", type=_nodes, default=3, help=f"how many machines have a box (3 to {MOST_NODES})"
    )
    parser.add_argument("--empty", action="store_true", help="no reservation and no usage")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    got = parser.parse_args(argv)
    return Wanted(
        port=got.port,
        var=got.var or Path(os.environ.get("LOQUET_VAR", "var")),
        seed=got.seed,
        now=got.now,
        nodes=got.nodes,
        empty=got.empty,
        browser=not got.no_browser,
    )


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instant, such as 2026-11-24T14:00:00+01:00"
        ) from bad
    if at.tzinfo is None:
        from loquet.demo.lab import in_lab_time

        at = in_lab_time(at)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"the year must be {FIRST_YEAR} to {LAST_YEAR}")
    return at.astimezone(UTC)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError("a port is 1 to 65535")
    return int(text)


def _nodes(text: str) -> int:
    if not text.isdigit() or not len(NODES) <= int(text) <= MOST_NODES:
        raise argparse.ArgumentTypeError(f"between {len(NODES)} and {MOST_NODES}")
    return int(text)
