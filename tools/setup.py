"""What must be here before anything runs? `python3 -m tools.setup run|test`, on a machine with python3, git, make.

Quick when nothing changed: what was installed is remembered by the hash of the files that ask for it.
Two at once wait for each other.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - said in words, before anything newer is read
    sys.exit(
        "  ✗ Loquet needs Python 3.11 or later\n    → make PYTHON=python3.12 run   (or install a newer python3)"
    )

from tools import parts
from tools.terminal import done
from tools.venv import PYTHON, VENV, install, install_ourselves, make_venv

CACHE = Path(".cache")
STAMPS = VENV / "loquet-stamps.json"
REQUIREMENTS = {"run": Path("requirements/run.txt"), "test": Path("requirements/test.txt")}
PARTS_OF_TESTS = ("mosquitto", "postgresql", "chromium")
FRONT = ("package.json", "package-lock.json", "hub/web/static/icons.txt", "tools/assets.py")
VENDOR = Path("hub/web/static/vendor")
AXE = CACHE / "front/node_modules/axe-core"  # reads the pages in tests/browser


def main(purpose: str) -> None:
    """Bring this checkout to where `make <purpose>` can start."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_venv()
        changed = [_packages(purpose), _ourselves(), _front(purpose)]
        if purpose == "test":
            parts.fetch(PARTS_OF_TESTS, optional=False)
    if any(changed):
        done("set up")


def _packages(purpose: str) -> bool:
    """The pinned packages; those of `test` hold those of `run`."""
    run, wanted = REQUIREMENTS["run"], REQUIREMENTS[purpose]
    if purpose == "run" and _stamped("run", [run]):
        return False

    def bring() -> None:
        install(wanted)
        _stamp("run", [run])

    return _once(purpose, [run, wanted] if purpose == "test" else [run], bring)


def _ourselves() -> bool:
    """The command, as pyproject.toml declares it."""
    return _once("ourselves", [Path("pyproject.toml")], install_ourselves)


def _front(purpose: str) -> bool:
    """Fonts, icons and htmx, from npm; for the tests axe-core besides."""
    wanted = [Path(each) for each in FRONT]
    if not VENDOR.is_dir():
        _forget("front")
    if purpose == "test" and not AXE.is_dir():
        _forget("front-test")
    if purpose == "run":
        return _once("front", wanted, lambda: _module("tools.assets"))

    def bring() -> None:
        _module("tools.assets", "--tests")
        _stamp("front", wanted)

    return _once("front-test", wanted, bring)


def _module(name: str, *arguments: str) -> None:
    ended = subprocess.run([str(PYTHON), "-m", name, *arguments], check=False, stdin=subprocess.DEVNULL)
    if ended.returncode:
        raise SystemExit(ended.returncode)


def _once(name: str, causes: Iterable[Path], do: Callable[[], None]) -> bool:
    """Do it unless it was done for these very files; True when it was done now."""
    causes = list(causes)
    if _stamped(name, causes):
        return False
    do()
    _stamp(name, causes)
    return True


def _stamped(name: str, causes: Iterable[Path]) -> bool:
    return _stamps().get(name) == _digest(causes)


def _stamp(name: str, causes: Iterable[Path]) -> None:
    _write({**_stamps(), name: _digest(causes)})


def _forget(name: str) -> None:
    _write({key: value for key, value in _stamps().items() if key != name})


def _write(stamps: dict[str, str]) -> None:
    STAMPS.write_text(json.dumps(stamps, indent=1))


def _stamps() -> dict[str, str]:
    try:
        return dict(json.loads(STAMPS.read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _digest(causes: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for each in causes:
        whole.update(f"{each}\0".encode() + each.read_bytes() + b"\0")
    return whole.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "run")
