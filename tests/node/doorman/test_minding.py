"""Is anybody still at the machine? Idle off, dead-man, the card in its slot, the print left alone."""

from dataclasses import replace

import pytest

from core.grants import MachinePolicy
from core.timeline import stamp
from core.vocabulary import ReservationKind, Risk
from node.doorman.events import CardGone, ReaderBack, ReaderLost, TapSeen
from tests.node.doorman.conftest import LASER, UIDS, Machine, booking

MINUTE_S = 60


def with_policy(machine: Machine, **figures: object) -> Machine:
    machine.send_view(machine=replace(LASER, **figures), bookings=(booking("amelie", 0, 240),))
    machine.settle()
    return machine


def ends(machine: Machine) -> list[str]:
    return [record["data"]["reason"] for record in machine.records("session-end")]


@pytest.fixture
def idle(machine: Machine) -> Machine:
    """Amelie is in, on a laser that goes off after 20 idle minutes."""
    with_policy(machine, idle_max_min=20).tap("amelie")
    return machine


def test_an_idle_laser_tells_after_twenty_minutes_and_goes_off_three_later(idle) -> None:
    idle.pass_s(20 * MINUTE_S - 5)
    assert idle.screen == "RUNNING"
    idle.pass_s(6)
    assert idle.screen == "IDLE_SOON"
    idle.pass_s(3 * MINUTE_S - 4)
    assert idle.relay
    idle.pass_s(5)
    assert not idle.relay
    assert ends(idle) == ["idle"]


def test_a_laser_that_cuts_is_never_idle(idle) -> None:
    idle.contact(busy=True)
    idle.pass_s(60 * MINUTE_S)
    assert idle.relay
    idle.contact(busy=False)
    idle.pass_s(19 * MINUTE_S)
    assert idle.screen == "RUNNING"


def test_a_lost_sensor_is_never_idle(idle) -> None:
    idle.contact(busy=None)
    idle.pass_s(40 * MINUTE_S)
    assert idle.relay


def test_her_tap_during_the_warning_keeps_it_on_for_another_twenty_minutes(idle) -> None:
    idle.pass_s(21 * MINUTE_S)
    outcome = idle.tap("amelie")
    assert (outcome.allowed, outcome.action) == (True, "stay")
    idle.pass_s(19 * MINUTE_S)
    assert idle.screen == "RUNNING"
    idle.pass_s(4 * MINUTE_S + 5)
    assert ends(idle) == ["idle"]


def test_her_tap_before_the_warning_ends_the_session_as_ever(idle) -> None:
    idle.pass_s(10 * MINUTE_S)
    assert idle.tap("amelie").action == "end"


def test_a_stranger_keeps_nothing_on(idle) -> None:
    idle.pass_s(21 * MINUTE_S)
    assert idle.tap("driss").allowed is False
    idle.pass_s(2 * MINUTE_S + 5)
    assert ends(idle) == ["idle"]


def test_the_slot_is_still_hers_after_an_idle_off(idle) -> None:
    idle.pass_s(30 * MINUTE_S)
    assert ends(idle) == ["idle"]
    assert idle.tap("amelie").allowed


def test_without_a_sensor_nothing_is_called_idle(machine) -> None:
    with_policy(machine, idle_max_min=20, sensor="none").tap("amelie")
    machine.pass_s(60 * MINUTE_S)
    assert machine.relay


def test_a_clock_that_leaps_stops_at_the_warning_and_at_the_end(idle) -> None:
    now_ms = idle.clock.monotonic_ms()
    assert now_ms < idle.doorman._due_ms() <= now_ms + 20 * MINUTE_S * 1000
    idle.pass_s(20 * MINUTE_S + 1)
    now_ms = idle.clock.monotonic_ms()
    assert now_ms < idle.doorman._due_ms() <= now_ms + 3 * MINUTE_S * 1000


def test_a_dead_man_stops_a_busy_saw_softly_when_nobody_taps(machine) -> None:
    with_policy(machine, dead_man_min=10).tap("amelie")
    machine.contact(busy=True)
    machine.pass_s(12 * MINUTE_S)
    assert machine.tap("amelie").action == "stay"
    machine.pass_s(9 * MINUTE_S)
    assert machine.state.phase == "in-use"
    machine.pass_s(5 * MINUTE_S)
    assert machine.state.phase == "ending"  # finish: never cut mid-cut
    machine.contact(busy=False)
    machine.pass_s(31)
    assert ends(machine) == ["idle"]


def lay(machine: Machine, name: str) -> None:
    machine.hear(TapSeen(UIDS[name], machine.clock.monotonic_ms()))


@pytest.fixture
def slot(machine: Machine) -> Machine:
    """A machine that runs while the card is in its slot; Amelie's is."""
    with_policy(machine, badge_mode="slot")
    lay(machine, "amelie")
    return machine


def test_the_card_in_its_slot_keeps_the_machine_on(slot) -> None:
    slot.pass_s(30 * MINUTE_S)
    assert slot.relay


def test_a_card_taken_out_for_twenty_seconds_finishes_the_job(slot) -> None:
    slot.contact(busy=True)
    slot.hear(CardGone())
    slot.pass_s(19)
    assert slot.state.phase == "in-use"
    slot.pass_s(2)
    assert slot.state.phase == "ending"
    slot.contact(busy=False)
    slot.pass_s(31)
    assert ends(slot) == ["badge-out"]


def test_a_card_put_back_in_time_goes_on(slot) -> None:
    slot.hear(CardGone())
    slot.pass_s(15)
    lay(slot, "amelie")
    slot.pass_s(60)
    assert slot.relay


def test_another_card_in_the_slot_is_not_hers(slot) -> None:
    slot.hear(CardGone())
    lay(slot, "driss")
    slot.pass_s(55)
    assert not slot.relay


def test_a_reader_that_breaks_takes_no_card_out(slot) -> None:
    slot.hear(ReaderLost())
    slot.hear(CardGone())
    slot.pass_s(10 * MINUTE_S)
    assert slot.relay
    slot.hear(ReaderBack())
    slot.pass_s(55)
    assert not slot.relay


def test_a_new_doorman_finds_the_card_in_the_slot(slot) -> None:
    slot.restart_doorman(ntp=True)
    lay(slot, "amelie")
    slot.pass_s(60)
    assert slot.relay


PRINTER = MachinePolicy(
    id="LAS-1", lab="adc", name="MK4", family="fdm", risk=Risk.MEDIUM, idle_max_min=30, run_on_s=0
)
PRINT = replace(booking("amelie", 0, 600), kind=ReservationKind.UNATTENDED)


@pytest.fixture
def printer(machine: Machine) -> Machine:
    """Amelie starts a print that is to run alone."""
    machine.send_view(machine=PRINTER, bookings=(PRINT,))
    machine.tap("amelie")
    machine.contact(busy=True)
    return machine


def test_the_first_layer_is_asked_for_from_five_minutes_on(printer) -> None:
    printer.pass_s(5 * MINUTE_S - 2)
    assert printer.screen == "RUNNING"
    printer.pass_s(3)
    assert printer.screen == "REBADGE"


def test_a_look_leaves_the_print_alone_and_it_ends_after_fifteen_idle_minutes(printer) -> None:
    printer.pass_s(6 * MINUTE_S)
    assert printer.tap("amelie").action == "stay"
    printer.pass_s(8 * 3600)
    assert printer.relay
    printer.contact(busy=False)
    printer.pass_s(15 * MINUTE_S - 5)
    assert printer.relay
    printer.pass_s(10)
    assert not printer.relay
    assert ends(printer) == ["idle"]
    assert printer.records("report") == []


def test_a_tap_before_five_minutes_ends_it_for_nobody_can_judge_a_layer_yet(printer) -> None:
    printer.pass_s(4 * MINUTE_S)
    assert printer.tap("amelie").action == "end"


def test_if_nobody_looks_by_twenty_minutes_staff_are_told_once_and_it_stays_attended(printer) -> None:
    printer.pass_s(40 * MINUTE_S)
    (report,) = printer.records("report")
    assert report["data"] == {"who": "amelie", "category": "first-layer", "severity": "notice"}
    assert printer.relay
    assert printer.tap("amelie").action == "end"


def test_a_new_doorman_remembers_that_the_layer_was_good(printer) -> None:
    printer.pass_s(6 * MINUTE_S)
    printer.tap("amelie")
    printer.restart_doorman(ntp=True)
    printer.pass_s(30 * MINUTE_S)
    assert printer.records("report") == []
    assert printer.screen == "RUNNING"


def test_the_print_may_go_on_past_closing_time(printer) -> None:
    (start,) = printer.records("session-start")
    assert start["data"]["until"] == stamp(PRINT.end)


def test_an_ordinary_slot_asks_for_no_layer(machine) -> None:
    machine.send_view(machine=PRINTER, bookings=(booking("amelie", 0, 60),))
    machine.tap("amelie")
    machine.contact(busy=True)
    machine.pass_s(25 * MINUTE_S)
    assert machine.screen == "RUNNING"
