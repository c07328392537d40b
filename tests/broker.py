"""A real Mosquitto of one's own, on a free port of loopback, with a password and the wire's ACL per user.

`kill()` is the power cut (SIGKILL), `stop()` the polite end, `start()` the return on the same port.
"""

import base64
import hashlib
import os
import secrets
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.missing import required
from tests.ports import free_port

UP = ("state", "hello", "records", "ask", "done")
ROUNDS = 101  # what mosquitto_passwd of 2.0 writes; enough for a password of 128 random bits
TRIES = 500  # of 20 ms each: ten seconds, for a machine that does ten things at once

ACL = "\n".join(
    (
        *(f"pattern write loquet/v1/node/%u/up/{kind}" for kind in UP),
        "pattern read loquet/v1/node/%u/down/+",
        "pattern read loquet/v1/hub/#",
    )
)

CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
use_username_as_clientid true
set_tcp_nodelay true
persistence false
max_packet_size 2097152
max_inflight_messages 20
max_queued_messages 2000
log_dest stderr
log_type error
log_type warning
{user}
"""


def password_line(name: str, password: str) -> str:
    """One line of a Mosquitto password file: PBKDF2-SHA512, the format of mosquitto_passwd 2.0."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 64)
    return f"{name}:$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def acl_of(users: Mapping[str, str]) -> str:
    """The wire's patterns, and everything of ours for each gateway."""
    gateways = (f"\nuser {name}\ntopic readwrite loquet/v1/#" for name in users if name.startswith("hub."))
    return ACL + "\n" + "\n".join(gateways) + "\n"


class Broker:
    """One Mosquitto; it listens when `start()` has returned."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, users: Mapping[str, str], acl: str | None = None) -> None:
        self.part = required("mosquitto")
        self.folder = folder
        self.users = dict(users)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        passwords = "".join(password_line(*each) + "\n" for each in users.items())
        for name, text in (("passwords", passwords), ("acl", acl or acl_of(users)), ("conf", self._config())):
            path = folder / name
            path.write_text(text)
            path.chmod(0o600)

    def _config(self) -> str:
        user = "user root" if os.geteuid() == 0 else ""  # as root it would change user and lose our folder
        return CONFIG.format(port=self.port, folder=self.folder, user=user)

    def start(self) -> None:
        """Listen; returns when a connection is taken."""
        if self.process is not None and self.process.poll() is None:
            return
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.part.argv, "-c", str(self.folder / "conf")],
                env=self.part.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _ in range(TRIES):
            if self._answers():
                return
        self.kill()
        pytest.fail(f"mosquitto does not listen: {(self.folder / 'log').read_text()}")

    def _answers(self) -> bool:
        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                return False
            return False
        return True

    def kill(self) -> None:
        """The power cut: SIGKILL, nothing is said to anyone."""
        self._end(hard=True)

    def stop(self) -> None:
        """SIGTERM: clients are told."""
        self._end(hard=False)

    def _end(self, *, hard: bool) -> None:
        if self.process is None:
            return
        if hard:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(10)
