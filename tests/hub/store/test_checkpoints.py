"""Is what was written carried over into the file beside the bookings, bounded, and without harm to anybody?"""

import sqlite3
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.store import checkpoints
from hub.store.checkpoints import Checkpoints
from hub.store.engines import file_of
from hub.store.store import SqliteStore, open_store
from tests.cast import ADC, NOW, cast_in

ENOUGH = 20_000  # writes after which we no longer believe that it will ever come


@pytest.fixture
def eager(monkeypatch, sqlite_migrated: str):
    """A store that carries over after every few rows, and whose log is long after a few pages; SQLite itself never does it."""
    monkeypatch.setattr(checkpoints, "EVERY", 5)
    monkeypatch.setattr(checkpoints, "LONG", 40)
    monkeypatch.setattr(checkpoints, "MOST", 1_000_000)
    with open_store(sqlite_migrated) as store:
        cast_in(store)
        yield store


def put(store, target="somebody"):
    store.write(lambda tx: tx.outbox.put(ADC, "mail", target, {}, NOW))


def begun(url: str) -> int:
    """How often the log began anew: its header counts that (bytes 12 to 15)."""
    return int.from_bytes(Path(f"{file_of(url)}-wal").read_bytes()[12:16], "big")


def writes_until(store, there: Callable[[], bool]) -> None:
    assert any(put(store) or there() for _ in range(ENOUGH))


def test_however_long_somebody_writes_without_a_pause_the_log_begins_anew_and_stays_short(
    eager: SqliteStore, sqlite_migrated: str
):
    first = begun(sqlite_migrated)
    writes_until(eager, lambda: begun(sqlite_migrated) >= first + 5)


def test_where_the_log_is_long_the_writer_carries_over_what_is_left_and_it_begins_anew(
    monkeypatch, sqlite_migrated: str
):
    monkeypatch.setattr(checkpoints, "LONG", 1)
    monkeypatch.setattr(checkpoints, "EVERY", 1_000_000)  # the thread sleeps; its pass is made here
    with open_store(sqlite_migrated) as store:
        cast_in(store)
        store._checkpoints._pass()
        first = begun(sqlite_migrated)
        put(store)  # all was carried over: the log begins anew, and the writer carries this over, too
        put(store)
        assert begun(sqlite_migrated) == first + 2
        put(store)  # nobody has said again that it is long
        assert begun(sqlite_migrated) == first + 2
        store._checkpoints._own.close()


def test_where_the_thread_does_nothing_sqlite_itself_keeps_the_log_short(monkeypatch, sqlite_migrated: str):
    monkeypatch.setattr(checkpoints, "MOST", 50)
    monkeypatch.setattr(Checkpoints, "committed", lambda _self, _writing: None)
    with open_store(sqlite_migrated) as store:
        cast_in(store)
        first = begun(sqlite_migrated)
        for _ in range(100):
            put(store)
        assert begun(sqlite_migrated) > first


def test_who_reads_an_old_snapshot_stops_nobody_and_afterwards_the_log_begins_anew(
    eager: SqliteStore, sqlite_migrated: str
):
    old = sqlite3.connect(file_of(sqlite_migrated), isolation_level=None)
    old.execute("BEGIN")
    (before,) = old.execute("SELECT count(*) FROM outbox").fetchone()
    put(eager)  # where all was carried over when he came, the log may begin anew this once
    first = begun(sqlite_migrated)
    for _ in range(299):
        put(eager)
    assert old.execute("SELECT count(*) FROM outbox").fetchone() == (before,)
    assert begun(sqlite_migrated) == first
    assert eager.read(lambda tx: tx.outbox.waiting(["mail"])) == 300
    old.close()
    writes_until(eager, lambda: begun(sqlite_migrated) > first)


def test_a_command_that_writes_beside_the_hub_loses_nothing_and_nobodys_words(
    eager: SqliteStore, sqlite_migrated: str
):
    with open_store(sqlite_migrated, group=False) as command:
        for _ in range(100):
            put(eager)
            put(command)
    assert eager.read(lambda tx: tx.outbox.waiting(["mail"])) == 200


def test_a_disk_that_fails_is_told_in_the_log_and_fails_no_booking(eager: SqliteStore, monkeypatch):
    with capture_logs() as told:
        monkeypatch.setattr(checkpoints, "_CARRY_OVER", "SELECT x FROM nowhere")
        eager._checkpoints._is_long = True  # the writer's own part fails, too
        put(eager)
        written = count(2)
        writes_until(eager, lambda: next(written) >= 11 and len(told) >= 2)
    assert {(one["log_level"], one["event"]) for one in told} == {("error", "checkpoint_failed")}
    assert {one["error"] for one in told} == {"no such table: nowhere"}
    assert eager.read(lambda tx: tx.outbox.waiting(["mail"])) == next(written) - 1


def test_a_hub_in_which_little_happens_has_no_such_thread_and_a_closed_one_leaves_none(
    monkeypatch, sqlite_migrated: str
):
    def threads() -> set[threading.Thread]:
        return {one for one in threading.enumerate() if one.name.startswith("store-")}

    before = threads()
    with open_store(sqlite_migrated) as store:
        cast_in(store)
        store._checkpoints._rows = store._writer._connection.connection.dbapi_connection.total_changes
        put(store)
        assert store._checkpoints._thread is None
        monkeypatch.setattr(checkpoints, "EVERY", 1)
        put(store)
        assert {one.name for one in threads() - before} == {"store-writer", "store-checkpoints"}
    assert threads() == before


def log_bytes(url: str) -> int:
    return Path(f"{file_of(url)}-wal").stat().st_size


def test_the_log_of_a_hub_that_stands_has_its_size_before_anybody_books(sqlite_migrated: str):
    with open_store(sqlite_migrated) as store:
        store.make_room()
        had = log_bytes(sqlite_migrated)
        cast_in(store)
        for _ in range(50):
            put(store)
        assert had >= checkpoints.ROOM_BYTES
        assert log_bytes(sqlite_migrated) == had


def test_who_was_killed_while_it_made_its_room_makes_it_at_the_next_start(sqlite_migrated: str):
    with open_store(sqlite_migrated) as store:
        with sqlite3.connect(file_of(sqlite_migrated)) as killed:
            killed.execute("CREATE TABLE room (bytes BLOB)")
        killed.close()
        store.make_room()
        assert log_bytes(sqlite_migrated) >= checkpoints.ROOM_BYTES
        with sqlite3.connect(file_of(sqlite_migrated)) as look:
            assert not look.execute("SELECT 1 FROM sqlite_master WHERE name = 'room'").fetchall()
        look.close()


def test_a_disk_without_room_stops_no_hub_and_is_told(monkeypatch, sqlite_migrated: str):
    monkeypatch.setattr(
        checkpoints, "ROOM_BYTES", 1 << 40
    )  # more than SQLite takes in one value, as a disk that is full
    with open_store(sqlite_migrated) as store, capture_logs() as told:
        store.make_room()
        cast_in(store)
    assert [one["event"] for one in told] == ["checkpoint_failed"]
