"""How do many threads write to one SQLite file, each commit paid once for up to 64 of them?

There is one writing connection, and one thread at a time writes on it. It takes what waits, gives each task a SAVEPOINT of its own
(where there are several), commits once, and only then answers: an answer given is on the disk. While the disk is busy with one
commit the next batch gathers.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from hub.ports.store import Busy, Tx
from hub.store.said import say
from hub.store.tx import SqlTx

T = TypeVar("T")
W = TypeVar("W")

BATCH = 64  # tasks a commit; past it the last waits longer than the commit it saves (architecture.md)
_NOW_NOT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


@dataclass(slots=True)
class Task:
    """A function of a transaction, and where its answer goes."""

    fn: Callable[[Tx], Any]
    answer: "Future[Any]" = field(default_factory=Future)


class Writer:
    """One writer at a time: whoever comes while nobody writes, in his own thread; all who wait, together, in the writing thread."""

    def __init__(self, engine: Engine, after: Callable[[sqlite3.Connection], None]) -> None:
        """`after` each commit is told, still in the writer's turn; the answers are given by then."""
        self._connection, self._after = engine.connect(), after
        self._tx = SqlTx(self._connection)
        self._tasks: deque[Task] = deque()
        self._lock = threading.Lock()
        self._turn = threading.Condition(self._lock)
        self._writing: int | None = None  # the thread that writes just now
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def write(self, fn: Callable[[Tx], T]) -> T:
        """What `fn` answers, once it is on the disk; RuntimeError from within a task (it would wait for itself) and after close."""
        me, task = threading.get_ident(), None
        with self._lock:
            if self._writing == me:
                raise RuntimeError("a write inside a write: pass the transaction on instead")
            if self._closed:
                raise RuntimeError("the store is closed")
            if self._writing is not None or self._tasks:
                task = Task(fn)
                self._tasks.append(task)
            else:
                self._writing = me
        if task is None:
            return self._in_turn(commit_alone, fn)
        answer: T = task.answer.result()
        return answer

    def close(self) -> None:
        """Finish what waits, then end."""
        with self._turn:
            self._closed = True
            self._turn.notify()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while batch := self._gather():
            self._in_turn(commit_batch, batch)

    def _gather(self) -> list[Task]:
        """What waits, as soon as nobody writes; nothing once the store is closed."""
        with self._turn:
            self._turn.wait_for(lambda: self._writing is None and (self._tasks or self._closed))
            batch = [self._tasks.popleft() for _ in range(min(BATCH, len(self._tasks)))]
            self._writing = threading.get_ident() if batch else None
            return batch

    def _in_turn(self, commit: Callable[[SqlTx, W], T], what: W) -> T:
        try:
            answer = Context().run(commit, self._tx, what)  # a task sees nothing of who happens to write it
            if (driver := _driver(self._connection)) is not None:
                self._after(driver)
            return answer
        finally:
            with self._lock:
                self._writing = None
                if self._tasks or self._closed:
                    self._turn.notify()


def commit_alone(tx: SqlTx, fn: Callable[[Tx], T]) -> T:
    """Run one task in a transaction of its own; where it raises, the whole of it goes, and nothing else was in it."""
    try:
        return _committed(tx.connection, lambda: fn(tx))
    except Exception as broken:
        told = busy_or(broken)
        if told is broken:
            raise
        raise told from broken


def commit_batch(tx: SqlTx, batch: Sequence[Task]) -> None:
    """Run all tasks in one transaction and answer each after its commit; if that fails, nobody was heard."""
    try:
        answers = _committed(tx.connection, lambda: [_attempt(tx, task) for task in batch])
    except Exception as broken:  # noqa: BLE001 -- whatever it is, 64 callers wait to be told
        for task in batch:
            task.answer.set_exception(busy_or(broken))
        return
    for answer in answers:
        answer()


def _committed(connection: Connection, act: Callable[[], T]) -> T:
    """What `act` answers, once all that it wrote is on the disk; whatever is raised, nothing of it is.

    Begun and committed in SQLite's own words. For SQLAlchemy one transaction lasts as long as the connection: it says nothing at
    its begin, and it ends with whatever goes wrong.
    """
    if not connection.in_transaction():
        connection.begin()
    try:
        say(connection, "BEGIN IMMEDIATE")
        answer = act()
        say(connection, "COMMIT")
    except BaseException:
        connection.rollback()
        _leave(connection)
        raise
    return answer


def _leave(connection: Connection) -> None:
    """Nothing stays half-open: a COMMIT that failed (full disk) may leave its transaction standing."""
    driver = _driver(connection)
    if driver is not None and driver.in_transaction:
        driver.rollback()


def _driver(connection: Connection) -> sqlite3.Connection | None:
    """The driver's own connection; None where it is lost."""
    driver: object = None if connection.invalidated else connection.connection.dbapi_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def _attempt(tx: SqlTx, task: Task) -> Callable[[], None]:
    """What to answer once the batch is committed; a task that raises leaves nothing behind."""
    connection = tx.connection
    say(connection, "SAVEPOINT task")
    try:
        value = task.fn(tx)
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
