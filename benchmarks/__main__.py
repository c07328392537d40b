"""`make bench`: which of our figures do we reach on this machine? One table, and benchmarks/results.json.

Each figure is taken beside its limit or rival in the same run. No benchmark is a test: a figure that is not
reached is printed as it is.
"""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.figure import Figure

HERE = Path(__file__).parent
SUBJECTS = sorted(each.stem for each in HERE.glob("b[0-9]*.py"))


def main(chosen: list[str]) -> int:
    """Measure the chosen subjects (`b03_reader`), or all."""
    figures: list[Figure] = []
    print(f"  {'':5}{'what':58}{'ours':>10}{'beside':>10}{'due':>18}")
    for subject in chosen or SUBJECTS:
        for figure in importlib.import_module(f"benchmarks.{subject}").measure():
            figures.append(figure)
            print(
                f"  {figure.id:5}{figure.what:58}{figure.ours:>10}{figure.beside:>10}{figure.due:>18}",
                flush=True,
            )
    (HERE / "results.json").write_text(json.dumps([asdict(each) for each in figures], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
