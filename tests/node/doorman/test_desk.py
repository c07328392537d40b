"""What happens when somebody lays a badge on the reader."""

from datetime import timedelta

import pytest

from core.vocabulary import Purpose, Reason
from core.wire.messages import Ask, Objected
from node.doorman.events import TapSeen
from tests.node.doorman.conftest import UIDS


def test_amelie_is_let_in_in_her_slot_and_the_relay_closes(machine) -> None:
    outcome = machine.tap("amelie")
    assert (outcome.allowed, outcome.action, outcome.phase, outcome.relay) == (True, "start", "in-use", True)
    assert outcome.until == "2026-11-24T14:00:00.000Z"
    assert machine.relay


def test_her_start_names_reservation_view_and_end(machine) -> None:
    machine.tap("amelie")
    (start,) = machine.records("session-start")
    assert start["data"]["who"] == "amelie"
    assert start["data"]["reservation"] == "amelie-slot"
    assert start["data"]["until"] == "2026-11-24T14:00:00.000Z"


def test_tapping_again_ends_it(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(40)
    outcome = machine.tap("amelie")
    assert (outcome.allowed, outcome.action, outcome.relay) == (True, "end", False)
    assert not machine.relay
    (end,) = machine.records("session-end")
    assert end["data"]["reason"] == "badge-out"


def test_tapping_out_while_the_laser_draws_winds_down_and_never_cuts_mid_cut(machine) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    outcome = machine.tap("amelie")
    assert (outcome.action, outcome.phase) == ("end", "ending")
    assert machine.relay


def test_chloe_is_refused_with_every_reason_and_the_refusal_is_recorded(machine) -> None:
    outcome = machine.tap("chloe")
    codes = [one["code"] for one in outcome.objections]
    assert not outcome.allowed
    assert {"CERT_MISSING", "MEMBER_EXPIRED"} <= set(codes)
    assert not machine.relay
    (tap,) = machine.records("tap")
    assert tap["data"]["allowed"] is False
    assert tap["data"]["reasons"] == codes
    assert "who" not in tap["data"]


def test_every_tap_is_recorded_allowed_or_not_and_none_holds_a_uid(machine) -> None:
    machine.tap("amelie")
    machine.tap("chloe")
    assert [tap["data"]["allowed"] for tap in machine.records("tap")] == [True, False]
    assert "04a1b2c3" not in str(machine.records()).lower()


def test_bram_is_refused_while_amelie_is_at_the_machine(machine) -> None:
    machine.tap("amelie")
    outcome = machine.tap("bram")
    assert outcome.reason in {"OCCUPIED", "RESERVED_OTHER"}
    assert "OCCUPIED" in [one["code"] for one in outcome.objections]


def test_a_random_uid_is_refused_whatever_the_hub_knows(machine) -> None:
    assert machine.tap("", bytes.fromhex("08a1b2c3")).reason == "BADGE_RANDOM"


def test_a_badge_on_the_pressed_emergency_stop_says_so_first(machine) -> None:
    machine.contact(estop=True)
    assert machine.tap("amelie").reason == "ESTOP"


# -- walk-ups and the hub


def walk_up_time(machine) -> None:
    machine.send_view(bookings=())


def test_a_walk_up_asks_the_hub_and_starts_with_what_it_booked(machine) -> None:
    walk_up_time(machine)
    assert machine.tap("amelie") is None
    assert machine.link.last(Ask).purpose is Purpose.WALK_UP
    assert machine.screen == "CHECKING"
    until = machine.clock.wall() + timedelta(minutes=25)
    person = {"key": "k", "who": "amelie", "name": "Amelie", "lang": "fr", "until": None, "roles": ["member"]}
    machine.answer_ask(allowed=True, until=until, grant=person, reservation={"id": "walk-1"})
    assert machine.relay
    (start,) = machine.records("session-start")
    assert start["data"]["reservation"] == "walk-1"
    assert machine.outcomes[-1].until == "2026-11-24T13:25:00.000Z"


def test_a_walk_up_the_hub_refuses_is_refused(machine) -> None:
    walk_up_time(machine)
    machine.tap("amelie")
    machine.refuse_ask(Reason.QUOTA)
    assert machine.outcomes[-1].reason == "QUOTA"
    assert not machine.relay


def test_without_an_answer_in_800_ms_the_node_decides_alone(machine) -> None:
    walk_up_time(machine)
    machine.tap("amelie")
    machine.clock.pass_ms(799)
    machine.settle()
    assert machine.outcomes == []
    machine.clock.pass_ms(1)
    machine.settle()
    assert machine.outcomes[-1].allowed
    assert machine.relay


def test_an_answer_that_comes_late_changes_nothing(machine) -> None:
    walk_up_time(machine)
    machine.tap("amelie")
    machine.clock.pass_ms(801)
    machine.settle()
    machine.refuse_ask(Reason.QUOTA)
    assert len(machine.outcomes) == 1
    assert machine.relay


def test_an_unknown_badge_is_asked_about_and_may_be_let_in(machine) -> None:
    machine.send_view(bookings=())
    machine.tap("stranger")
    person = {"key": "k", "who": "zoe", "name": "Zoe", "lang": "nl"}
    until = machine.clock.wall() + timedelta(minutes=30)
    machine.answer_ask(allowed=True, until=until, grant=person, reservation=None)
    assert machine.outcomes[-1].allowed
    assert machine.lines[0] == "Dag Zoe!"


def test_an_unknown_badge_without_network_is_refused_at_once(offline) -> None:
    assert offline.tap("stranger").reason == "BADGE_UNKNOWN"


def test_a_known_badge_without_network_works_from_the_view(offline) -> None:
    assert offline.tap("amelie").allowed
    assert offline.relay


def test_the_hub_is_not_asked_to_book_a_machine_that_is_locked_out(machine) -> None:
    walk_up_time(machine)
    machine.lock_out("driss")
    assert machine.tap("amelie").reason == "LOCKOUT"
    assert machine.link.last(Ask) is None


def test_an_answer_that_allows_but_names_nobody_is_no_answer(machine) -> None:
    machine.tap("stranger")
    machine.answer_ask(allowed=True, until=machine.clock.wall() + timedelta(minutes=30), grant=None)
    assert not machine.outcomes[-1].allowed
    assert not machine.relay


# -- the keeper


def test_without_a_keeper_nothing_starts_and_the_display_says_not_ready(machine) -> None:
    machine.line.drop()
    machine.settle()
    outcome = machine.tap("amelie")
    assert not outcome.allowed
    assert machine.screen == "NOT_READY"
    assert machine.state.relay == "unknown"
    assert machine.state.keeper == "lost"


def test_a_keeper_that_does_not_answer_is_told_to_stop_and_never_asked_again(machine) -> None:
    machine.line.mute = {"energise"}
    machine.tap("amelie")
    machine.pass_s(1.5)
    assert machine.outcomes == []
    machine.pass_s(1)
    assert not machine.outcomes[-1].allowed
    assert machine.screen == "NOT_READY"
    (asked,) = machine.line.of("energise")
    assert [stop["session"] for stop in machine.line.of("stop")] == [asked["session"]]
    machine.pass_s(10)
    assert len(machine.line.of("energise")) == 1


def test_the_next_tap_after_silence_has_a_new_session(machine) -> None:
    machine.line.mute = {"energise"}
    machine.tap("amelie")
    machine.pass_s(3)
    machine.line.mute = set()
    assert machine.tap("amelie").allowed
    first, second = machine.line.of("energise")
    assert first["session"] != second["session"]


def test_a_tap_that_waited_too_long_is_refused_by_the_keeper_and_recorded_so(machine) -> None:
    machine.hear(TapSeen(UIDS["amelie"], machine.clock.monotonic_ms() - 5001))
    assert machine.outcomes[-1].reason == "LATE"
    assert machine.records("tap")[-1]["data"]["reasons"] == ["LATE"]
    assert machine.screen == "DENY"
    assert not machine.relay


def test_five_seconds_of_silence_lose_the_keeper_and_one_tick_less_does_not(machine) -> None:
    machine.keeper._desk.push = lambda **_: None  # the keeper falls silent
    machine.line.mute = {"alive"}
    for _ in range(9):
        machine.clock.pass_ms(500)
        machine.settle()
    machine.clock.pass_ms(499)
    machine.settle()
    assert machine.doorman.seen.keeper == "ok"
    machine.clock.pass_ms(1)
    machine.settle()
    assert machine.doorman.seen.keeper == "lost"


def test_a_leap_of_the_clock_loses_nobody(machine) -> None:
    machine.leap_s(3600)
    assert machine.doorman.seen.keeper == "ok"
    assert not machine.doorman.seen.fresh
    machine.answer_hello()
    assert machine.doorman.seen.fresh


def test_two_badges_laid_quickly_are_decided_one_after_the_other(machine) -> None:
    machine.line.mute = {"energise"}
    machine.tap("amelie")
    machine.tap("chloe")
    assert machine.outcomes == []
    machine.pass_s(3)
    assert [outcome.number for outcome in machine.outcomes] == [1, 2]
    assert machine.outcomes[1].reason == "CERT_MISSING" or not machine.outcomes[1].allowed


# -- handing over


def overrun(machine) -> None:
    """Amelie is still there at 15:01."""
    machine.tap("amelie")
    machine.contact(busy=True)
    machine.leap_s(61 * 60)
    machine.answer_hello()
    machine.pass_s(1)


def test_bram_takes_over_from_amelie_who_is_through_without_the_relay_opening(machine) -> None:
    overrun(machine)
    machine.contact(busy=False)
    outcome = machine.tap("bram")
    assert (outcome.allowed, outcome.action, outcome.relay) == (True, "handover", True)
    ends = machine.records("session-end")
    assert [end["data"]["reason"] for end in ends] == ["hand-over"]
    assert machine.relay


def test_bram_waits_while_the_laser_cuts_but_counts_as_arrived(machine) -> None:
    overrun(machine)
    assert machine.tap("bram").reason == "OCCUPIED"
    assert "bram-slot" in machine.doorman._known.arrived


def test_bram_does_not_take_over_before_his_slot_begins(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(31)
    assert not machine.tap("bram").allowed


# -- maintenance


def test_driss_may_run_the_machine_he_locked_out_himself(machine) -> None:
    machine.lock_out("driss")
    outcome = machine.tap("driss")
    assert (outcome.allowed, outcome.action, outcome.relay) == (True, "maintenance", True)
    (start,) = machine.records("session-start")
    assert start["data"]["kind"] == "maintenance"


def test_nobody_runs_a_machine_that_another_has_locked_too(machine) -> None:
    machine.lock_out("driss")
    machine.lock_out("emma", "lock-2")
    assert machine.tap("driss").reason == "LOCKOUT"
    assert not machine.relay


@pytest.mark.parametrize("name", ["amelie", "bram"])
def test_a_lockout_refuses_every_other(machine, name: str) -> None:
    machine.lock_out("driss")
    assert machine.tap(name).reason == "LOCKOUT"


def test_in_anothers_slot_the_hub_is_asked_for_a_free_machine_and_the_display_names_it(machine) -> None:
    machine.tap("driss")
    taken = {"until": "2026-11-24T14:00:00.000Z", "held": None, "machine": "LAS-2"}
    machine.answer_ask(allowed=False, objections=(Objected(Reason.RESERVED_OTHER, taken),))
    assert machine.screen == "DENY"
    assert "LAS-2" in machine.lines[2]


def test_a_hub_that_does_not_answer_keeps_nobody_in_doubt_about_anothers_slot(machine) -> None:
    machine.tap("driss")
    machine.pass_s(1)
    assert machine.outcomes[-1].reason == "RESERVED_OTHER"
    assert machine.lines[1] != ""


def test_whoever_tapped_waits_for_the_keeper_and_not_for_the_screen(machine) -> None:
    drawn: list[object] = []
    show = machine.face.show
    machine.face.show = lambda showing: drawn.append(showing) or show(showing)
    machine.doorman.turn(TapSeen(UIDS["amelie"], machine.clock.monotonic_ms()))
    assert machine.line.of("energise")
    assert not drawn
    assert not machine.doorman.seen.idle  # somebody waits
    machine.settle()
    assert drawn
    assert machine.outcomes[-1].allowed


def test_a_keeper_that_never_answers_is_given_up_though_the_screen_waited_for_him(machine) -> None:
    machine.line.mute.add("energise")
    machine.doorman.turn(TapSeen(UIDS["amelie"], machine.clock.monotonic_ms()))
    machine.pass_s(2)
    assert [one.action for one in machine.outcomes] == ["refuse"]
    assert not machine.relay
