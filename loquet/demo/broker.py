"""Which broker carries the demo's messages? Mosquitto where it can be found, else amqtt; with passwords.

On loopback alone, each user held to its own topics (wire.md). The passwords are the demo's own.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from loquet.demo.family import Child
from loquet.demo.folder import DemoProblem, Folder, write_private
from loquet.parts import Part, locate

UPS = ("state", "hello", "records", "ask", "done")  # wire.md: a line each, never `up/#`

CONFIG = """per_listener_settings false
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
connection_messages false
"""


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def acl() -> str:
    """Who may say and hear what: wire.md, "Names and the broker"."""
    lines = [f"pattern write loquet/v1/node/%u/up/{up}" for up in UPS]
    lines += ["pattern read loquet/v1/node/%u/down/+", "pattern read loquet/v1/hub/#"]
    lines += ["", "user hub.1", "topic readwrite loquet/v1/#", ""]
    return "\n".join(lines)


def broker(folder: Folder, passwords: dict[str, str], port: int) -> tuple[Child, str]:
    """The broker to start on `port`, and its name. Raises DemoProblem when there is none."""
    write_private(folder.broker / "hub.password", passwords["hub.1"] + "\n")
    small = os.environ.get("LOQUET_DEMO_BROKER") == "amqtt"  # to look at the other one where both are
    mosquitto, maker = (None, None) if small else (locate("mosquitto"), locate("mosquitto_passwd"))
    if mosquitto is not None and maker is not None:
        return _mosquitto(mosquitto, maker, folder, passwords, port), "Mosquitto"
    if importlib.util.find_spec("amqtt") is None:
        raise DemoProblem("no MQTT broker: install mosquitto, or the extra [dev] with amqtt")
    return _amqtt(folder, passwords, port), "amqtt"


def _mosquitto(part: Part, maker: Part, folder: Folder, passwords: dict[str, str], port: int) -> Child:
    home = folder.broker
    write_private(home / "passwords", "".join(f"{user}:{word}\n" for user, word in passwords.items()))
    subprocess.run(
        [*maker.argv, "-U", str(home / "passwords")], env=maker.environment(), check=True, capture_output=True
    )
    write_private(home / "acl", acl())
    config = CONFIG.format(port=port, folder=home)
    if is_root():
        config += "user root\n"  # else it would drop to a user who may not read the folder
    write_private(home / "mosquitto.conf", config)
    argv = [*part.argv, "-c", str(home / "mosquitto.conf")]
    return Child("broker", argv, folder.logs / "broker.log", env=dict(part.env))


def _amqtt(folder: Folder, passwords: dict[str, str], port: int) -> Child:
    write_private(folder.broker / "amqtt.json", json.dumps({"port": port, "passwords": passwords}))
    argv = [sys.executable, "-m", "loquet.demo.small_broker", str(folder.broker / "amqtt.json")]
    return Child("broker", argv, folder.logs / "broker.log")


def is_root() -> bool:
    """Whether we are root (a demo in a container, say)."""
    return Path("/proc/self").stat().st_uid == 0
