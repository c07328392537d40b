"""Which exact files do we install? Resolves requirements/*.in into pinned, hashed *.txt for every platform.

No address of an index is written: each machine fetches from where its own pip is configured to.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.terminal import done, fail, step

REQUIREMENTS = Path("requirements")
NAMES = ("run", "test", "lock", "front")
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--overrides=requirements/overrides.txt",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--no-emit-package=loquet",
    "--quiet",
)
NEVER = re.compile(r"^\S+ ; sys_platform == 'never'.*?(?=^\S)", re.DOTALL | re.MULTILINE)
ADDRESS = re.compile(r"https?://|--index|--find-links|file:", re.IGNORECASE)


def lock(name: str, *extra: str) -> None:
    """Write requirements/<name>.txt."""
    target = REQUIREMENTS / f"{name}.txt"
    step(f"{target}: resolving")
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *extra]
    subprocess.run(
        [*command, f"requirements/{name}.in", "-o", str(target)], check=True, stdout=subprocess.DEVNULL
    )
    text = NEVER.sub("", target.read_text())
    if found := ADDRESS.search(text):
        fail(f"{target} would hold an address ({found.group()})", "compile it again with --no-emit-index-url")
    target.write_text(
        f"# made by `make lock` from {name}.in; install with --require-hashes --no-deps\n{text}"
    )


def lock_front() -> None:
    """Write package-lock.json: versions and hashes, no addresses (npm's `resolved` and `funding`)."""
    path = Path("package-lock.json")
    if not shutil.which("npm"):
        fail("package-lock.json needs npm", "run make lock on a machine with npm")
    step(f"{path}: resolving")
    subprocess.run(
        ["npm", "install", "--package-lock-only", "--ignore-scripts", "--loglevel=error"], check=True
    )
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")


def main() -> None:
    """Resolve everything anew; pass --upgrade for newer versions."""
    for name in NAMES:
        lock(name, *sys.argv[1:])
    lock_front()
    done("pinned. Look at the change (git diff requirements), then run make test")


if __name__ == "__main__":
    main()
