"""Is `core` pure: the standard library only, no clock, no input or output, no logging, no chance?

import-linter knows which packages are ours; this knows which of the standard library's modules touch the world.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.sizes import modules

# what reads a clock, a disk, a network, another program, the environment or chance
WORLDLY = frozenset(
    [
        "asyncio",
        "ctypes",
        "fcntl",
        "glob",
        "http",
        "io",
        "logging",
        "mmap",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
    ]
)
WORLDLY_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__"})


def impurities(path: Path) -> Iterator[str]:
    """One line per import or call of `path` that a pure module may not have."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        for name in _imported(node):
            top = name.partition(".")[0]
            if top in WORLDLY:
                yield f"{path}:{node.lineno}: imports {name}, which touches the world"  # type: ignore[attr-defined]
            elif top != "core" and top not in sys.stdlib_module_names:
                yield f"{path}:{node.lineno}: imports {name}, which is not the standard library's"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORLDLY_CALLS:
            yield f"{path}:{node.lineno}: calls {node.func.id}()"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."]
    return []


def main(places: list[str]) -> int:
    """0 when core is pure, 1 otherwise."""
    found = [line for path in modules(places or ["core"]) for line in impurities(path)]
    print("\n".join(found) if found else "core is pure")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
