"""What do the buttons of the tablet do? What the buttons on the box do, and nothing for a moment that is over."""

import pytest

from core.vocabulary import Inhibit, Reason
from node.doorman.events import Button, KeeperLost, Pressed
from tests.node.doorman.conftest import Machine
from tests.node.doorman.test_signing_off import bench, signed  # noqa: F401  the bench is a fixture

DANGER = Pressed(Button.REPORT, "", "fire", "danger", "one")


def here(machine: Machine) -> str:
    """The session that runs, as the page names it to the doorman."""
    state = machine.keeper.keeper.state
    return state.session.id if state.session else ""


def report(machine: Machine, severity: str = "fault", name: str = "r") -> None:
    machine.hear(Pressed(Button.REPORT, here(machine), "tool", severity, name))


def test_finish_stops_the_session_as_the_stop_button_does(offline) -> None:
    offline.tap("amelie")
    offline.hear(Pressed(Button.FINISH, here(offline)))
    offline.pass_s(31)
    (ended,) = offline.records("session-end")
    assert ended["data"]["reason"] == "stop-button"
    assert not offline.relay


def test_finish_never_cuts_a_running_job(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.hear(Pressed(Button.FINISH, here(offline)))
    assert offline.relay
    assert offline.screen == "FINISHING"


@pytest.mark.parametrize("button", [Button.FINISH, Button.EXTEND])
def test_a_finger_that_comes_late_does_nothing_to_the_next_person(offline, button: Button) -> None:
    offline.tap("amelie")
    offline.hear(Pressed(button, "a-session-that-is-over"))
    assert offline.records("session-end", "extend") == []
    assert offline.screen != "DENY"
    assert offline.relay


def test_prolonging_is_what_the_button_does_with_its_refusal(offline) -> None:
    offline.tap("amelie")
    offline.hear(Pressed(Button.EXTEND, here(offline)))  # 14:00: a quarter before the end it opens
    assert offline.screen == "DENY"
    assert offline.lines[:2] == ("Trop tôt", "Prolonger dès 14:45")


def test_danger_cuts_at_once_is_shown_and_stays_until_staff_lift_it(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    report(offline, "danger")
    assert not offline.relay
    assert Inhibit.DANGER in offline.keeper.keeper.state.inhibits
    assert offline.screen == "REPORTED"
    assert offline.tap("amelie").reason == Reason.MACHINE_DOWN
    (ended,) = offline.records("session-end")
    assert ended["data"]["reason"] == "danger"


def test_a_danger_is_reported_in_the_journal_as_the_boxs_own_button_does(machine) -> None:
    machine.hear(DANGER)
    button, told = (one["data"] for one in machine.records("report"))
    assert button == {"category": "danger"}
    assert told == {"who": None, "category": "fire", "severity": "danger"}
    (lock,) = [one["data"] for one in machine.records("inhibit-set") if one["data"]["lock"]]
    assert (lock["lock"], lock["owner"], lock["cause"]) == ("report-one", "", "report")


def test_a_second_danger_is_no_second_lock(machine) -> None:
    machine.hear(DANGER)
    machine.hear(Pressed(Button.REPORT, "", "machine", "danger", "two"))
    assert [lock.id for lock in machine.keeper.keeper.state.locks] == ["report-one"]


def test_a_lesser_report_is_written_down_with_its_person_and_nothing_stops(offline) -> None:
    offline.tap("amelie")
    report(offline, "notice")
    (told,) = offline.records("report")
    assert told["data"] == {"who": "amelie", "category": "tool", "severity": "notice"}
    assert told["session"] == here(offline)
    assert (offline.screen, offline.lines[0]) == ("NOTED", "Signalé, merci")
    assert offline.relay


def test_the_sixth_report_in_ten_minutes_is_play_but_danger_always_counts(machine) -> None:
    for _ in range(6):
        report(machine)
    assert len(machine.records("report")) == 5
    assert machine.screen == "DENY"
    machine.hear(DANGER)
    assert Inhibit.DANGER in machine.keeper.keeper.state.inhibits


def test_ten_minutes_later_reports_count_again(machine) -> None:
    for _ in range(5):
        report(machine)
    machine.pass_s(599)
    report(machine)
    assert len(machine.records("report")) == 5
    machine.pass_s(1)
    report(machine)
    assert len(machine.records("report")) == 6


def test_a_trainers_list_is_confirmed_on_the_tablet_too(bench) -> None:  # noqa: F811
    bench.hear(Pressed(Button.EXTEND))
    assert bench.screen == "SIGN_OFF"
    bench.tap("driss")
    bench.tap("emma")
    for _ in range(3):
        bench.hear(Pressed(Button.EXTEND))
    assert signed(bench)[0]["checks"] == ["stop", "risks", "alone"]


def test_with_the_keeper_gone_a_button_promises_nothing(offline) -> None:
    offline.hear(KeeperLost())
    offline.hear(DANGER)
    assert offline.records("report") == []
    assert Inhibit.DANGER not in offline.keeper.keeper.state.inhibits
    assert offline.screen == "NOT_READY"


def test_the_display_says_which_fault_cut_and_so_does_the_refusal(offline) -> None:
    offline.tap("amelie")
    offline.contact(feedback=False)
    offline.pass_s(3)
    assert offline.lines[0] in {"DÉFAUT RELAIS INERTE", "FOUT RELAIS DOOD", "FAULT RELAY DEAD"}
    assert offline.tap("amelie").reason == Reason.FAULT
    assert offline.lines[0] == "DÉFAUT RELAIS INERTE"


def test_a_welded_relay_is_never_called_off(offline) -> None:
    offline.contact(feedback=True)
    offline.pass_s(3)
    assert offline.screen == "FAULT_ON"
    assert offline.lines[1] in {"TOUJOURS SOUS TENSION", "STAAT NOG AAN", "STILL POWERED"}


def test_an_emergency_stop_is_shown_at_once_whatever_somebody_was_just_told(offline) -> None:
    assert offline.tap("stranger").allowed is False
    assert offline.screen == "DENY"
    offline.contact(estop=True)
    assert offline.screen == "ESTOP"


def test_a_refusal_gives_way_to_the_session_that_changes_under_it(offline) -> None:
    offline.tap("amelie")
    offline.contact(busy=True)
    offline.tap("stranger")
    assert offline.screen == "DENY"
    offline.hear(Pressed(Button.FINISH, here(offline)))
    assert offline.screen == "FINISHING"
