"""Does every benchmark still run? One round of the smallest size each; what it measures there means nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUBJECTS = sorted(each.stem for each in (ROOT / "benchmarks").glob("b[0-9]*.py"))
WITHIN_S = 100


@pytest.mark.loopback
@pytest.mark.parametrize("subject", SUBJECTS)
def test_it_runs_and_says_what_it_found(subject, tmp_path):
    out = tmp_path / "results.json"
    number = f"B{int(subject[1:3])}"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", number, "--rounds", "1", "--tiny", "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(out.read_text())
    assert {one["id"] for one in figures} == {number}
    assert all(one["what"] and one["due"] for one in figures)
    assert number in done.stdout


def test_every_figure_of_these_steps_has_its_benchmark():
    wanted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 18}
    assert wanted <= {int(subject[1:3]) for subject in SUBJECTS}
