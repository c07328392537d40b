"""What the doorman carries between hub and keeper."""

from datetime import timedelta

from core.grants import Refusal
from core.timeline import stamp
from core.vocabulary import Reason
from core.wire.messages import Done, Hello, OrderKind
from tests.node.doorman.conftest import grant

HOUR_S = 3600


def test_a_revoked_certificate_stops_the_session_and_says_why(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(40)
    without = {key: one for key, one in machine.hub.view.grants.items() if one.who != "amelie"}
    gone = next(key for key, one in machine.hub.view.grants.items() if one.who == "amelie")
    machine.send_view(grants=without, refusals={gone: (Refusal(Reason.CERT_REVOKED, {"course": "LAS1"}),)})
    machine.settle()
    assert not machine.relay
    assert machine.records("session-end")[-1]["data"]["reason"] == "revoked"


def test_a_new_view_that_leaves_amelie_alone_stops_nothing(machine) -> None:
    machine.tap("amelie")
    machine.send_view(bookings=())
    assert machine.relay


def test_a_lockout_of_the_hub_cuts_within_the_same_turn_and_is_shown_as_taken(machine) -> None:
    machine.tap("amelie")
    machine.lock_out("driss")
    assert not machine.relay
    assert machine.state.locks.ids == ("lock-1",)
    assert machine.records("session-end")[-1]["data"]["reason"] == "lockout"
    assert machine.records("inhibit-set")[-1]["data"]["lock"] == "lock-1"


def test_lifting_a_lock_never_starts_the_machine(machine) -> None:
    machine.tap("amelie")
    machine.lock_out("driss")
    machine.lift("lock-1")
    assert machine.state.locks.ids == ()
    assert not machine.relay


def test_absence_from_the_list_lifts_nothing(machine) -> None:
    machine.lock_out("driss")
    machine.locks, machine.lock_rev = (), machine.lock_rev + 1
    machine.send_locks()
    assert machine.state.locks.ids == ("lock-1",)


def test_a_lock_that_a_silent_keeper_missed_is_told_again(machine) -> None:
    machine.line.mute = {"lock"}
    machine.lock_out("driss")
    machine.line.mute = set()
    machine.pass_s(3)
    assert machine.state.locks.ids == ("lock-1",)


def test_the_policy_of_the_view_reaches_the_keeper(machine) -> None:
    asked = machine.line.of("policy")[-1]
    assert (asked["rev"], asked["run_on_s"], asked["stop"]) == (1, 180, "finish")
    assert machine.keeper.keeper.policy.run_on_s == 180


def test_records_go_to_the_hub_and_its_ack_to_the_keeper(machine) -> None:
    machine.tap("amelie")
    assert machine.doorman.seen.unacked
    last = machine.take_records()[-1]
    assert list(machine.line.of("acked")[-1]["journals"].values()) == [last["seq"]]
    assert not machine.doorman.seen.unacked


def test_records_made_without_network_come_once_when_it_is_back(offline) -> None:
    offline.tap("amelie")
    offline.pass_s(40)
    offline.tap("amelie")
    offline.connect()
    taken = offline.take_records()
    assert [record["seq"] for record in taken] == list(range(1, len(taken) + 1))
    assert [record["hash"] for record in taken] == [record["hash"] for record in offline.records()]
    assert {"session-start", "session-end"} <= {record["type"] for record in taken}
    assert offline.doorman.seen.unacked == 0


# -- age


def test_the_checkpoints_of_a_long_job_reach_the_hub_within_a_minute(machine) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    machine.take_records()
    machine.pass_s(130)
    taken = machine.take_records()
    assert "checkpoint" in [record["type"] for record in taken]


def test_a_view_past_its_age_refuses_and_says_stale_to_the_keeper(offline) -> None:
    offline.clock.pass_ms(24 * HOUR_S * 1000 + 2000)
    offline.settle()
    assert offline.line.of("stale")[-1]["on"] is True
    offline.settle()
    assert "STALE" in [one["code"] for one in offline.tap("amelie").objections]


def test_one_second_before_its_age_it_is_still_good(offline) -> None:
    offline.leap_s(24 * HOUR_S - 60)
    assert offline.line.of("stale")[-1]["on"] is False


def test_after_a_leap_a_linked_doorman_asks_for_the_time_before_judging_the_age(machine) -> None:
    before = machine.link.last(Hello).nonce
    machine.leap_s(30 * HOUR_S)
    assert machine.link.last(Hello).nonce != before
    assert machine.line.of("stale")[-1]["on"] is False
    machine.answer_hello()
    machine.pass_s(3)
    assert machine.line.of("stale")[-1]["on"] is False


def test_the_hub_itself_may_let_in_when_the_view_is_too_old(machine) -> None:
    machine.clock.pass_ms(25 * HOUR_S * 1000)
    machine.pass_s(3)
    assert machine.line.of("stale")[-1]["on"] is True
    machine.tap("amelie")
    person = {"key": "k", "who": "amelie", "name": "Amelie", "lang": "fr"}
    until = machine.clock.wall() + timedelta(minutes=30)
    machine.answer_ask(allowed=True, until=until, grant=person, reservation=None)
    assert machine.relay
    machine.pass_s(1)
    assert machine.line.of("stale")[-1]["on"] is True
    assert machine.relay


def test_a_doorman_started_without_network_or_ntp_refuses_at_a_laser(offline) -> None:
    offline.restart_doorman(ntp=False)
    assert "STALE" in [one["code"] for one in offline.tap("amelie").objections]
    assert not offline.relay


def test_a_doorman_started_without_network_but_with_ntp_goes_on_from_its_shelf(offline) -> None:
    offline.restart_doorman(ntp=True)
    assert offline.tap("amelie").allowed


def test_a_doorman_started_again_in_a_session_knows_whose_it_is(offline) -> None:
    offline.tap("amelie")
    offline.pass_s(40)
    offline.restart_doorman(ntp=True)
    assert offline.relay
    assert offline.lines[0] == "Bonjour Amelie !"
    assert offline.tap("amelie").action == "end"


# -- orders


def done(machine) -> Done:
    return machine.link.last(Done)


def test_staff_stop_the_session_from_afar_and_the_order_is_answered(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(40)
    order = machine.order(OrderKind.STOP, by="driss", reason="staff-stop")
    machine.settle()
    assert (done(machine).id, done(machine).ok) == (order, True)
    assert not machine.relay
    assert machine.records("session-end")[-1]["data"]["reason"] == "staff-stop"


def test_stop_now_cuts_a_busy_machine(machine) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    machine.order(OrderKind.STOP_NOW, by="driss")
    assert not machine.relay


def test_stopping_what_has_ended_is_well_done(machine) -> None:
    machine.order(OrderKind.STOP, by="driss", session="long-gone")
    assert done(machine).ok


def test_without_a_keeper_no_order_counts_as_done(machine) -> None:
    machine.tap("amelie")
    machine.line.drop()
    machine.settle()
    machine.order(OrderKind.STOP_NOW, by="driss")
    assert (done(machine).ok, done(machine).code) == (False, "FAULT")


def test_the_hub_extends_and_the_lease_goes_on(machine) -> None:
    machine.tap("amelie")
    until = machine.clock.wall() + timedelta(minutes=90)
    machine.order(OrderKind.EXTEND, by="driss", args={"until": stamp(until)})
    assert done(machine).ok
    assert machine.state.until == until
    assert machine.lines[0] == "Prolongé à 15:30"
    machine.leap_s(61 * 60)
    assert machine.relay


def test_an_extension_without_a_time_is_refused(machine) -> None:
    machine.tap("amelie")
    machine.order(OrderKind.EXTEND, by="driss", args={"until": "tomorrow"})
    assert (done(machine).ok, done(machine).code) == (False, "INVALID")


def test_a_reset_lifts_the_released_emergency_stop_and_starts_nothing(machine) -> None:
    machine.tap("amelie")
    machine.contact(estop=True)
    machine.contact(estop=False)
    machine.order(OrderKind.RESET, by="driss", args={"inhibit": "estop"})
    assert done(machine).ok
    assert "estop" not in machine.doorman.seen.inhibits
    assert not machine.relay


def test_an_enrolment_that_names_nobody_is_answered_with_invalid(machine) -> None:
    machine.order(OrderKind.ENROL, by="driss")
    assert (done(machine).ok, done(machine).code) == (False, "INVALID")


# -- a keeper that comes back


def test_a_new_keeper_hears_age_policy_and_locks_again(machine) -> None:
    machine.lock_out("driss")
    machine.line.drop()
    machine.settle()
    machine.line.asked.clear()
    machine.meet_keeper()
    machine.settle()
    heard = {message["msg"] for message in machine.line.asked}
    assert {"stale", "policy", "lock", "acked"} <= heard
    assert machine.doorman.seen.keeper == "ok"


def test_a_broken_view_leaves_the_old_one_in_force(machine) -> None:
    assert machine.doorman._known.take_view({"v": 1}) is None
    assert machine.tap("amelie").allowed


def test_state_says_where_machine_reader_and_keeper_stand(machine) -> None:
    machine.tap("amelie")
    state = machine.state
    assert (state.online, state.machine, state.phase, state.relay) == (True, "LAS-1", "in-use", "closed")
    assert (state.keeper, state.reader, state.busy) == ("ok", "ok", False)
    assert state.until == machine.clock.wall() + timedelta(hours=1)


def test_a_badge_added_by_a_new_view_works_at_the_next_tap(machine) -> None:
    more = {**machine.hub.view.grants, grant("emma").key: grant("emma")}
    machine.send_view(grants=more, bookings=())
    machine.disconnect()
    assert machine.tap("emma").allowed
