"""How does a part of the hub without pages run? It starts, says so to systemd, and stays until it is told to end."""

import os
import signal
import socket
import threading

from hub.cli.building import Hub
from hub.cli.logs import configure


def until_told(hub: Hub) -> None:
    """Run until SIGTERM or SIGINT."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    configure()
    hub.start()
    _notify("READY=1")
    ended.wait()
    _notify("STOPPING=1")
    hub.stop()


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); without systemd there is nobody to tell."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
