"""Does the hub run in parts over PostgreSQL, and only there? Real processes, a real broker."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub.settings import write_new
from hub.store.making import migrate

pytestmark = [pytest.mark.mosquitto, pytest.mark.loopback]


def settings(var: Path, broker, url: str = "") -> dict[str, str]:
    word = var / "hub.password"
    word.write_text("hub-secret")
    told = {"host": broker.host, "port": broker.port, "password_file": str(word), "tls": False}
    write_new(
        var,
        "http://127.0.0.1:8080",
        {"hub": {"port": 0, **({"database": url} if url else {})}, "broker": told},
    )
    return {**os.environ, "LOQUET_VAR": str(var)}


def command(what: str) -> list[str]:
    return [sys.executable, "-m", "loquet.main", "hub", what]


@pytest.mark.parametrize("what", ["web", "gateway", "jobs"])
def test_a_part_alone_says_that_it_is_ready_and_ends_when_told(tmp_path, broker, postgres_url, what) -> None:
    migrate(postgres_url)
    environ = settings(tmp_path, broker, postgres_url)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "n"))
        systemd.settimeout(30)
        part = subprocess.Popen(command(what), env={**environ, "NOTIFY_SOCKET": str(tmp_path / "n")})
        try:
            assert b"READY=1" in systemd.recv(200)
            part.terminate()
            assert part.wait(30) == 0
        finally:
            part.kill()
            part.wait()


@pytest.mark.parametrize("what", ["web", "gateway", "jobs"])
def test_on_sqlite_no_part_runs_alone(tmp_path, broker, what) -> None:
    environ = settings(tmp_path, broker)
    migrate(f"sqlite:///{tmp_path / 'loquet.db'}")
    ran = subprocess.run(command(what), env=environ, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, "needs PostgreSQL" in ran.stderr) == (1, True)
