"""The journal's file: spelled once, and with its room made before anybody taps."""

import json
import sqlite3
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.interlock import Record
from core.journal import Head, Stamp, append, line
from core.wire.codec import canonical, instant_text
from node.keeper.ledger import EPOCH, Ledger
from node.keeper.store import RELIEF, ROOM_BYTES, Store
from tests.node.keeper.rig import HandClock

STAMP = Stamp("2026-11-24T09:00:00.000Z", "b1", 1200, "hub")
TEXTS = st.text(st.characters(codec="utf-8"))
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXTS, THINGS, max_size=4), st.none() | TEXTS, st.integers(0, 2**53 - 1), TEXTS)
def test_a_record_spelled_in_one_go_is_the_record_spelled_by_its_parts(data, session, seq, odd):
    head, stamp = Head(seq, odd), Stamp(odd, odd, seq, odd)
    whole = append(head, stamp, "tap", session, data)
    assert line(head, stamp, "tap", session, data) == (canonical(whole), Head(seq + 1, whole["hash"]))


def opened(tmp_path):
    store = Store(tmp_path / "journal.db")
    return store, tmp_path / "journal.db-wal"


def tap_often(store, times):
    for _ in range(times):
        store.write(
            [(STAMP, Record("tap", None, {"key": "k", "allowed": False, "reasons": []}))], {"state": "{}"}
        )


def test_the_first_taps_find_the_journals_room_made(tmp_path):
    store, wal = opened(tmp_path)
    store.begin("j1", "b1")
    room = wal.stat().st_size
    assert room >= ROOM_BYTES
    tap_often(store, 30)
    assert wal.stat().st_size == room
    store.close()


def test_a_keeper_that_comes_back_after_a_crash_finds_room_and_records_as_they_were(tmp_path):
    store, wal = opened(tmp_path)
    store.begin("j1", "b1")
    tap_often(store, 3)
    size = wal.stat().st_size
    again = Store(tmp_path / "journal.db")  # the former one was never closed
    again.begin("j2", "b2")
    assert wal.stat().st_size == size
    assert len(again.query("SELECT text FROM record")) == 3
    again.close()
    store.close()


def test_a_disk_without_room_is_no_fault_of_the_journal(tmp_path):
    store, wal = opened(tmp_path)
    store.query("PRAGMA max_page_count=20")  # as a full disk: no page more
    store.begin("j1", "b1")
    assert wal.stat().st_size < ROOM_BYTES
    tap_often(store, 2)
    assert store.head.seq == 2
    store.close()


def test_what_was_cut_off_while_it_made_room_is_cleared_away(tmp_path):
    store, _ = opened(tmp_path)
    store.query("CREATE TABLE room (bytes BLOB)")
    store.begin("j1", "b1")
    with sqlite3.connect(tmp_path / "journal.db") as base:
        assert base.execute("SELECT 1 FROM sqlite_master WHERE name = 'room'").fetchone() is None
    base.close()
    store.close()


def test_no_start_waits_while_the_log_is_carried_over_a_note_does(tmp_path):
    store, _ = opened(tmp_path)
    store.begin("j1", "b1")
    ledger, file = Ledger(store, HandClock(), "b1"), tmp_path / "journal.db"
    before = file.read_bytes()
    for number in range(RELIEF):
        started = Record("session-start", f"s{number}", {"who": "amelie"})
        assert ledger.write([started, Record("power-on", f"s{number}")], {"state": "{}"})
    assert file.read_bytes() == before
    assert ledger.note(Record("tap", None, {"key": "k"})) == 2 * RELIEF + 1
    assert file.read_bytes() != before
    store.close()


def test_the_log_is_left_alone_until_it_has_grown(tmp_path):
    store, _ = opened(tmp_path)
    store.begin("j1", "b1")
    before = (tmp_path / "journal.db").read_bytes()
    tap_often(store, RELIEF - 1)
    store.relieve()
    assert (tmp_path / "journal.db").read_bytes() == before
    tap_often(store, 1)
    store.relieve()
    assert (tmp_path / "journal.db").read_bytes() != before
    store.close()


def test_a_disk_that_refuses_relief_loses_no_record(tmp_path, caplog):
    store, _ = opened(tmp_path)
    store.begin("j1", "b1")
    tap_often(store, RELIEF)
    store.query("BEGIN")  # within a transaction SQLite refuses a checkpoint: a locked file, as far as it goes
    store.query("INSERT INTO lifted VALUES ('x')")
    store.relieve()
    store.query("COMMIT")
    assert "event=no_relief" in caplog.text
    tap_often(store, 1)
    assert len(store.query("SELECT 1 FROM record")) == RELIEF + 1
    store.close()


def test_each_record_is_dated_by_the_doormans_time_over_midnight_too(tmp_path):
    store, _ = opened(tmp_path)
    store.begin("j1", "b1")
    clock = HandClock()
    midnight_ms = 20_782 * 86_400_000  # 2026-11-25
    ledger = Ledger(store, clock, "b1")
    due = [
        midnight_ms + span_ms for span_ms in (-61_001, -1, 0, 999, 1_000, 3_600_000, 86_399_999, 86_400_000)
    ]
    for at_ms in due:
        ledger.trust("hub", at_ms - clock.monotonic_ms())
        assert ledger.write([Record("busy")], {})
    found = [json.loads(text)["at"] for (text,) in store.query("SELECT text FROM record ORDER BY seq")]
    assert found == [instant_text(EPOCH + timedelta(milliseconds=at_ms)) for at_ms in due]
    assert found[2] == "2026-11-25T00:00:00.000Z"
    store.close()
