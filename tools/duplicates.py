"""Does the same passage stand in two places? A run of equal lines of code longer than the limit is named.

Imports, comments, blank lines and docstrings do not count; layout does not matter.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tools.sizes import modules

PASSAGE = 10  # lines; pylint's default is 4, which names every pair of similar dataclasses
PLACES = ("core", "hub", "node", "loquet")
Line = tuple[int, str]


def code_lines(path: Path) -> list[Line]:
    """(line number, code without layout) of every line that says something."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _silent(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    # unparse gives one layout to all; positions are lost with it, so that places are named by module alone
    text = ast.unparse(tree).splitlines()
    return [(number, line.strip()) for number, line in enumerate(text) if line.strip()]


def _silent(statement: object) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def repeated(paths: list[Path]) -> Iterator[str]:
    """One line per passage that stands in two places, named by its first line."""
    seen: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for path in paths:
        lines = [text for _, text in code_lines(path)]
        for at in range(len(lines) - PASSAGE + 1):
            seen[tuple(lines[at : at + PASSAGE])].append(path)
    told: set[tuple[Path, ...]] = set()
    for passage, places in seen.items():
        pair = tuple(sorted(set(places)))
        if len(places) > 1 and pair not in told:
            told.add(pair)
            yield f"{' and '.join(map(str, pair))}: {PASSAGE} equal lines from `{passage[0]}`"


def main(places: list[str]) -> int:
    """0 when nothing is said twice, 1 otherwise."""
    migrations = Path(
        "hub/store/migrations"
    )  # a migration is history: it repeats what the schema said that day
    paths = [path for path in modules(places or PLACES) if migrations not in path.parents]
    found = list(repeated(paths))
    print("\n".join(found) if found else "nothing is said twice")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
