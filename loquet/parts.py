"""Where on this machine is a program that we start: Mosquitto, PostgreSQL's server, Chromium?

Looks along PATH, then in the places where Debian puts servers, then among the packages that `tools/parts.py`
unpacked without root under `.cache/parts/`. It only looks: nothing is fetched or started here.
An unpacked program needs its libraries beside it; they go into that child's environment and nobody else's.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SERVER_PLACES = (
    "usr/sbin",
    "usr/local/sbin",
    "usr/local/bin",
    "usr/bin",
)  # the FHS; Debian keeps sbin off a user's PATH
POSTGRES_PLACES = "usr/lib/postgresql/*/bin"  # where Debian keeps each major version
POSTGRES_PROGRAMS = frozenset({"postgres", "initdb", "pg_ctl", "psql"})
# Debian's /usr/bin/chromium is a shell script that names absolute paths: unpacked, the program itself is started
UNPACKED_NAMES: Mapping[str, str] = {"chromium": "usr/lib/chromium/chromium"}


@dataclass(frozen=True)
class Part:
    """A program to start: `argv` is the head of the command line, `env` is added to the child's environment."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """The whole environment for the child: ours, with the part's own libraries in front."""
        return {**os.environ, **self.env}


def unpacked_root() -> Path:
    """The folder that holds unpacked packages; `LOQUET_PARTS` moves it."""
    named = os.environ.get("LOQUET_PARTS")
    return Path(named) if named else Path(__file__).resolve().parents[1] / ".cache" / "parts" / "root"


def locate(name: str) -> Part | None:
    """The first `name` that can be started, or None. Installed programs come before unpacked ones."""
    if name in POSTGRES_PROGRAMS:  # all of one version: PATH may hold a newer psql than the server
        return _postgres(name, Path("/")) or _along_path(name) or _unpacked(name, unpacked_root())
    return _along_path(name) or _in_places(name, Path("/")) or _unpacked(name, unpacked_root())


def _along_path(name: str) -> Part | None:
    found = shutil.which(name)
    return Part(name, (found,), {}) if found else None


def _in_places(name: str, root: Path) -> Part | None:
    found = shutil.which(name, path=os.pathsep.join(str(root / place) for place in SERVER_PLACES))
    return Part(name, (found,), {}) if found else None


def _postgres(name: str, root: Path) -> Part | None:
    folders = sorted(root.glob(POSTGRES_PLACES), key=_major, reverse=True)
    complete = (each for each in folders if (each / "initdb").exists() and (each / name).exists())
    folder = next(complete, None)
    return Part(name, (str(folder / name),), {}) if folder else None


def _major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _unpacked(name: str, root: Path) -> Part | None:
    special = root / UNPACKED_NAMES.get(name, "-")
    bare = Part(name, (str(special),), {}) if special.is_file() else None
    found = bare or _postgres(name, root) or _in_places(name, root)
    if found is None:
        return None
    return Part(name, found.argv, {"LD_LIBRARY_PATH": os.pathsep.join(_libraries(root))})


def _libraries(root: Path) -> Iterator[str]:
    """Every folder under `root` that holds a shared library, then what the caller had."""
    folders = {each.parent for each in (root / "usr" / "lib").rglob("*.so*")} | {
        each.parent for each in (root / "lib").rglob("*.so*")
    }
    yield from sorted(str(each) for each in folders if "postgresql" not in each.parts)
    if inherited := os.environ.get("LD_LIBRARY_PATH"):
        yield inherited
