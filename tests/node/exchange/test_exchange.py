"""What does a node believe of its hub, and when does it speak?"""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from core.vocabulary import Phase, Purpose, Trust
from core.wire import messages as m
from node.doorman import effects as e
from tests.node.exchange.hands import BOOT, EPOCH, STORE, T0, Desk, locks, packet, view


@pytest.fixture
def desk(tmp_path):
    with closing(Desk(tmp_path)) as desk:
        yield desk


@pytest.fixture
def settled(desk):
    desk.settle()
    return desk


def order(desk, **other) -> m.Order:
    told = {"epoch": EPOCH, "store": STORE, "id": "o1", "boot": BOOT, "order": m.OrderKind.STOP}
    return m.Order(**{**told, "expires": desk.exchange.now() + timedelta(seconds=10), **other})


# -- hello and now


def test_a_node_says_hello_when_it_is_connected_and_every_minute_after(desk):
    desk.connect()
    first = desk.link.last(m.Hello).nonce
    desk.clock.pass_s(59.999)
    desk.exchange.tick()
    assert desk.link.last(m.Hello).nonce == first
    desk.clock.pass_s(0.001)
    desk.exchange.tick()
    assert desk.link.last(m.Hello).nonce != first


def test_a_now_counts_within_ten_seconds_of_its_hello(settled):
    settled.exchange.greet()
    settled.clock.pass_s(10)
    assert settled.hear(settled.now()) == [e.NowTaken(settled.clock.at)]


def test_a_now_of_ten_seconds_and_a_tick_is_too_late(settled):
    settled.exchange.greet()
    settled.clock.pass_s(10.001)
    assert settled.hear(settled.now()) == []


def test_a_now_counts_once(settled):
    assert settled.hear(settled.now()) == []


def test_a_now_for_an_older_hello_is_frozen_time(settled):
    settled.exchange.greet()
    old = settled.now()
    settled.exchange.greet()
    assert settled.hear(old) == []
    assert settled.hear(settled.now()) != []


@pytest.mark.parametrize("other", [{"epoch": EPOCH + 1}, {"epoch": EPOCH - 1}, {"store": "store-b"}])
def test_a_now_of_another_store_is_refused(settled, other):
    settled.exchange.greet()
    assert settled.hear(settled.now(**other)) == []


def test_a_new_node_asks_the_time_of_its_first_hub_at_once(desk):
    desk.connect()
    assert desk.hear(desk.now()) == []
    hellos = len(desk.link.all(m.Hello))
    desk.hear(view())
    assert len(desk.link.all(m.Hello)) == hellos + 1
    assert desk.hear(desk.now(view_rev=7)) == [e.NowTaken(T0)]


def test_a_node_is_fresh_when_it_holds_what_the_hub_named(desk):
    desk.connect()
    desk.hear(view(rev=7))
    desk.hear(locks())
    desk.hear(desk.now(view_rev=8, lock_rev=1))
    assert not desk.exchange.fresh
    desk.hear(view(rev=8))
    assert desk.exchange.fresh
    desk.exchange.greet()
    assert not desk.exchange.fresh


def test_a_view_is_no_younger_by_a_now_that_means_another(settled):
    settled.clock.pass_s(3600)
    settled.exchange.greet()
    settled.hear(settled.now(view_rev=8))
    assert settled.exchange.view_age_ms == 3_600_000
    settled.exchange.greet()
    settled.hear(settled.now(view_rev=7))
    assert settled.exchange.view_age_ms == 0


def test_the_age_of_a_view_outlives_the_plug(settled):
    settled.clock.pass_s(7200)
    settled.exchange.recorded()
    settled.boot_up("boot-2")
    assert settled.exchange.view_age_ms == 3 * 3_600_000
    settled.boot_up("boot-3")
    assert settled.exchange.view_age_ms == 4 * 3_600_000


# -- views and locks


def test_a_view_is_on_the_shelf_before_it_is_used(desk):
    desk.connect()
    assert e.ViewTaken(m.body_of(view())) in desk.hear(view())
    desk.boot_up("boot-2")
    assert desk.exchange.view == m.body_of(view())
    assert desk.exchange.view_held == m.Holding(EPOCH, 7, STORE)


def test_an_older_view_changes_nothing(settled):
    assert settled.hear(view(rev=6)) == []
    assert settled.exchange.view_held.rev == 7


def test_a_view_that_cannot_be_used_is_not_kept(settled):
    settled.sound = False
    assert settled.hear(view(rev=9)) == []
    assert settled.exchange.view_held.rev == 7


def test_a_restored_hub_is_followed_and_gets_every_record_again(settled):
    settled.exchange.keeper_met()
    settled.exchange.records(packet("j1", [1, 2]))
    settled.hear(m.Ack(EPOCH, STORE, {"j1": 2}))
    found = settled.hear(view(epoch=EPOCH + 1, store="store-b", rev=0))
    assert e.Acked(EPOCH + 1, "store-b", {}) in found
    assert e.ReadJournal(None, 100) in found
    assert settled.shelf.watermark() is None


def test_two_hubs_of_one_epoch_are_not_both_followed(settled):
    assert settled.hear(view(store="store-b", rev=99)) == []
    assert settled.hear(locks(store="store-b", rev=99)) == []


def test_locks_of_an_older_hub_are_refused_once_its_view_was_replaced(settled):
    settled.hear(view(epoch=EPOCH + 1, rev=0))
    assert settled.hear(locks("l9", rev=99)) == []


def test_no_start_before_the_hub_has_said_which_locks_there_are(desk):
    desk.connect()
    desk.hear(view())
    assert not desk.exchange.locks_taken
    assert desk.hear(locks("l1", lifted=["l0"])) == [e.LocksTaken(locks("l1").locks, ("l0",))]
    assert desk.exchange.locks_taken
    desk.boot_up("boot-2")
    assert desk.exchange.locks_taken


def test_a_keeper_that_starts_anew_hears_again_of_locks_and_store(settled):
    settled.hear(locks("l1", rev=2))
    found = settled.exchange.keeper_met()
    assert found[0] == e.Acked(EPOCH, STORE, {})
    assert isinstance(found[1], e.LocksTaken)
    assert found[2] == e.ReadJournal(None, 100)


# -- records


def test_records_are_sent_oldest_first_and_the_next_batch_waits_for_the_ack(settled):
    assert settled.exchange.journal_grew() == []  # a read is under way since the connection
    assert settled.exchange.records(packet("j1", [1, 2], more=True)) == [e.ReadJournal(("j1", 2), 98)]
    settled.exchange.records(packet("j1", [3]))
    batch = settled.link.last(m.Records)
    assert [one["seq"] for one in batch.records] == [1, 2, 3]
    assert settled.exchange.journal_grew() == []
    found = settled.hear(m.Ack(EPOCH, STORE, {"j1": 3}))
    assert found == [e.Acked(EPOCH, STORE, {"j1": 3}), e.ReadJournal(("j1", 3), 100)]
    settled.exchange.records(packet(None))
    assert not settled.exchange.unacked


def test_two_journals_never_share_a_batch(settled):
    settled.exchange.records(packet("j1", [1], more=True))
    settled.exchange.records(packet("j2", [1]))
    assert settled.link.last(m.Records).journal == "j1"
    assert settled.hear(m.Ack(EPOCH, STORE, {"j1": 1}))[-1] == e.ReadJournal(("j1", 1), 100)
    settled.exchange.records(packet("j2", [1]))
    assert settled.link.last(m.Records).journal == "j2"


def test_an_answer_of_the_keeper_that_comes_twice_leaves_no_double_in_a_batch(settled):
    settled.exchange.records(packet("j1", [1, 2], more=True))
    settled.exchange.records(packet("j1", [1, 2], more=True))
    assert [one["seq"] for one in settled.link.last(m.Records).records] == [1, 2]
    assert settled.hear(m.Ack(EPOCH, STORE, {"j1": 2}))[-1] == e.ReadJournal(("j1", 2), 100)


def test_a_batch_stays_under_what_a_message_may_inflate_to(settled):
    for seq in range(1, 48):
        assert settled.exchange.records(packet("j1", [seq], more=True))
    assert settled.exchange.records(packet("j1", [48], more=True)) == []
    assert len(settled.link.last(m.Records).records) == 48


def test_a_batch_is_sent_again_after_five_seconds_and_on_a_new_connection(settled):
    settled.exchange.records(packet("j1", [1]))
    settled.clock.pass_s(4.999)
    settled.exchange.tick()
    assert len(settled.link.all(m.Records)) == 1
    settled.clock.pass_s(0.001)
    settled.exchange.tick()
    assert len(settled.link.all(m.Records)) == 2
    settled.cut()
    settled.connect()
    assert len(settled.link.all(m.Records)) == 3


def test_an_ack_of_a_part_has_the_rest_read_again(settled):
    settled.exchange.records(packet("j1", [1, 2, 3]))
    assert settled.hear(m.Ack(EPOCH, STORE, {"j1": 2}))[-1] == e.ReadJournal(("j1", 2), 100)


def test_an_ack_of_what_was_stored_before_says_nothing_of_this_batch(settled):
    settled.exchange.records(packet("j1", [1, 2]))
    settled.hear(m.Ack(EPOCH, STORE, {"j1": 2}))
    settled.exchange.records(packet("j1", [3, 4]))
    assert settled.hear(m.Ack(EPOCH, STORE, {"j1": 2})) == [e.Acked(EPOCH, STORE, {"j1": 2})]
    settled.clock.pass_s(5)
    settled.exchange.tick()
    assert [one["seq"] for one in settled.link.last(m.Records).records] == [3, 4]


@pytest.mark.parametrize(
    "ack",
    [m.Ack(EPOCH + 1, STORE, {"j1": 1}), m.Ack(EPOCH, "store-b", {"j1": 1}), m.Ack(EPOCH, STORE, {"j2": 1})],
)
def test_an_ack_of_another_store_or_journal_acknowledges_nothing(settled, ack):
    settled.exchange.records(packet("j1", [1]))
    settled.hear(ack)
    assert settled.exchange.unacked
    assert settled.shelf.watermark() is None


def test_what_was_acknowledged_is_not_sent_again_after_a_start(settled):
    settled.exchange.records(packet("j1", [1, 2]))
    settled.hear(m.Ack(EPOCH, STORE, {"j1": 2}))
    settled.boot_up("boot-2")
    assert e.ReadJournal(("j1", 2), 100) in settled.connect()


def test_a_keeper_that_does_not_answer_is_asked_again(settled):
    settled.clock.pass_s(2)
    assert e.ReadJournal(None, 100) in settled.exchange.tick()


def test_nothing_is_read_while_nobody_listens(desk):
    assert desk.exchange.journal_grew() == []
    assert e.ReadJournal(None, 100) in desk.connect()


# -- questions


def answer(desk, **other) -> m.Answer:
    ask = desk.link.last(m.Ask)
    told = {
        "epoch": EPOCH,
        "store": STORE,
        "id": ask.id,
        "nonce": ask.nonce,
        "decision": m.Decision(allowed=True),
    }
    return m.Answer(**{**told, **other})


def test_an_answer_in_time_is_taken_once(settled):
    question = settled.exchange.ask("key", "uid", Purpose.WALK_UP)
    assert settled.link.last(m.Ask).badge == m.Badge("key", "uid")
    settled.clock.pass_s(0.799)
    assert settled.hear(answer(settled)) == [e.Answered(question, answer(settled))]
    assert settled.hear(answer(settled)) == []


def test_after_800_ms_the_node_decides_alone(settled):
    question = settled.exchange.ask("key", "uid", Purpose.USE)
    assert settled.exchange.due_ms() == settled.clock.mono_ms + 800
    settled.clock.pass_s(0.8)
    assert settled.hear(answer(settled)) == []
    assert e.Answered(question, None) in settled.exchange.tick()
    assert settled.exchange.due_ms() is None


@pytest.mark.parametrize("other", [{"nonce": "x"}, {"id": "x"}, {"store": "store-b"}, {"epoch": EPOCH + 1}])
def test_an_answer_to_another_question_is_none(settled, other):
    settled.exchange.ask("key", "uid", Purpose.USE)
    assert settled.hear(answer(settled, **other)) == []


def test_offline_or_while_another_is_open_nothing_is_asked(settled):
    settled.exchange.ask("key", "uid", Purpose.USE)
    assert settled.exchange.ask("other", "uid", Purpose.USE) is None
    settled.cut()
    assert settled.exchange.ask("other", "uid", Purpose.USE) is None


def test_a_line_that_breaks_closes_the_question(settled):
    question = settled.exchange.ask("key", "uid", Purpose.USE)
    assert settled.cut() == [e.LinkChanged(online=False), e.Answered(question, None)]


# -- orders


def test_an_order_is_carried_out_once_and_its_outcome_said_again(settled):
    assert settled.hear(order(settled)) == [e.OrderTaken(order(settled))]
    assert settled.hear(order(settled)) == []
    settled.exchange.done("o1", ok=True)
    assert settled.hear(order(settled)) == []
    assert settled.link.all(m.Done) == [m.Done("o1", ok=True)] * 2


def test_an_order_before_the_first_now_of_a_start_is_refused(desk):
    desk.connect()
    desk.hear(view())
    assert desk.hear(order(desk)) == []


@pytest.mark.parametrize("other", [{"boot": "boot-0"}, {"store": "store-b"}, {"epoch": EPOCH - 1}])
def test_an_order_for_another_start_or_of_another_store_is_refused(settled, other):
    assert settled.hear(order(settled, **other)) == []


@pytest.mark.parametrize(("ahead_ms", "taken"), [(0, False), (1, True), (10_000, True), (10_001, False)])
def test_an_order_lives_ten_seconds(settled, ahead_ms, taken):
    told = order(settled, expires=settled.exchange.now() + timedelta(milliseconds=ahead_ms))
    assert bool(settled.hear(told)) is taken


# -- the open state


def test_a_state_is_said_on_a_change_and_every_ten_seconds(settled):
    state = m.NodeState(online=True, phase=Phase.IDLE, uptime_s=1)
    settled.exchange.show(state)
    settled.exchange.show(replace(state, uptime_s=2))
    assert len(settled.link.all(m.NodeState)) == 1
    settled.exchange.show(replace(state, phase=Phase.IN_USE))
    assert settled.link.last(m.NodeState).phase is Phase.IN_USE
    settled.clock.pass_s(10)
    settled.exchange.tick()
    assert len(settled.link.all(m.NodeState)) == 3


def test_a_state_tells_view_locks_boot_and_trust(settled):
    settled.exchange.show(m.NodeState(online=True, locks=m.LocksShown(0, ("l1",))))
    said = settled.link.last(m.NodeState)
    assert (said.machine, said.boot, said.trust) == ("LAS-1", BOOT, Trust.HUB)
    assert said.view == m.Holding(EPOCH, 7, STORE)
    assert said.locks == m.LocksShown(1, ("l1",))


def test_a_new_connection_says_the_state_again(settled):
    settled.exchange.show(m.NodeState(online=True))
    settled.cut()
    settled.connect()
    assert len(settled.link.all(m.NodeState)) == 2


def test_the_hub_seems_down_after_fifteen_seconds_of_silence(settled):
    up = m.HubState("up", EPOCH, STORE, T0, 1)
    assert settled.hear(up) == [e.Hinted(hub_up=True)]
    assert settled.hear(up) == []
    settled.clock.pass_s(14.999)
    assert e.Hinted(hub_up=False) not in settled.exchange.tick()
    settled.clock.pass_s(0.001)
    assert e.Hinted(hub_up=False) in settled.exchange.tick()
    assert settled.hear(up) == [e.Hinted(hub_up=True)]
    assert settled.hear(replace(up, state="down")) == [e.Hinted(hub_up=False)]


def test_a_leap_of_the_clock_is_no_silence(settled):
    settled.hear(m.HubState("up", EPOCH, STORE, T0, 1))
    settled.clock.pass_s(7200)
    settled.exchange.greet()
    assert e.Hinted(hub_up=False) not in settled.exchange.tick()


def test_the_loop_is_woken_for_what_is_due(settled):
    settled.exchange.records(packet("j1", [1]))
    assert settled.exchange.beat_ms() == settled.clock.mono_ms + 5_000
    assert settled.exchange.due_ms() is None
