"""Which of several hubs on one PostgreSQL does the jobs? Whoever holds the advisory lock; it goes with the connection.

A connection of its own, for nothing else: when the server or the way to it dies, so does the lock.
"""

from contextlib import suppress

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

LOCK = 0x10C0E7  # one number for "the jobs of this database"; advisory locks know no names


class AdvisoryLeader:
    """`hub.ports.leading.Leading` over PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Nothing is connected and nothing held yet."""
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._held: Connection | None = None

    def leads(self) -> bool:
        """Whether this process leads; it tries to, if nobody does."""
        try:
            return self._still_leads() or self._tries()
        except DBAPIError:
            self._hang_up()
            return False

    def resign(self) -> None:
        """Let somebody else lead, from this moment: a server sees a closed connection only some time later."""
        with suppress(DBAPIError):  # a lost connection has lost the lock
            if self._held is not None:
                self._held.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        self._hang_up()

    def _hang_up(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.invalidate()
            held.close()

    def _still_leads(self) -> bool:
        if self._held is None:
            return False
        self._held.execute(text("SELECT 1"))
        return True

    def _tries(self) -> bool:
        connection = self._engine.connect()
        try:
            won = connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar_one()
        except DBAPIError:
            connection.close()
            raise
        if not won:
            connection.close()
            return False
        self._held = connection
        return True
