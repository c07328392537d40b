"""How is the database opened? SQLite: WAL, synchronous=FULL, one engine that writes and one that cannot."""

import json
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from hub.store.said import say

_JSON = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False
).encode  # made once: each dumps() makes its own
WAIT_MS = 5000  # how long a short command waits for the hub's writer (and the hub for a command)
# No mmap_size: a page that the card cannot give is then no I/O error (Busy, and told) but a SIGBUS that ends the hub
WRITING = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-16384",  # KiB; the usual 2,000 do not hold the upper pages of a year's indexes
)
POOL = 16  # PostgreSQL connections per process: gunicorn's threads queue for them
OVERFLOW = 16


def is_sqlite(url: str) -> bool:
    """Whether this URL names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def file_of(url: str) -> str:
    """The path of an SQLite URL."""
    return make_url(url).database or ""


def writing_engine(url: str, *more: str) -> Engine:
    """SQLite to write to: every commit is on the disk. The writer begins each transaction itself. `more` pragmas."""
    engine = create_engine(url, connect_args=_driver_arguments(), json_serializer=_JSON)
    _on_connect(engine, (*WRITING, *more))
    return engine


def reading_engine(url: str) -> Engine:
    """SQLite to read from: a write fails, whatever asks for it."""
    engine = create_engine(url, connect_args=_driver_arguments(), pool_size=POOL, max_overflow=-1)
    _on_connect(engine, ("query_only=ON",))
    _begin_with(engine, "BEGIN")
    return engine


def postgres_engine(url: str) -> Engine:
    """PostgreSQL, READ COMMITTED; a lock that does not come in time is an error, not a hang."""
    return create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=WAIT_MS / 1000,
        connect_args={"options": f"-c lock_timeout={WAIT_MS} -c timezone=UTC"},
    )


def _driver_arguments() -> dict[str, Any]:
    # isolation_level None: the driver begins nothing by itself, `_begin_with` does
    return {
        "isolation_level": None,
        "check_same_thread": False,
        "timeout": WAIT_MS / 1000,
        "cached_statements": 512,
    }


def _on_connect(engine: Engine, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin_with(engine: Engine, words: str) -> None:
    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        say(connection, words)
