"""How do Debian packages come here without root? apt's own lists and cache in our folder, then `dpkg-deb -x`.

apt still checks every signature and hash; what the machine already has is not fetched again.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.terminal import warn

PATIENCE_S = 300  # for a slow line; a machine without network fails in a few seconds by itself
QUIET = (
    "-qq",
    "-o",
    "Acquire::Retries=1",
    "-o",
    "Acquire::http::Timeout=20",
    "-o",
    "Acquire::https::Timeout=20",
)


def available() -> bool:
    """Is this a Debian (or its child)?"""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def unpack(packages: Sequence[str], folder: Path) -> bool:
    """Unpack `packages` and what they need beyond this machine under `folder`/root. True when all is there."""
    if not available():
        return False
    folder = folder.resolve()
    options = _private(folder)
    if not (_apt([*options, "update"]) and _apt([*options, "install", "-y", "--download-only", *packages])):
        return False
    return all(_extract(each, folder / "root") for each in sorted((folder / "archives").glob("*.deb")))


def install_as_root(packages: Sequence[str]) -> bool:
    """Install for the whole machine; True when done. Nothing recommended is added."""
    if os.geteuid() != 0 or not available():
        return False
    command = ["install", "-y", "--no-install-recommends", *packages]
    return _apt([*QUIET, *command]) or (_apt([*QUIET, "update"]) and _apt([*QUIET, *command]))


def _private(folder: Path) -> list[str]:
    for each in ("state/lists/partial", "archives/partial", "root"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": f"{folder}/state",
        "Dir::State::lists": f"{folder}/state/lists",
        "Dir::State::status": "/var/lib/dpkg/status",  # what the machine has is not fetched again
        "Dir::Cache": f"{folder}",
        "Dir::Cache::archives": f"{folder}/archives",
        "Dir::Log": f"{folder}",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "0",
        "APT::Update::Post-Invoke::": "true",
    }
    pairs = (part for name, value in settings.items() for part in ("-o", f"{name}={value}"))
    return [*QUIET, *pairs]


def _apt(arguments: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            ["apt-get", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        warn("apt-get took too long", "try again on a better line")
        return False
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        warn(f"apt-get: {lines[0] if lines else 'ended with ' + str(done.returncode)}", "is the network up?")
    return done.returncode == 0


def _extract(package: Path, root: Path) -> bool:
    return subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=False).returncode == 0
