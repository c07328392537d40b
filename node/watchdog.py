"""How does a program tell systemd that it is ready and alive? One datagram; nothing where systemd is not.

Rule: a notice that cannot be sent is never an error: systemd then sees the silence, which is the point.
"""

import os
import socket
from typing import Final

READY: Final = b"READY=1"
ALIVE: Final = b"WATCHDOG=1"
STOPPING: Final = b"STOPPING=1"


def notify(word: bytes, address: str | None = None) -> bool:
    """Send `word` to `address` (else $NOTIFY_SOCKET, `@` for an abstract one); False when nobody took it."""
    target = address or os.environ.get("NOTIFY_SOCKET", "")
    if not target:
        return False
    if target.startswith("@"):
        target = "\0" + target[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.settimeout(0)
            line.sendto(word, target)
    except OSError:
        return False
    return True
