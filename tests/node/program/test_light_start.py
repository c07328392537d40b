"""What does a program load before it does what it is for? Each start in a Python of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SETTINGS = """
[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"
[pins]
relay = 17
estop = 22
[broker]
host = "127.0.0.1"
port = 1
user = "las-1"
tls = false
"""
KEEPER = """
import sys
import node.app
from node.app.keeper import hardware, keeper_program
from node.settings import load
from pathlib import Path
from gpiozero.pins.mock import MockFactory

settings, factory = load(Path("node.toml")), MockFactory()

def open_hardware():
    lines = hardware(settings, None, factory)
    assert factory.pin(17).function == "output" and not factory.pin(17).state
    print(*sys.modules)
    raise SystemExit(0)

keeper_program(settings, open_hardware=open_hardware).run()
"""
DOORMAN = """
import sys
import node.app.doorman
print(*sys.modules)
"""
ALONE = """
import sys
from node.app import command
from node.app.lean import spare_openssl
spare_openssl()
import hashlib
assert hashlib.sha256(b"loquet").hexdigest() == sys.argv[1]
print(*sys.modules)
"""


def loaded(program: str, folder: Path, *told: str) -> set[str]:
    """The names of the modules that the program says are loaded."""
    (folder / "node.toml").write_text(SETTINGS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *told],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_relay_is_safe_before_anything_is_loaded_that_it_does_not_take(tmp_path: Path) -> None:
    found = loaded(KEEPER, tmp_path)
    later = {"sqlite3", "logging", "json", "node.keeper.program", "node.keeper.keeper", "core.interlock"}
    assert found & later == set()
    assert found & {"importlib.metadata", "email", "paho", "ssl"} == set()


def test_badges_are_answered_before_the_network_is_loaded(tmp_path: Path) -> None:
    assert loaded(DOORMAN, tmp_path) & {"paho", "ssl", "http.server", "urllib.request", "segno"} == set()


def test_a_keeper_hashes_without_openssl_what_openssl_hashes_alike(tmp_path: Path) -> None:
    from hashlib import sha256  # noqa: PLC0415 -- this Python's own

    found = loaded(ALONE, tmp_path, sha256(b"loquet").hexdigest())
    assert "_hashlib" not in found


@pytest.mark.parametrize("asked", ["version", "entry_points"])
def test_who_asks_for_the_metadata_after_all_gets_it(tmp_path: Path, asked: str) -> None:
    ask = {"version": "version('gpiozero')", "entry_points": "entry_points(group='gpiozero_pin_factories')"}[
        asked
    ]
    told = f"import node.app, gpiozero, importlib_metadata as it; print(bool(it.{ask}))"
    assert loaded(told, tmp_path) == {"True"}
