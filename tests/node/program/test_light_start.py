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
LINK = """
import sys, types
from core.wire.seal import Keys
from node.doorman.link.paho_link import PahoLink, Way
tls = None
if sys.argv[1] == "tls":
    import ssl
    tls = ssl.create_default_context()
client = PahoLink("las-1", Keys.of(bytes(32)), Way("127.0.0.1", 1, "las-1", tls=tls), print)._new_client()
import socket
ours, theirs = socket.socketpair()
ours.setblocking(False)
client._sock = ours
try:
    client._sock_recv(1)
except BlockingIOError:  # as paho's own loop expects it where nothing came
    theirs.send(b"!")
assert client._sock_recv(1) == b"!"
client._sock = None
ours.close(), theirs.close()
print(*sys.modules)
import ssl, urllib.request, uuid
assert uuid.UUID(int=1) and urllib.request.Request("http://127.0.0.1/") and ssl.CERT_REQUIRED
"""
BOTH = """
import sys
from core.wire.seal import Keys
from node.doorman.link.paho_link import PahoLink, Way
PahoLink("las-1", Keys.of(bytes(32)), Way("127.0.0.1", 1, "las-1"), print)._new_client()
import ssl
PahoLink("las-1", Keys.of(bytes(32)), Way("h", 1, "las-1", tls=ssl.create_default_context()), print)._new_client()
import paho.mqtt.client
print(paho.mqtt.client.ssl is ssl)
"""
SPARED = """
import node.app
from gpiozero import LEDBoard, RGBLED
from gpiozero.pins.mock import MockFactory, MockPWMPin
import gpiozero.boards, statistics
factory = MockFactory(pin_class=MockPWMPin)
assert isinstance(LEDBoard(2, 3, pin_factory=factory), gpiozero.boards.LEDBoard)
assert RGBLED(4, 5, 6, initial_value=(1, 0, 0), pin_factory=factory).color.html == "#ff0000"
assert issubclass(statistics.StatisticsError, ValueError)
print(gpiozero.MCP3008.__name__ != "", gpiozero.CPUTemperature is not None)
"""
SETTLED = """
import gc, threading
from node.settling import YOUNG, settle
before = gc.get_threshold()
beside = threading.Thread(target=settle)
beside.start(), beside.join()
assert gc.get_freeze_count() == 0 and gc.get_threshold() == before
settle()
print(gc.get_freeze_count() > 0, gc.get_threshold()[0] == YOUNG and gc.isenabled())
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
    assert found & {"gpiozero.boards", "gpiozero.spi_devices", "statistics", "decimal", "colorzero"} == set()


def test_badges_are_answered_before_the_network_is_loaded(tmp_path: Path) -> None:
    assert loaded(DOORMAN, tmp_path) & {"paho", "ssl", "http.server", "urllib.request", "segno"} == set()


def test_a_link_on_the_board_itself_brings_neither_web_nor_tls(tmp_path: Path) -> None:
    found = loaded(LINK, tmp_path, "plain")
    assert "paho.mqtt.client" in found
    assert found & {"ssl", "urllib.request", "http.client", "email", "uuid", "dns.resolver"} == set()


def test_a_link_with_tls_brings_tls_and_no_web(tmp_path: Path) -> None:
    found = loaded(LINK, tmp_path, "tls")
    assert {"ssl", "paho.mqtt.client"} <= found
    assert found & {"urllib.request", "http.client", "email"} == set()


def test_a_link_with_tls_finds_it_though_one_without_came_first(tmp_path: Path) -> None:
    assert loaded(BOTH, tmp_path) == {"True"}


def test_who_asks_for_what_was_spared_gets_it(tmp_path: Path) -> None:
    assert loaded(SPARED, tmp_path) == {"True"}


def test_what_stands_at_start_is_not_looked_over_again_and_only_in_a_program_of_its_own(
    tmp_path: Path,
) -> None:
    assert loaded(SETTLED, tmp_path) == {"True"}


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
