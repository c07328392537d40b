"""Does every child of the demo run while it should, and end when it must?"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loquet.demo.family import Child, Family
from loquet.demo.folder import DemoProblem, Folder, Kept

LASTING = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def family():
    family = Family()
    yield family
    family.end()


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def until(condition) -> bool:
    """Look until it holds, for 20 s at most."""
    waiting = threading.Event()
    for _ in range(400):
        if condition():
            return True
        waiting.wait(0.05)
    return False


def child(tmp_path: Path, name: str = "one", argv: list[str] | None = None) -> Child:
    return Child(name, argv or LASTING, tmp_path / f"{name}.log")


def test_a_child_that_dies_is_started_again(family: Family, tmp_path: Path) -> None:
    one = child(tmp_path)
    family.start(one)
    first = one.process.pid
    os.kill(first, signal.SIGKILL)
    assert until(lambda: one.process is not None and one.process.pid != first and family.runs("one"))


def test_a_child_that_was_cut_stays_dead_until_it_is_given_back(family: Family, tmp_path: Path) -> None:
    one = child(tmp_path)
    family.start(one)
    family.cut(["one"])
    assert not family.runs("one")
    assert one.process is None
    family.give(["one"])
    assert family.runs("one")


def test_at_the_end_nobody_is_left_not_even_a_grandchild(tmp_path: Path) -> None:
    family = Family()
    script = (
        "import subprocess, sys, signal;"
        f"p = subprocess.Popen({LASTING!r}); print(p.pid, flush=True); signal.pause()"
    )
    one = child(tmp_path, argv=[sys.executable, "-c", script])
    family.start(one)
    assert until(lambda: one.log.read_text().strip())
    grandchild, parent = int(one.log.read_text()), one.process.pid
    family.end()
    assert until(lambda: not alive(grandchild))
    assert not alive(parent)


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    family = Family()
    stubborn = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); [signal.pause() for _ in iter(int, 1)]"
    one = child(tmp_path, argv=[sys.executable, "-c", stubborn])
    family.start(one)
    assert until(lambda: "deaf" in one.log.read_text())
    pid = one.process.pid
    family.end()
    assert not alive(pid)


def test_children_die_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import json, sys, signal; from pathlib import Path; from loquet.demo.family import Child, Family;"
        f"c = Child('one', {LASTING!r}, Path(sys.argv[1])); f = Family(); f.start(c);"
        "print(json.dumps(c.process.pid), flush=True); signal.pause()"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    with launcher:
        pid = json.loads(launcher.stdout.readline())
        assert alive(pid)
        launcher.kill()
    assert until(lambda: not alive(pid))


def test_two_demos_in_one_folder_are_one_too_many(tmp_path: Path) -> None:
    first, second = Folder(tmp_path), Folder(tmp_path)
    first.make()
    first.hold()
    with pytest.raises(DemoProblem, match="another demo runs"):
        second.hold()
    first.leave()
    second.hold()
    second.leave()


def test_what_a_demo_keeps_it_finds_again_and_rubbish_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.make()
    assert folder.kept() is None
    kept = Kept(3, "2026-11-24T13:00:00+00:00", None, empty=True, nodes={"las-1": "LAS-1"})
    kept.draw()
    folder.keep(kept)
    assert folder.kept() == kept
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    folder.demo.write_text("{half")
    with pytest.raises(DemoProblem, match="cannot be read"):
        folder.kept()
