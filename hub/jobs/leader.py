"""Which process does the jobs? Whoever holds the lock file beside the database; the others look on.

The kernel lets go of the lock when its holder dies, however it dies.
"""

import fcntl
from pathlib import Path
from typing import TextIO


class Leader:
    """A lock file; one holder at a time."""

    def __init__(self, path: Path) -> None:
        """Point at the lock file; nothing is held yet."""
        self._path = path
        self._file: TextIO | None = None

    def leads(self) -> bool:
        """Whether this process leads; it tries to, if nobody does."""
        if self._file is not None:
            return True
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def resign(self) -> None:
        """Let somebody else lead."""
        if self._file is not None:
            self._file.close()
            self._file = None
