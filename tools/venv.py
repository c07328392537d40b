"""How does a folder with a bare python3 get its `.venv`? Without ensurepip, without root, without a compiler.

The pip that installs is never put into the `.venv`: it runs out of a wheel that is already on the machine,
or that Debian's own package carries. Every file is checked against the hash in requirements/.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

from tools.apt import unpack
from tools.terminal import fail, step

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
CACHE = Path(".cache")
SOURCE_ONLY = frozenset(
    {"flask-principal"}
)  # pure Python, published without a wheel; setuptools builds it here
PIP_CACHE = Path(".cache/pip-wheel")
DEBIAN_WHEELS = "usr/share/python-wheels"  # where python3-pip-whl puts it
NO_PIP = "as root: apt-get install python3-venv   (or install pip for this python3), then run make again"
NO_NETWORK = "is the network up, and is pip's index reachable (pip config list)? Nothing is half-installed: run make again"


def make_venv() -> None:
    """A `.venv` of this very Python; one of another version, or of a moved Python, is made anew."""
    if _version(PYTHON) == sys.version_info[:2]:
        return
    step(f".venv: Python {sys.version_info.major}.{sys.version_info.minor}")
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=False, symlinks=True)


def _version(python: Path) -> tuple[int, ...]:
    if not python.exists():
        return ()
    ask = "import sys; print(*sys.version_info[:2])"
    answer = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in answer.stdout.split())


def install(requirements: Path, *options: str) -> None:
    """Install the pinned files of `requirements`, each checked against its hash: first the wheels, then the rest."""
    pins = _pins(requirements)
    step(f"{requirements}: {len(pins)} packages")
    for purely_source in (False, True):
        chosen = [text for name, text in pins if (name in SOURCE_ONLY) == purely_source]
        if chosen:
            kind = ("--no-build-isolation",) if purely_source else ("--only-binary=:all:",)
            listed = CACHE / f"pins-{requirements.stem}-{'source' if purely_source else 'wheels'}.txt"
            listed.parent.mkdir(parents=True, exist_ok=True)
            listed.write_text("".join(chosen))
            _pip("--require-hashes", "--no-deps", "--no-compile", *kind, *options, "-r", str(listed))


def _pins(requirements: Path) -> list[tuple[str, str]]:
    """Each pin: the package's name, and its own lines (version, marker, hashes)."""
    blocks = re.split(r"^(?=[a-z0-9])", requirements.read_text(), flags=re.MULTILINE)
    return [(each.partition("==")[0], each) for each in blocks if "==" in each]


def install_ourselves() -> None:
    """Put the checkout on the `.venv`'s path, and the command `loquet` into its bin."""
    step("loquet: the command, from this checkout")
    _pip("--no-deps", "--no-index", "--no-build-isolation", "--no-compile", "--editable", ".")


def _pip(*arguments: str) -> None:
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "-q",
        *arguments,
    ]
    result = subprocess.run(
        command,
        env={
            **os.environ,
            "PYTHONPATH": str(pip_wheel().resolve()),
            "PIP_PROGRESS_BAR": "off",
            "PIP_REQUIRE_VIRTUALENV": "0",
        },
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if result.returncode:
        lines = [line[:300] for line in result.stderr.splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("ERROR")] or lines[-8:]
        retried = [line for line in lines if "Retrying" in line][-1:]
        fail("pip could not install:\n      " + "\n      ".join(retried + told), NO_NETWORK)


def pip_wheel() -> Path:
    """A pip to run: Python's own bundle, Debian's, or the one of Debian's package unpacked here."""
    for place in _wheel_places():
        for wheel in sorted(place.glob("pip-*.whl"), reverse=True):
            return wheel
    installed = importlib.util.find_spec("pip")
    if installed and installed.origin:
        return Path(installed.origin).parents[1]
    step("pip: taking it from Debian's package python3-pip-whl")
    if not unpack(["python3-pip-whl"], PIP_CACHE):
        fail("this Python has no pip, and it could not be fetched", NO_PIP)
    return next((PIP_CACHE / "root" / DEBIAN_WHEELS).glob("pip-*.whl"))


def _wheel_places() -> Iterator[Path]:
    bundle = importlib.util.find_spec("ensurepip")
    if bundle and bundle.origin:
        yield Path(bundle.origin).parent / "_bundled"
    yield Path("/") / DEBIAN_WHEELS
    yield PIP_CACHE / "root" / DEBIAN_WHEELS
