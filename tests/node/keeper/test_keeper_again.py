import json

import pytest

from core.journal import Head, verify
from node.keeper import archive
from tests.node.keeper.rig import LASER, PRINTER, Rig

DAY_MS = 86_400_000


def read(rig, after=None, most=100):
    rig.say("read", after=after, max=most)
    return rig.doorman.last("records")


def read_all(rig):
    found, after = [], None
    while (packet := read(rig, after))["records"]:
        found += [(packet["journal"], record) for record in packet["records"]]
        after = packet["next"]
        if not packet["more"]:
            break
    return found


@pytest.fixture
def laser(tmp_path):
    rig = Rig(tmp_path).with_doorman()
    rig.energise()
    rig.pass_s(45)
    return rig


def test_after_a_power_cut_the_relay_waits_for_a_new_tap_and_the_air_runs_on_in_full(laser):
    laser.pass_s(700)
    back = laser.again().with_doorman()
    assert (back.phase, back.wires.relay, back.wires.extraction) == ("run-on", False, True)
    assert not any(act[:2] == ("relay", True) for act in back.wires.trace)
    boot = [record for record in back.records() if record["boot"] == back.records()[-1]["boot"]]
    assert [record["type"] for record in boot][:3] == ["boot", "power-off", "session-end"]
    assert boot[2]["data"]["reason"] == "interrupted"
    assert boot[2]["data"]["end_quality"] == "estimated"
    back.pass_ms(179_999)
    assert back.phase == "run-on"
    back.pass_ms(1)
    assert back.phase == "idle"
    assert back.energise("s2")["msg"] == "ok"


def test_the_estimate_of_a_cut_session_comes_from_its_last_checkpoint(laser):
    for _ in range(7):
        laser.pass_s(100)
    back = laser.again()
    end = next(record for record in back.records() if record["type"] == "session-end")
    assert 300 <= end["data"]["power_s"] <= 700


def cut_end(back):
    (end,) = (record for record in back.records() if record["type"] == "session-end")
    return end["data"]


def test_a_session_cut_by_the_mains_ends_at_its_last_checkpoint_and_its_seconds_fit(laser):
    for _ in range(3):
        laser.pass_s(50)
    (on,) = (record for record in laser.records() if record["type"] == "power-on")
    last = [record for record in laser.records() if record["type"] == "checkpoint"][-1]
    data = cut_end(laser.again())
    assert data["end"] == last["at"]
    assert data["power_s"] == (last["mono_ms"] - on["mono_ms"]) // 1000 > 0


def test_one_cut_before_its_first_checkpoint_ends_where_its_power_began(laser):
    (on,) = (record for record in laser.records() if record["type"] == "power-on")
    laser.pass_s(10)
    data = cut_end(laser.again())
    assert (data["end"], data["power_s"], data["busy_s"]) == (on["at"], 0, 0)


def test_the_checkpoint_of_a_former_session_says_nothing_of_the_one_that_was_cut(laser):
    laser.pass_s(70)
    laser.energise("s2", who="ann", msg="handover")
    on = [record for record in laser.records() if record["type"] == "power-on"][-1]
    laser.pass_s(1)
    back = laser.again()
    data = [record for record in back.records() if record["type"] == "session-end"][-1]["data"]
    assert (data["end"], data["power_s"]) == (on["at"], 0)


def test_an_exact_end_names_no_other_instant(laser):
    laser.pass_s(70)
    laser.ask("stop-now", session="s1", reason="staff-stop", by="max")
    assert "end" not in cut_end(laser)


def test_a_run_on_cut_short_by_the_mains_begins_again_in_full(laser):
    laser.stop()
    laser.pass_s(170)
    back = laser.again()
    back.pass_s(100)
    assert back.phase == "run-on"


def test_a_run_on_that_was_over_does_not_come_back(laser):
    laser.stop()
    laser.pass_s(30 + 181)
    assert laser.again().phase == "idle"


def test_locks_and_latched_inhibits_outlive_a_power_cut(laser):
    laser.ask("lock", lock="k1", kind="lockout", owner="ann", by="ann", reason=None)
    laser.set(estop=True)
    back = laser.again().with_doorman()
    assert back.inhibits == {"lockout", "estop"}
    assert {lock.id for lock in back.keeper.state.locks} == {"k1"}


def test_a_pre_run_cut_by_the_mains_ends_without_power(tmp_path):
    rig = Rig(tmp_path).with_doorman()
    rig.energise()
    back = rig.again()
    assert back.phase == "idle"
    assert back.records()[-2]["data"]["reason"] == "interrupted"


def test_every_start_writes_a_journal_of_its_own_whose_chain_goes_on(laser):
    back = laser.again().again().with_doorman()
    by_journal = {}
    for journal, record in read_all(back):
        by_journal.setdefault(journal, []).append(record)
    assert len(by_journal) == 3
    last = ""
    for records in by_journal.values():
        last = verify(records, Head(0, last)).hash
    assert [json.loads(text) for _, _, text in back.rows()] == [
        record for records in by_journal.values() for record in records
    ]


def test_reading_goes_packet_by_packet_and_never_leaves_a_gap(tmp_path):
    rig = Rig(tmp_path, PRINTER).with_doorman()
    for number in range(40):
        rig.ask("note", type="tap", session=None, data={"key": f"k{number}" + "x" * 400, "allowed": False})
    found = read_all(rig)
    assert [record["seq"] for _, record in found] == list(range(1, len(rig.rows()) + 1))
    assert len(read(rig, most=3)["records"]) == 3


def test_a_note_gets_its_number_and_one_that_has_no_text_is_refused(tmp_path):
    rig = Rig(tmp_path, PRINTER).with_doorman()
    answer = rig.ask("note", type="tap", session=None, data={"key": "k", "allowed": True, "reasons": []})
    assert answer["seq"] == rig.rows()[-1][1]
    assert rig.ask("note", type="tap", session=None, data={"w": 1.5})["code"] == "INVALID"


def test_reading_begins_behind_the_ack_of_the_store_that_is_followed(laser):
    journal = laser.store.journal
    laser.say("acked", epoch=5, store="a", journals={journal: 2})
    assert read(laser)["records"][0]["seq"] == 3
    laser.say("acked", epoch=6, store="b", journals={})
    assert read(laser)["records"][0]["seq"] == 1  # a restored hub asks again
    laser.say("acked", epoch=6, store="b", journals={journal: 10_000, "other": 3})
    assert read(laser)["records"][0]["seq"] == 1  # no hub can have what was never written


def test_a_record_goes_90_days_after_its_ack_and_not_before(laser):
    first = laser.store.journal
    count = len(laser.rows())
    back = laser.again().with_doorman()
    back.say("alive", time={"trust": "hub", "zero_ms": 1_795_500_000_000})
    at_ms = back.ledger.trusted_ms()
    back.say("acked", epoch=5, store="a", journals={first: count - 1})
    archive.forget(back.store, at_ms + 90 * DAY_MS - 1)
    assert read(back, [first, 0])["first"] == 1
    archive.forget(back.store, at_ms + 90 * DAY_MS)
    kept = read(back, [first, 0])
    assert (kept["first"], kept["records"][0]["seq"]) == (count, count)


def test_records_are_dated_by_the_doormans_trusted_time_and_never_run_back(tmp_path):
    rig = Rig(tmp_path, PRINTER).with_doorman()
    assert rig.records()[-1]["clock"] == "stale"
    rig.say("alive", time={"trust": "hub", "zero_ms": 1_800_000_000_000 - rig.clock.ms})
    rig.energise()
    assert (rig.records()[-1]["at"], rig.records()[-1]["clock"]) == ("2027-01-15T08:00:00.000Z", "hub")
    rig.say("alive", time={"trust": "hub", "zero_ms": 0})
    rig.stop()
    assert rig.records()[-1]["at"] == "2027-01-15T08:00:00.000Z"


def spoil(file, text, other):
    raw = file.read_bytes()
    assert text in raw
    file.write_bytes(raw.replace(text, other))


def test_a_changed_record_is_found_and_the_file_kept_aside(laser):
    laser.ask("lock", lock="k1", kind="lockout", owner="ann", by="ann", reason=None)
    laser.store.query("PRAGMA wal_checkpoint(TRUNCATE)")
    laser.store.close()
    file = laser.folder / "journal.db"
    spoil(file, b'"type":"power-on"', b'"type":"power-of"')
    back = Rig(laser.folder, clock=laser.clock).with_doorman()
    assert back.inhibits == {"journal", "lockout", "stale"}
    assert (laser.folder / "journal-damaged-1.db").exists()
    assert read(back)["records"][-1]["type"] == "session-start"  # what verifies, under its own id
    back.pass_s(10)
    assert back.inhibits == {"lockout"}


def test_a_file_that_is_no_database_is_a_fault_that_staff_must_reset(laser):
    laser.store.close()
    for ending in ("-wal", "-shm"):
        (laser.folder / f"journal.db{ending}").unlink(missing_ok=True)
    (laser.folder / "journal.db").write_bytes(b"rubbish" * 5000)
    back = Rig(laser.folder, policy=LASER, clock=laser.clock).with_doorman()
    assert back.inhibits == {"journal", "fault", "stale"}
    assert back.energise()["code"] == "FAULT"


@pytest.mark.parametrize("cut", range(0, 101, 5))
def test_whatever_is_left_of_the_wal_after_a_cut_what_was_acknowledged_is_there(tmp_path, cut):
    (tmp_path / "a").mkdir()
    rig = Rig(tmp_path / "a", PRINTER).with_doorman()
    wal = tmp_path / "a" / "journal.db-wal"
    sizes = []
    for number in range(12):
        rig.ask("note", type="tap", session=None, data={"key": f"k{number}"})
        sizes.append((wal.stat().st_size, len(rig.rows())))
    whole = wal.read_bytes()
    keep = len(whole) * cut // 100
    acknowledged = max((rows for size, rows in sizes if size <= keep), default=0)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "journal.db").write_bytes((tmp_path / "a" / "journal.db").read_bytes())
    (tmp_path / "b" / "journal.db-wal").write_bytes(whole[:keep] + bytes(len(whole) - keep))
    rig.store.close()
    image = Rig(tmp_path / "b", PRINTER)
    assert not image.found.damaged
    assert len(image.rows()) >= acknowledged + 1  # and the new boot


def test_a_commit_returns_after_its_fsync(tmp_path):
    rig = Rig(tmp_path, PRINTER)
    assert rig.store.query("PRAGMA journal_mode") == [("wal",)]
    assert rig.store.query("PRAGMA synchronous") == [(2,)]
