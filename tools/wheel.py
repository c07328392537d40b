"""How is the wheel made? From this checkout, with the fonts, icons and pages inside; and looked into afterwards."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from tools.terminal import done, fail
from tools.venv import PYTHON

DIST = Path("dist")
INSIDE = (
    "core/vocabulary.py",
    "hub/web/static/loquet.css",
    "hub/web/static/vendor/sprite.svg",
    "hub/web/static/vendor/htmx.min.js",
    "hub/words/translations/fr/LC_MESSAGES/messages.po",
    "node/app/__init__.py",
    "loquet/main.py",
)


def main() -> None:
    """Build, and refuse a wheel that lacks something."""
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run([str(PYTHON), "-m", "hatchling", "build", "-t", "wheel", "-d", str(DIST)], check=True)
    wheel = next(DIST.glob("loquet-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    if lost := [each for each in INSIDE if each not in names]:
        fail(f"{wheel} lacks {', '.join(lost)}", "make clean setup, then make wheel")
    done(f"{wheel}: {wheel.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
