"""Does the house stand as it says? `make check`: the same in hand, in the hook and in CI.

Every check runs, whatever the one before found; each failure is shown whole.
"""

import subprocess
import sys
from pathlib import Path

from tools.terminal import done

BIN = Path(sys.executable).parent
CHECKS = (
    ("format", ["ruff", "format", "--check", "."], "make format"),
    ("lint", ["ruff", "check", "."], "make format mends what can be mended"),
    ("types", ["mypy"], "mypy says where"),
    (
        "architecture",
        ["lint-imports", "--no-logo"],
        "docs/decisions/0001 says why the arrows point as they do",
    ),
    ("dependencies", ["deptry", "."], "pyproject.toml lists what we import"),
    ("sizes", ["python", "-m", "tools.sizes"], "split it by subject"),
    ("purity", ["python", "-m", "tools.purity"], "time and chance are parameters of core"),
    ("translations", ["python", "-m", "tools.words", "check"], "make words, then translate"),
    ("duplicates", ["python", "-m", "tools.duplicates"], "say it once"),
)


def main(chosen: list[str]) -> int:
    """Run the named checks, or all; 1 when any failed."""
    failed = [
        name
        for name, command, way_out in CHECKS
        if name in (chosen or [name]) and not _holds(name, command, way_out)
    ]
    print(f"  ✗ {', '.join(failed)}" if failed else "  ✓ the house stands")
    return 1 if failed else 0


def _holds(name: str, command: list[str], way_out: str) -> bool:
    ended = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == 0:
        done(name)
        return True
    print(f"  ✗ {name}\n{ended.stdout}{ended.stderr}    → {way_out}", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
