"""Is every module at most 300 lines and every function at most 40? A house one can keep in one's head.

Run without arguments it looks at the whole checkout; with files or folders, at those.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

MODULE_LINES = 300  # the house's limits; the median is meant to be 40 to 150, and 4 to 10
FUNCTION_LINES = 40
TEST_LINES = 500  # a test module is a list of sentences: read by the line, not kept in the head
MIGRATIONS = Path(
    "hub/store/migrations"
)  # a migration is one list of tables, and history: only its module is measured
PLACES = ("core", "hub", "node", "loquet", "tools", "tests", "benchmarks")


def too_long(path: Path) -> Iterator[str]:
    """One line for the module and for each function of `path` that is over its limit."""
    text = path.read_text(encoding="utf-8")
    limit = TEST_LINES if path.parts[0] == "tests" else MODULE_LINES
    if (lines := len(text.splitlines())) > limit:
        yield f"{path}:1: {lines} lines, {limit} is the limit: what are its two subjects?"
    if MIGRATIONS in path.parents:
        return
    for node in ast.walk(ast.parse(text, filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, {FUNCTION_LINES} is the limit"


def modules(places: Iterable[str]) -> Iterator[Path]:
    """Every Python file of these files and folders."""
    for place in places:
        path = Path(place)
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def main(places: list[str]) -> int:
    """0 when everything fits, 1 otherwise; each offender on a line of its own."""
    found = [line for path in modules(places or PLACES) for line in too_long(path)]
    print("\n".join(found) if found else "every module and function fits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
