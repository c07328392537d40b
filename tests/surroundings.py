"""In what surroundings do the tests run? Files lie in memory, bytecode is kept: nobody waits for what shows nothing.

Nothing that is shown here hangs on a disk's patience: a program killed with SIGKILL loses no page that it has
written, wherever it lies, and that a store asks for fsync is read from the store.
"""

import os
import sys
import tempfile
from pathlib import Path

BYTECODE = Path(__file__).parents[1] / ".cache" / "bytecode"
SHARED = Path("/dev/shm")  # the kernel's own, on every Linux
WANTED_BYTES = 2 * 1024**3  # a whole run needs a tenth of it; a container's usual 64 MiB would not do


def prepare() -> None:
    """For this process and for all that it starts."""
    if "TMPDIR" not in os.environ and _is_fit(SHARED):
        os.environ["TMPDIR"] = str(SHARED)
        tempfile.tempdir = None  # asked before, perhaps
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        # each of some hundred programs would compile all of its libraries anew; the sources' folders stay clean
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
        sys.dont_write_bytecode = False


def _is_fit(place: Path) -> bool:
    """Is there room, may we write, and may programs that lie there be started?"""
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        return False
    room = os.statvfs(place)
    return room.f_bavail * room.f_frsize >= WANTED_BYTES and not room.f_flag & os.ST_NOEXEC
