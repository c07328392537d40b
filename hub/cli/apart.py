"""How does a part of the hub without pages run? It starts, says so to systemd, and stays until it is told to end."""

import os
import signal
import socket
from queue import SimpleQueue

from hub.cli.building import Hub
from hub.cli.logs import configure


def until_told(hub: Hub) -> None:
    """Run until SIGTERM or SIGINT."""
    # an Event would not do: set by a signal in the middle of its own wait(), it waits for itself for ever
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: told.put(number))
    configure()
    hub.start()
    _notify("READY=1")
    told.get()
    _notify("STOPPING=1")
    hub.stop()


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); without systemd there is nobody to tell."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
