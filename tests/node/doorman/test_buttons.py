"""What do the buttons at the machine do? One step more, and danger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.vocabulary import Purpose, Reason
from core.wire.messages import Ask
from tests.node.doorman.conftest import LASER, TUESDAY, Machine, booking, key

MINUTE_S = 60


def push(machine: Machine, button: str = "extend") -> None:
    machine.contact(**{button: True})
    machine.contact(**{button: False})


def until(machine: Machine) -> str:
    return machine.state.until


@pytest.fixture
def ending(offline: Machine) -> Machine:
    """Offline, Amelie 14:00-15:00, the next one at 16:00; it is 14:50."""
    offline.connect()
    offline.send_view(bookings=(booking("amelie", 0, 60), booking("bram", 120, 180)))
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.pass_s(50 * MINUTE_S)
    offline.disconnect()
    return offline


def lease(machine: Machine) -> str:
    return machine.keeper.keeper.state.session.until


def test_offline_each_push_adds_a_step_up_to_the_next_booking(ending) -> None:
    ends = []
    for _ in range(5):
        push(ending)
        ends.append(lease(ending)[11:16])
    assert ends == ["14:15", "14:30", "14:45", "15:00", "15:00"]  # UTC: 15:15 to 16:00 in Brussels
    assert ending.screen == "DENY"
    assert [record["data"]["by"] for record in ending.records("extend")] == ["amelie"] * 4


def test_before_a_quarter_to_it_is_too_early(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.pass_s(44 * MINUTE_S)
    push(offline)
    assert offline.records("extend") == []
    assert offline.screen == "DENY"


def test_nobody_in_session_nothing_to_extend(offline) -> None:
    push(offline)
    assert offline.records("extend") == []


def test_the_longest_session_is_the_end_of_it(ending) -> None:
    ending.connect()
    ending.send_view(machine=replace(LASER, max_session_min=80))
    ending.disconnect()
    push(ending)
    push(ending)
    assert lease(ending)[11:16] == "14:15"


def test_linked_the_hub_is_asked_and_its_end_counts(machine) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    push(machine)
    asked = machine.link.last(Ask)
    assert (asked.purpose, asked.badge.key) == (Purpose.USE, key("amelie"))
    machine.answer_ask(allowed=True, until=TUESDAY + timedelta(minutes=75))
    assert lease(machine) == "2026-11-24T14:15:00.000Z"
    assert machine.screen == "EXTENDED"


def test_linked_the_hubs_no_is_shown_and_the_session_goes_on(machine) -> None:
    machine.tap("amelie")
    push(machine)
    machine.refuse_ask(Reason.RESERVED_OTHER)
    assert machine.records("extend") == []
    assert machine.relay


def test_a_hub_that_is_silent_for_800_ms_is_not_waited_for(machine) -> None:
    machine.send_view(bookings=(booking("amelie", 0, 10),))
    machine.tap("amelie")
    push(machine)
    machine.pass_s(1)
    assert lease(machine) == "2026-11-24T13:25:00.000Z"


def test_a_push_before_the_doorman_came_is_no_wish_now(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.pass_s(50 * MINUTE_S)
    offline.keeper.keeper.presses += 1
    offline.restart_doorman(ntp=True)
    assert offline.records("extend") == []


def test_the_report_button_cuts_and_says_that_it_was_heard(machine) -> None:
    machine.tap("amelie")
    machine.contact(busy=True)
    push(machine, "report")
    assert not machine.relay
    assert machine.records("session-end")[-1]["data"]["reason"] == "danger"
    assert machine.screen == "REPORTED"
    assert machine.tap("amelie").reason == "MACHINE_DOWN"


def test_a_doorman_that_starts_again_takes_no_push_of_before_for_a_new_one(offline) -> None:
    push(offline)
    push(offline)
    offline.restart_doorman(ntp=True)
    assert offline.screen in {"FREE", "RESERVED_WAIT", "OFFLINE"}
    push(offline)
    assert offline.screen == "SIGN_OFF"
