"""The fault table at the keeper: a full card, a damaged journal, a clock that lies."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from node.keeper import archive
from tests.node.keeper.rig import PRINTER, HandClock, Rig


def fill(rig: Rig) -> None:
    """The card takes no further page."""
    (used,) = rig.store.query("PRAGMA page_count")[0]
    rig.store._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rig.store._base.execute(f"PRAGMA max_page_count = {used}")


def free(rig: Rig) -> None:
    rig.store._base.execute("PRAGMA max_page_count = 1000000")


def write_until_full(rig: Rig) -> None:
    for _ in range(400):
        rig.ask("note", type="report", session=None, data={"text": "x" * 900})
        if rig.keeper.ledger.bad:
            return


@pytest.fixture
def full(tmp_path):
    """Bo prints; the card is full."""
    rig = Rig(tmp_path, policy=PRINTER).with_doorman()
    rig.energise()
    fill(rig)
    write_until_full(rig)
    assert rig.keeper.ledger.bad
    return rig


def test_a_full_card_keeps_the_session_that_runs(full):
    full.pass_s(600)
    assert full.wires.relay
    assert full.phase == "in-use"


def test_a_full_card_lets_nobody_new_in_and_says_so(full):
    full.ask("stop-now", session="s1", reason="badge-out", by="bo")
    assert not full.wires.relay
    answer = full.energise("s2", who="ann")
    assert (answer["msg"], answer["code"]) == ("no", "FAULT")
    assert not full.wires.relay


def test_an_emergency_stop_needs_no_room_on_the_card(full):
    full.set(estop=True)
    assert not full.wires.relay


def test_with_room_again_it_recovers_alone_and_what_happened_meanwhile_is_written(full):
    full.ask("stop-now", session="s1", reason="badge-out", by="bo")
    free(full)
    full.pass_s(11)
    assert full.inhibits == set()
    assert "session-end" in full.types()
    assert full.energise("s2", who="ann")["msg"] == "ok"


def damage(rig: Rig) -> Rig:
    """The mains fail, and the card has lost a record."""
    rig.store._base.execute("UPDATE record SET text = replace(text, 'bo', 'xx') WHERE seq = 2")
    return rig.again()


def test_a_damaged_journal_is_kept_aside_with_the_relay_open_and_is_usable_after_a_test_record(tmp_path):
    rig = Rig(tmp_path, policy=PRINTER).with_doorman()
    rig.energise()
    back = damage(rig).with_doorman()
    assert not back.wires.relay
    assert list(tmp_path.glob("journal-damaged-*.db"))
    assert "journal" in back.inhibits
    assert back.energise("s2")["msg"] == "no"
    back.pass_s(11)
    assert "journal" not in back.inhibits
    assert back.energise("s3")["msg"] == "ok"


def test_a_day_of_edges_on_a_full_card_pushes_no_end_of_a_session_out(full):
    full.keeper.policy = dataclasses.replace(full.keeper.policy, sensor="current")
    for _ in range(700):
        full.set(busy=True)
        full.set(busy=False)
    full.ask("stop-now", session="s1", reason="badge-out", by="bo")
    free(full)
    full.pass_s(11)
    assert full.types().count("session-end") == full.types().count("power-off") == 1


class Unset(HandClock):
    """A board without a battery: it begins in 1970."""

    def wall(self):
        return datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC)


def test_a_board_that_begins_in_1970_measures_and_ends_sessions_all_the_same(tmp_path):
    rig = Rig(tmp_path, policy=PRINTER, clock=Unset()).with_doorman()
    rig.energise(minutes=10)
    rig.pass_s(599)
    assert rig.wires.relay
    rig.pass_s(302)
    assert not rig.wires.relay
    end = rig.records()[-1]
    assert (end["clock"], end["data"]["power_s"]) == ("stale", 900)


@pytest.mark.parametrize("jump_s", [86_400, -86_400])
def test_a_jump_of_a_day_changes_no_lease_and_no_second_of_the_bill(tmp_path, jump_s):
    rig = Rig(tmp_path, policy=PRINTER).with_doorman()
    zero_ms = 1_795_500_000_000
    rig.say("alive", time={"trust": "hub", "zero_ms": zero_ms})
    rig.energise(minutes=10)
    rig.pass_s(300)
    rig.say("alive", time={"trust": "hub", "zero_ms": zero_ms + jump_s * 1000})
    rig.pass_s(300)
    assert rig.wires.relay
    rig.pass_s(301)
    assert json.loads(json.dumps(rig.records()[-1]["data"]))["power_s"] == 900


ZERO_MS = 1_795_500_000_000


def test_nothing_is_thrown_away_on_the_word_of_a_clock_that_nobody_vouches_for(tmp_path):
    rig = Rig(tmp_path, policy=PRINTER).with_doorman()
    rig.energise()
    first = rig.store.journal
    back = rig.again().with_doorman()
    back.say("alive", time={"trust": "stale", "zero_ms": 1})
    assert back.ledger.trusted_ms() is None
    back.say("acked", epoch=5, store="a", journals={first: 1})  # in 1970, as far as this board knows
    back.say("alive", time={"trust": "hub", "zero_ms": ZERO_MS})
    now_ms = back.ledger.trusted_ms()
    assert now_ms == ZERO_MS + back.clock.ms
    count = len(back.rows())
    archive.forget(back.store, now_ms)
    assert len(back.rows()) == count
    back.say("acked", epoch=5, store="a", journals={first: 1})  # again, and now the day is known
    archive.forget(back.store, now_ms + archive.KEEP_MS - 1)
    assert len(back.rows()) == count
    archive.forget(back.store, now_ms + archive.KEEP_MS)
    assert len(back.rows()) == count - 1
