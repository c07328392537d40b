"""What becomes of a shelf that the card has spoilt?"""

import sqlite3
from datetime import UTC, datetime

import pytest

from core.wire.freshness import Home
from node.doorman.shelf.salvage import open_shelf
from node.doorman.shelf.sqlite import ShelfBroken
from node.ports import Ages, Kept

HOME = Home(1_700_000_000, "store-1")
AGES = Ages(age_ms=5, floor=datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shelf.db"


def used(path):
    shelf, damaged = open_shelf(path)
    shelf.keep_view(Kept(HOME, 7, {"grants": []}), AGES)
    shelf.keep_locks(Kept(HOME, 3, {}))
    shelf.remember("arrived", ["r1"])
    shelf.close()
    return damaged


def reopened(path):
    shelf, damaged = open_shelf(path)
    found = shelf.view(), shelf.locks(), shelf.home(), shelf.recall("arrived")
    shelf.close()
    return damaged, found


def test_a_sound_shelf_is_opened_as_it_is(path):
    assert used(path) is False
    assert reopened(path) == (False, (Kept(HOME, 7, {"grants": []}), Kept(HOME, 3, {}), HOME, ["r1"]))


def test_what_is_no_database_is_put_aside_and_the_shelf_begins_empty(path):
    path.write_bytes(b"this is no database" * 100)
    assert reopened(path) == (True, (None, None, None, None))
    assert path.with_name("shelf-damaged-1.db").read_bytes().startswith(b"this is no")
    assert reopened(path)[0] is False  # and it does not happen again


def test_a_view_that_cannot_be_read_is_not_used_but_the_store_it_came_from_stays_the_followed_one(path):
    used(path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE kept SET body = x'ff00'")
    db.close()
    damaged, (view, locks, home, _) = reopened(path)
    assert (damaged, view, locks, home) == (True, None, None, HOME)


def test_torn_pages_are_found_at_the_start(path):
    used(path)
    torn = bytearray(path.read_bytes())
    torn[4096:8192] = b"\xa5" * 4096
    path.write_bytes(torn)
    assert reopened(path)[0] is True


def test_every_damaged_file_is_kept(path):
    for number in (1, 2, 3):
        path.write_bytes(b"rubbish" * 999)
        open_shelf(path)[0].close()
        assert path.with_name(f"shelf-damaged-{number}.db").exists()


def test_a_disk_that_takes_no_new_file_either_is_said(path):
    path.mkdir()
    (path / "x").write_text("in the way")
    path.with_name("shelf-damaged-1.db").mkdir()
    path.parent.joinpath("shelf-damaged-2.db").mkdir()
    shelf, damaged = open_shelf(path)
    shelf.close()
    assert damaged
    with pytest.raises(ShelfBroken):
        open_shelf(path.with_name("nowhere") / "shelf.db")
