"""When is what was written carried over from SQLite's log into the file itself? Beside the bookings, by a thread of its own.

SQLite would do it inside the commit that fills the log: every eightieth booking waits for hundreds of pages that lie anywhere
in the file (31 ms with a million reservations behind it, half a second on an SD card). Four rules:
1. The thread works only after somebody has written enough; a hub at rest writes nothing.
2. The log stays bounded. It begins anew only where all of it was carried over between two commits; under an unbroken stream of them
   that never happens by itself, so past `LONG` pages the writer carries over the few that are left, and past `MOST` SQLite itself all.
3. The log has its size before a booking waits for it (`make_room`): while its file grows, an fsync costs half as much again.
4. What fails here is told in the log and fails nobody's booking: what is in SQLite's log is on the disk already.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

import structlog

from hub.store.engines import WAIT_MS

EVERY = 400  # changed rows between two passes: about the 1,000 pages after which SQLite would do it
LONG = 1500  # pages in SQLite's log (6 MB), past which the writer helps
ROOM_BYTES = 8 << 20  # what the log needs where the writer helps in time
MOST = 8000  # pages, past which SQLite does all of it inside a commit, as if there were no thread
_CARRY_OVER = "PRAGMA wal_checkpoint(PASSIVE)"  # waits for nobody: what an old snapshot still needs is left for another time

_log = structlog.get_logger(__name__)


class Checkpoints:
    """The thread of one file, and what its writer says to it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rows = 0  # as the writing connection counted them when it last woke the thread
        self._is_long = False
        self._own: sqlite3.Connection | None = None  # opened in the thread, which alone uses it
        self._due, self._closed = threading.Event(), False
        self._thread: threading.Thread | None = None  # from the first time on that there is something to do

    def committed(self, writing: sqlite3.Connection) -> None:
        """Somebody has written on this connection, and nobody does now: the thread is woken where it was enough."""
        if self._is_long:
            self._is_long = False
            _told_if_it_fails(lambda: _carry_over(writing))
        if not 0 <= writing.total_changes - self._rows < EVERY:  # below 0: it is another connection
            self._rows = writing.total_changes
            self._wake()

    def close(self) -> None:
        """Finish the pass that is under way, then end."""
        self._closed = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _wake(self) -> None:
        self._due.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="store-checkpoints", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._waited():
            _told_if_it_fails(self._pass)
        if self._own is not None:
            self._own.close()

    def _waited(self) -> bool:
        """True once there is something to do, False once it is closed."""
        self._due.wait()
        self._due.clear()
        return not self._closed

    def _pass(self) -> None:
        self._own = self._own or sqlite3.connect(self._path, isolation_level=None)
        self._is_long = _carry_over(self._own) >= LONG


def make_room(path: str) -> None:
    """Let the log of the file have its size, where another connection keeps it open; a disk without room only stays slower."""
    _told_if_it_fails(lambda: _fill(path))


def _fill(path: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=WAIT_MS / 1000)) as own:
        own.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        own.execute("DROP TABLE IF EXISTS room")  # of a start that was cut off here
        own.execute("CREATE TABLE room (bytes BLOB)")
        own.execute("INSERT INTO room VALUES (zeroblob(?))", (ROOM_BYTES,))
        own.execute("DROP TABLE room")  # its pages are the file's next ones
        own.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()


def _carry_over(connection: sqlite3.Connection) -> int:
    """Carry over what no snapshot needs any more; how many pages the log had."""
    _busy, pages, _done = connection.execute(_CARRY_OVER).fetchone()
    return int(pages)


def _told_if_it_fails(act: Callable[[], object]) -> None:
    try:
        act()
    except sqlite3.Error as broken:
        _log.error("checkpoint_failed", error=str(broken))
