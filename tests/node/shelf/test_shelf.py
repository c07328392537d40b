"""What is still there after the plug was pulled?"""

import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import pytest

from core.wire.freshness import Home
from node.doorman.shelf import SqliteShelf
from node.doorman.shelf.sqlite import ShelfBroken
from node.ports import Ages, Kept

A, B = Home(100, "store-a"), Home(200, "store-b")
AGES = Ages(5, datetime(2026, 11, 24, 9, 0, tzinfo=UTC), 7, datetime(2026, 11, 24, 10, 0, tzinfo=UTC))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shelf.db"


@pytest.fixture
def opened():
    """A maker of shelves that are closed after the test."""
    with ExitStack() as shelves:
        yield lambda path: shelves.enter_context(closing(SqliteShelf(path)))


def test_a_new_shelf_is_empty(path, opened):
    shelf = opened(path)
    assert (shelf.home(), shelf.view(), shelf.locks(), shelf.watermark()) == (None, None, None, None)
    assert shelf.ages() == Ages()


def test_what_was_kept_is_there_for_the_next_start(path, opened):
    shelf = opened(path)
    view, locks = Kept(A, 7, {"v": 1, "name": "\u00e9"}), Kept(A, 3, {"locks": []})
    shelf.keep_view(view, AGES)
    shelf.keep_locks(locks)
    shelf.keep_watermark("j1", 12)
    again = opened(path)
    assert (again.home(), again.view(), again.locks()) == (A, view, locks)
    assert (again.watermark(), again.ages()) == (("j1", 12), AGES)


def test_another_store_starts_the_watermark_again_and_the_same_one_does_not(path, opened):
    shelf = opened(path)
    shelf.keep_view(Kept(A, 7, {}), AGES)
    shelf.keep_watermark("j1", 12)
    shelf.keep_view(Kept(A, 8, {}), AGES)
    assert shelf.watermark() == ("j1", 12)
    shelf.keep_locks(Kept(B, 0, {}))
    assert shelf.watermark() is None
    assert shelf.home() == B


def test_every_commit_is_on_the_disk_and_the_file_is_private(path, opened):
    shelf = opened(path)
    assert shelf._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert shelf._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_view_and_its_revision_are_kept_together_or_not_at_all(path, opened):
    shelf = opened(path)
    shelf.keep_view(Kept(A, 7, {"old": 1}), AGES)
    with pytest.raises(ShelfBroken):
        shelf.keep_view(Kept(B, 8, {"nan": float("nan")}), AGES)
    assert (shelf.home(), shelf.view()) == (A, Kept(A, 7, {"old": 1}))


def test_a_node_paired_anew_remembers_nothing(path, opened):
    shelf = opened(path)
    shelf.keep_view(Kept(A, 7, {}), AGES)
    shelf.clear()
    assert (shelf.home(), shelf.view(), shelf.ages()) == (None, None, Ages())


def test_a_damaged_shelf_says_so(path, opened):
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(ShelfBroken):
        opened(path)
    good = opened(path.with_name("other.db"))
    good.keep_view(Kept(A, 7, {}), AGES)
    with sqlite3.connect(path.with_name("other.db")) as db:
        db.execute("UPDATE kept SET body = x'ff00'")
    db.close()
    with pytest.raises(ShelfBroken):
        good.view()
