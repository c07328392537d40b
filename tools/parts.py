"""How do Mosquitto, PostgreSQL and Chromium come to this machine? Found, else apt as root, else unpacked here.

`python3 -m tools.parts mosquitto postgresql` fetches what is missing; `--optional` says so and goes on.
Nothing is fetched twice: `loquet.parts.locate` finds what lies under .cache/parts/root.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from loquet.parts import Part, locate
from tools import apt
from tools.terminal import done, fail, step, warn

FOLDER = Path(".cache/parts")
# part -> (the program that shows it is there, how it tells its version)
PROGRAMS = {
    "mosquitto": ("mosquitto", "-h"),
    "postgresql": ("initdb", "--version"),
    "chromium": ("chromium", "--version"),
}
WITHIN_S = 30


def main(arguments: Sequence[str]) -> None:
    """Fetch the named parts."""
    names = [each for each in arguments if not each.startswith("--")]
    unknown = [each for each in names if each not in PROGRAMS]
    if unknown:
        fail(f"no such part: {unknown[0]}", f"known: {', '.join(PROGRAMS)}")
    fetch(names, optional="--optional" in arguments)


def fetch(names: Sequence[str], *, optional: bool) -> None:
    """Have every part of `names`; missing ones are named with the line that brings them."""
    lacking = [each for each in names if not _works(each)]
    if not lacking:
        return
    step(f"{', '.join(lacking)}: not on this machine, fetching from the distribution")
    if not apt.install_as_root(lacking) and apt.available():
        apt.unpack(lacking, FOLDER)
    still = [each for each in lacking if not _works(each)]
    if came := [each for each in lacking if each not in still]:
        done(f"{', '.join(came)}: {_place(came[0])}")
    if still:
        _say(still, optional=optional)


def _say(names: Sequence[str], *, optional: bool) -> None:
    text = f"{', '.join(names)}: could not be had"
    line = f"as root: apt-get install {' '.join(names)}"
    if not optional and os.environ.get("STRICT", "") not in {"", "0"}:
        fail(text, line)
    warn(text, f"{line}   ({'we do without' if optional else 'the tests about it are skipped'})")


def _place(name: str) -> str:
    part = locate(PROGRAMS[name][0])
    return part.argv[0] if part else "?"


def _works(name: str) -> bool:
    program, question = PROGRAMS[name]
    part = locate(program)
    return part is not None and _answers(part, question)


def _answers(part: Part, question: str) -> bool:
    """Does it start at all? A program without its libraries ends with 127."""
    try:
        ended = subprocess.run(
            [*part.argv, question],
            env=part.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode in {0, 1, 3}  # mosquitto -h ends with 3


if __name__ == "__main__":
    main(sys.argv[1:])
