"""`make bench`: which of our figures do we reach on this machine? One table, and benchmarks/results.json.

Each figure is taken beside its limit or rival in the same run. No benchmark is a test: a figure that is not
reached is printed as it is. `--only B4 B9` measures these alone, `--rounds 3` is quicker, `--tiny` only proves that it runs.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from inspect import signature
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.rounds import Effort

HERE = Path(__file__).parent
SUBJECTS = sorted(each.stem for each in HERE.glob("b[0-9]*.py"))
HEADS = ("", "what", "ours", "beside", "ratio", "A/A", "due", "aim", "reached")
WIDTHS = (5, 58, 11, 11, 9, 11, 13, 13, 8)
REACHED = {True: "yes", False: "NO", None: "-"}


def main(arguments: list[str]) -> int:
    """Measure the chosen subjects, or all."""
    asked = _read(arguments)
    effort = Effort(asked.rounds, asked.tiny)
    print(_line(HEADS))
    figures: list[Figure] = []
    for subject in _chosen(asked.only):
        for figure in _measured(subject, effort):
            figures.append(figure)
            print(_line(_cells(figure)), flush=True)
    asked.out.write_text(json.dumps([asdict(each) for each in figures], indent=2) + "\n")
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="B4", help="these figures alone")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--tiny", action="store_true", help="smallest sizes: do they run?")
    parser.add_argument("--out", type=Path, default=HERE / "results.json", help="where the results go")
    return parser.parse_args(arguments)


def _chosen(only: list[str]) -> list[str]:
    names = {f"b{int(each.strip('bB')):02}" for each in only}
    return [subject for subject in SUBJECTS if not names or subject[:3] in names]


def _measured(subject: str, effort: Effort) -> Iterator[Figure]:
    measure = importlib.import_module(f"benchmarks.{subject}").measure
    yield from measure(effort) if signature(measure).parameters else measure()


def _cells(one: Figure) -> tuple[str, ...]:
    reached = REACHED[one.reached]
    return (one.id, one.what, one.ours, one.beside, one.ratio, one.noise, one.due, one.aim, reached)


def _line(cells: tuple[str, ...]) -> str:
    first, what, *rest = (cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    return f"  {first.strip():5}{what.strip():58}" + "".join(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
