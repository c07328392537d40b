"""A copy of the house in which a test may break a rule."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PACKAGES = ("core", "hub", "node", "loquet")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "vendor", "*.po", "*.html")


class House:
    """The copy: `plant` writes a file into it, `run` lets a tool look at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plant(self, path: str, text: str) -> None:
        """Write one file."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The tool's own verdict, with all it printed in `stdout`."""
        return subprocess.run(
            [str(BIN / tool), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def house(tmp_path):
    """The four packages, their tools' settings and nothing else."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return House(tmp_path)
