"""May Bram have the machine that Amelie left? And may his booking come with him? (decision 0007, E22)"""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import Purpose, Reason, ReservationKind, Role
from core.wire.messages import Ask, Objected
from tests.node.doorman.conftest import LASER, TUESDAY, Machine, booking

MINUTE_S = 60


@pytest.fixture
def left(machine: Machine) -> Machine:
    """Amelie walked up at 14:00 and the network is gone; Bram and Driss of the staff may use the laser too."""
    walked_up = replace(booking("amelie", 0, 60), kind=ReservationKind.WALKUP)
    machine.send_view(machine=LASER, bookings=(walked_up,))
    machine.disconnect()
    assert machine.tap("amelie").allowed
    return machine


def idle(machine: Machine, minutes: int) -> None:
    machine.pass_s(minutes * MINUTE_S)


def test_after_ten_idle_minutes_bram_is_asked_and_his_second_tap_takes_it_over(left) -> None:
    idle(left, 10)
    first = left.tap("bram")
    assert (first.allowed, first.reason) == (False, "OCCUPIED")
    assert left.screen == "TAKE_OVER"
    left.pass_s(3)
    second = left.tap("bram")
    assert (second.allowed, second.action) == (True, "take-over")
    assert left.records("session-end")[-1]["data"]["reason"] == "hand-over"
    assert left.records("session-start")[-1]["data"]["who"] == "bram"
    assert left.relay


def test_the_relay_never_opens_in_between_and_no_second_belongs_to_both(left) -> None:
    idle(left, 10)
    left.tap("bram")
    left.pass_s(2)
    left.tap("bram")
    off, end, start, on = left.records("power-off", "session-end", "session-start", "power-on")[-4:]
    assert (off["type"], end["type"], start["type"], on["type"]) == (
        "power-off",
        "session-end",
        "session-start",
        "power-on",
    )
    assert off["at"] == on["at"]


@pytest.mark.parametrize("minutes", [0, 9])
def test_before_ten_idle_minutes_it_is_amelies_and_bram_waits(left, minutes: int) -> None:
    idle(left, minutes)
    assert left.tap("bram").reason == "OCCUPIED"
    left.pass_s(2)
    assert left.tap("bram").reason == "OCCUPIED"
    assert left.screen == "DENY"


def test_while_it_works_nobody_takes_it_over(left) -> None:
    left.contact(busy=True)
    idle(left, 12)
    for _ in range(2):
        assert left.tap("bram").reason == "OCCUPIED"
        left.pass_s(2)


def test_staff_who_may_use_it_need_not_wait(left) -> None:
    idle(left, 1)
    assert left.tap("driss").reason == "OCCUPIED"
    left.pass_s(2)
    assert left.tap("driss").action == "take-over"


@pytest.mark.parametrize("after_s", [15, 60])
def test_a_second_tap_that_comes_late_only_asks_again(left, after_s: int) -> None:
    idle(left, 10)
    left.tap("bram")
    left.pass_s(after_s)
    assert left.tap("bram").reason == "OCCUPIED"
    assert left.records("session-end") == []


def test_one_badge_does_not_answer_for_another(left) -> None:
    idle(left, 10)
    left.tap("bram")
    left.pass_s(1)
    assert left.tap("driss").reason == "OCCUPIED"
    left.pass_s(1)
    assert left.tap("bram").reason == "OCCUPIED"
    assert left.records("session-end") == []


def test_amelie_comes_back_and_her_tap_ends_her_own_session(left) -> None:
    idle(left, 10)
    left.tap("bram")
    left.pass_s(1)
    assert left.tap("amelie").action == "end"


def test_the_time_that_amelie_booked_stays_hers(left) -> None:
    left.connect()
    left.send_view(bookings=(booking("amelie", 0, 60),))
    left.disconnect()
    idle(left, 12)
    for _ in range(2):
        outcome = left.tap("bram")
        assert "RESERVED_OTHER" in [one["code"] for one in outcome.objections]
        left.pass_s(2)
    assert left.records("session-end") == []


def test_who_may_not_use_the_machine_is_told_why_and_takes_nothing_over(left) -> None:
    idle(left, 12)
    outcome = left.tap("chloe")
    assert "CERT_MISSING" in [one["code"] for one in outcome.objections]
    assert left.screen == "DENY"


def test_under_an_inhibit_nothing_changes_hands(left) -> None:
    idle(left, 12)
    left.contact(estop=True)
    assert left.tap("bram").reason == "ESTOP"


def test_a_machine_whose_rule_says_never_is_never_taken_over(left) -> None:
    left.connect()
    left.send_view(machine=replace(LASER, takeover_min=0))
    left.disconnect()
    idle(left, 12)
    for _ in range(2):
        assert left.tap("driss").reason == "OCCUPIED"
        left.pass_s(2)


def test_what_nobody_can_sense_is_never_idle(left) -> None:
    left.connect()
    left.send_view(machine=replace(LASER, sensor="none"))
    left.disconnect()
    idle(left, 12)
    assert left.tap("bram").reason == "OCCUPIED"
    assert left.screen == "DENY"


# -- "move your booking here?"


@pytest.fixture
def beside(machine: Machine) -> Machine:
    """Nobody has booked LAS-1; Bram has LAS-2 at 14:00, which only the hub knows."""
    machine.send_view(bookings=())
    return machine


def ask_to_bring(machine: Machine) -> None:
    told = {"machine": "LAS-2", "start": stamp(TUESDAY)}
    machine.answer_ask(allowed=False, objections=(Objected(Reason.CONCURRENT, told),))


def test_bram_who_has_the_other_laser_is_asked_and_one_tap_brings_his_booking_here(beside) -> None:
    beside.tap("bram")
    assert beside.link.last(Ask).purpose is Purpose.WALK_UP
    ask_to_bring(beside)
    assert beside.outcomes[-1].reason == "CONCURRENT"
    assert beside.screen == "BRING"
    assert "LAS-2" in beside.lines[0]
    beside.pass_s(2)
    beside.tap("bram")
    asked = beside.link.last(Ask)
    assert asked.purpose is Purpose.USE
    until = TUESDAY + timedelta(hours=1)
    bram = {"who": "bram", "name": "Bram", "lang": "nl", "until": None, "roles": [Role.MEMBER]}
    beside.answer_ask(allowed=True, until=until, grant=bram, reservation={"id": "here"})
    assert beside.outcomes[-1].allowed
    assert beside.records("session-start")[-1]["data"]["reservation"] == "here"


def test_a_tap_after_a_quarter_of_a_minute_asks_the_plain_question_again(beside) -> None:
    beside.tap("bram")
    ask_to_bring(beside)
    beside.pass_s(15)
    beside.tap("bram")
    assert beside.link.last(Ask).purpose is Purpose.WALK_UP


def test_offline_nobody_knows_of_the_other_booking_and_he_walks_up(beside) -> None:
    beside.disconnect()
    assert beside.tap("bram").allowed
