"""What does `Store.write` promise? Once, durably, in order, and alone in its failure."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from hub.ports import Busy, Store
from hub.store import checkpoints, writer
from hub.store.making import found
from hub.store.store import SqliteStore, open_store
from tests.cast import ADC, NOW, cast_in

ROOT = Path(__file__).parents[3]


class Slip(Exception):  # noqa: N818 -- somebody slipped
    pass


def put(tx, target):
    tx.outbox.put(ADC, "mail", target, {}, NOW)
    return target


def test_what_is_written_is_read_by_everybody(both_store: Store):
    cast_in(both_store)
    assert both_store.write(lambda tx: put(tx, "a")) == "a"
    assert both_store.read(lambda tx: tx.outbox.waiting(["mail"])) == 1


def test_a_task_that_fails_leaves_nothing_and_harms_nobody(both_store: Store):
    cast_in(both_store)

    def slip(tx):
        put(tx, "lost")
        raise Slip

    with ThreadPoolExecutor(8) as pool:
        good = [pool.submit(both_store.write, lambda tx, n=n: put(tx, f"good {n}")) for n in range(20)]
        bad = [pool.submit(both_store.write, slip) for _ in range(20)]
    assert [one.result() for one in good] == [f"good {n}" for n in range(20)]
    assert all(isinstance(one.exception(), Slip) for one in bad)
    assert both_store.read(lambda tx: tx.outbox.waiting(["mail"])) == 20


def test_reading_cannot_write(both_store: Store):
    cast_in(both_store)
    with pytest.raises(DBAPIError):
        both_store.read(lambda tx: put(tx, "sneaked"))


def test_a_write_inside_a_write_is_a_mistake_told_at_once(store: Store):
    cast_in(store)
    with pytest.raises(RuntimeError, match="inside a write"):
        store.write(lambda _tx: store.write(lambda tx: put(tx, "x")))


def test_waiting_tasks_share_one_commit(store: SqliteStore):
    cast_in(store)
    commits, hold, held = [], threading.Event(), threading.Event()
    event.listen(store._writing, "before_cursor_execute", lambda *said: commits.append(said[2] == "COMMIT"))

    def first(tx):
        held.set()
        assert hold.wait(10)
        return put(tx, "first")

    with ThreadPoolExecutor(writer.BATCH + 1) as pool:
        slow = pool.submit(store.write, first)
        assert held.wait(10)
        rest = [pool.submit(store.write, lambda tx, n=n: put(tx, f"{n}")) for n in range(writer.BATCH)]
        tasks = store._writer._tasks
        while len(tasks) < writer.BATCH:
            threading.Event().wait(0.001)
        hold.set()
        assert slow.result(10) == "first"
        assert [one.result(10) for one in rest] == [str(n) for n in range(writer.BATCH)]
    assert sum(commits) == 2


def test_whoever_writes_while_nobody_else_does_writes_in_his_own_thread_and_shows_nothing_of_himself(
    store: SqliteStore,
):
    cast_in(store)
    mine = ContextVar("mine", default="nobody's")
    mine.set("the request's")
    assert store.write(lambda _tx: (threading.current_thread(), mine.get())) == (
        threading.main_thread(),
        "nobody's",
    )


def test_who_is_stopped_while_he_writes_leaves_nothing_and_the_next_one_writes(store: SqliteStore):
    cast_in(store)

    def stopped(tx):
        put(tx, "half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(stopped)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(store.write, lambda tx: put(tx, "whole")).result(10) == "whole"
    assert store.read(lambda tx: tx.outbox.waiting(["mail"])) == 1


def test_nobody_overtakes_those_who_wait(store: SqliteStore):
    cast_in(store)
    hold, held, order = threading.Event(), threading.Event(), []

    def first(_tx):
        held.set()
        assert hold.wait(10)

    with ThreadPoolExecutor(3) as pool:
        slow = pool.submit(store.write, first)
        assert held.wait(10)
        waits = pool.submit(store.write, lambda _tx: order.append("waited"))
        while not store._writer._tasks:
            threading.Event().wait(0.001)
        late = pool.submit(lambda: (slow.result(10), store.write(lambda _tx: order.append("late"))))
        hold.set()
        waits.result(10)
        late.result(10)
    assert order == ["waited", "late"]


def test_a_commit_that_fails_is_heard_by_everybody_in_it(store: SqliteStore):
    cast_in(store)

    def refuse(_connection, _cursor, statement, *_more):
        if statement == "COMMIT":
            raise Slip

    event.listen(store._writing, "before_cursor_execute", refuse)
    with pytest.raises(Slip):
        store.write(lambda tx: put(tx, "x"))
    event.remove(store._writing, "before_cursor_execute", refuse)
    assert store.write(lambda tx: put(tx, "y")) == "y"
    assert store.read(lambda tx: tx.outbox.waiting(["mail"])) == 1


def test_a_command_beside_the_hub_waits_its_turn_and_a_locked_file_is_busy(sqlite_migrated: str, monkeypatch):
    monkeypatch.setattr("hub.store.engines.WAIT_MS", 50)
    with open_store(sqlite_migrated) as hub, open_store(sqlite_migrated, group=False) as command:
        cast_in(hub)
        assert command.write(lambda tx: put(tx, "command")) == "command"

        def blocked(_tx):
            with pytest.raises(Busy):
                command.write(lambda tx: put(tx, "too soon"))

        hub.write(blocked)
        assert hub.read(lambda tx: tx.outbox.waiting(["mail"])) == 1


def test_a_closed_store_takes_nothing_and_finishes_what_waits(sqlite_migrated: str):
    store = open_store(sqlite_migrated)
    cast_in(store)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(store.write, lambda tx, n=n: put(tx, str(n))) for n in range(4)]
        assert [one.result(10) for one in waiting] == ["0", "1", "2", "3"]
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.write(lambda tx: put(tx, "late"))


CHILD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from hub.store import checkpoints
from hub.store.store import open_store
from tests.cast import ADC, NOW
checkpoints.EVERY = checkpoints.LONG = int(sys.argv[2])
store = open_store(sys.argv[1])
def one(n):
    store.write(lambda tx: tx.outbox.put(ADC, "mail", str(n), {}, NOW))
    sys.stdout.write(f"{n}\\n"); sys.stdout.flush()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(one, range(1_000_000)))
"""


@pytest.mark.parametrize("every", [checkpoints.EVERY, 5])  # now and then, and all the time
def test_every_answered_write_is_there_after_kill_9(sqlite_migrated: str, every: int):
    with open_store(sqlite_migrated) as store:
        cast_in(store)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, sqlite_migrated, str(every)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    answered = {child.stdout.readline().strip() for _ in range(300)}
    os.kill(child.pid, signal.SIGKILL)
    answered |= {line.strip() for line in child.stdout if line.endswith("\n")}
    child.wait(10)
    child.stdout.close()
    with open_store(sqlite_migrated) as store:
        kept = store.write(lambda tx: {one.target for one in tx.outbox.due(NOW, ["mail"], 1_000_000)})
    assert len(answered) >= 300
    assert answered <= kept


def test_a_store_is_marked_once(both_store: Store):
    mark = both_store.write(lambda tx: found(tx, NOW, demo=True))
    assert both_store.read(lambda tx: tx.meta.mark()) == mark
    assert (mark.epoch, mark.demo) == (int(NOW.timestamp()), True)
    with pytest.raises(DBAPIError):
        both_store.write(lambda tx: found(tx, NOW + timedelta(days=1), demo=False))
