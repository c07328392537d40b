"""How do many threads write to one SQLite file, each commit paid once for up to 64 of them?

One thread owns the only writing connection. It takes what waits, gives each task a SAVEPOINT of its own (where there are
several), commits once, and only then answers: an answer given is on the disk. While the disk is busy with one commit the next
batch gathers.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from hub.ports.store import Busy, Tx
from hub.store.said import say
from hub.store.tx import SqlTx

BATCH = 64  # tasks a commit; past it the last waits longer than the commit it saves (architecture.md)
_NOW_NOT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


@dataclass(slots=True)
class Task:
    """A function of a transaction, and where its answer goes."""

    fn: Callable[[Tx], Any]
    answer: "Future[Any]" = field(default_factory=Future)


class Writer:
    """The one writing thread; `submit` from any other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._gate = threading.Lock()
        self._closed = False
        self._thread.start()

    def submit(self, task: Task) -> None:
        """Queue a task; RuntimeError from within a task (it would wait for itself) and after close."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write inside a write: pass the transaction on instead")
        with self._gate:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._tasks.put(task)

    def close(self) -> None:
        """Finish what waits, then end."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._tasks.put(None)
        self._thread.join()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while (batch := self._gather()) is not None:
                commit_batch(connection, batch)

    def _gather(self) -> list[Task] | None:
        first = self._tasks.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < BATCH:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is None:
                self._tasks.put(None)
                break
            batch.append(task)
        return batch


def commit_batch(connection: Connection, batch: Sequence[Task]) -> None:
    """Run all tasks in one transaction and answer each after its commit; if that fails, nobody was heard."""
    try:
        with connection.begin():
            attempt = _alone if len(batch) == 1 else _attempt
            answers = [attempt(connection, task) for task in batch]
    except Exception as broken:  # noqa: BLE001 -- whatever it is, 64 callers wait to be told
        _leave(connection)
        for task in batch:
            task.answer.set_exception(busy_or(broken))
        return
    for answer in answers:
        answer()


def _leave(connection: Connection) -> None:
    """Nothing stays half-open: a COMMIT that failed (full disk) may leave its transaction standing."""
    driver: object = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
        driver.rollback()


def _alone(connection: Connection, task: Task) -> Callable[[], None]:
    """What to answer once it is committed; where it raises, the whole transaction goes, and nothing else was in it."""
    value = task.fn(SqlTx(connection))
    return lambda: task.answer.set_result(value)


def _attempt(connection: Connection, task: Task) -> Callable[[], None]:
    """What to answer once the batch is committed; a task that raises leaves nothing behind."""
    say(connection, "SAVEPOINT task")
    try:
        value = task.fn(SqlTx(connection))
    except Exception as refused:
        told = busy_or(refused)
        if isinstance(told, Busy):
            raise  # the whole transaction is gone, or will be
        say(connection, "ROLLBACK TO task")
        say(connection, "RELEASE task")
        return lambda: task.answer.set_exception(told)
    say(connection, "RELEASE task")
    return lambda: task.answer.set_result(value)


def busy_or(broken: Exception) -> Exception:
    """Busy for a database that is locked or full, else the exception itself."""
    cause = broken.orig if isinstance(broken, OperationalError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _NOW_NOT:  # the low byte is the primary result code
        return Busy(str(cause))
    return broken
