"""Is there another keeper? The lock beside the socket, which the kernel gives back when its holder dies."""

import fcntl
import os
from pathlib import Path


class AlreadyRunningError(RuntimeError):
    """Another keeper holds this machine."""


def hold(socket: Path) -> int:
    """The lock's descriptor, that only one program holds at a time. Raises AlreadyRunningError, OSError."""
    socket.parent.mkdir(parents=True, exist_ok=True)
    file = socket.with_suffix(".lock")
    held = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(held)
        raise AlreadyRunningError(str(file)) from problem
    return held
