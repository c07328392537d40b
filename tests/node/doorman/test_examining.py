"""The selftest: everything but the closing of the relay, by order, by hand and by night."""

from datetime import UTC, datetime, timedelta

import pytest

from core.wire.messages import Done, OrderKind
from node.doorman.examining import Examination, Examine, Senses, _next_night
from node.health import Finding
from node.ports import Inputs


def records(machine):
    """The selftest records that the keeper has journalled, by what they tell."""
    notes = machine.line.of("note")
    return [note["data"] for note in notes if note["type"] == "selftest"]


def examine(machine, **kind):
    """Ask at the keyboard; the reports that came."""
    reports = []
    machine.items.append(Examine(reports.append, **kind))
    machine.settle()
    return reports


def results(report):
    return {one["part"]: one["result"] for one in report["findings"]}


def sense(machine, **senses):
    machine.doorman._examination.senses = Senses(**senses)


def test_by_hand_the_fan_is_tried_for_twelve_seconds_and_the_relay_never(machine) -> None:
    machine.contact(feedback=False)
    reports = examine(machine)
    assert machine.hardware.extraction
    machine.pass_s(11.5)
    assert reports == []
    machine.pass_s(1)
    assert not machine.hardware.extraction
    assert not machine.relay
    found = results(reports[0])
    assert (found["extraction"], found["feedback"], found["closing"]) == ("good", "good", "unknown")
    assert records(machine) == [{"result": reports[0]["result"], "parts": found}]


def test_a_fan_that_does_not_blow_is_found(machine) -> None:
    reports = examine(machine)
    machine.contact(extraction_ok=False)
    machine.pass_s(13)
    assert results(reports[0])["extraction"] == "bad"
    assert reports[0]["result"] == "bad"


def test_a_relay_whose_contact_says_closed_at_rest_is_found(machine) -> None:
    machine.contact(feedback=True)
    reports = examine(machine)
    machine.pass_s(13)
    assert results(reports[0])["feedback"] == "bad"


@pytest.mark.parametrize(
    ("reader", "readings", "result"),
    [
        ("ok", (0, 0), "good"),
        ("ok", (80, 20), "good"),
        ("ok", (79, 21), "warn"),
        ("lost", (99, 1), "bad"),
    ],
)
def test_the_reader_is_judged_by_its_clear_readings(machine, reader, readings, result) -> None:
    sense(machine, readings=lambda: readings)
    machine.doorman._examination.reader = lambda: reader
    assert results(examine(machine, only_look=True)[0])["reader"] == result


@pytest.mark.parametrize(("shown", "result"), [(True, "good"), (False, "bad"), (None, "unknown")])
def test_a_display_is_good_only_if_it_can_say_so(machine, shown, result) -> None:
    sense(machine, display=lambda: shown)
    assert results(examine(machine, only_look=True)[0])["display"] == result


def test_a_board_that_is_too_hot_makes_the_whole_bad(machine) -> None:
    sense(machine, board=lambda: [Finding("temperature", "bad", "84 °C")])
    report = examine(machine, only_look=True)[0]
    assert (report["result"], results(report)["temperature"]) == ("bad", "bad")


def test_a_node_without_its_hub_says_so(machine) -> None:
    machine.disconnect()
    assert results(examine(machine, only_look=True)[0])["link"] == "warn"


def test_to_look_tries_nothing_and_journals_nothing(machine) -> None:
    examine(machine, only_look=True)
    assert not machine.hardware.extraction
    assert records(machine) == []


def test_a_machine_in_use_is_not_tried(machine) -> None:
    machine.tap("amelie")
    reports = examine(machine)
    assert results(reports[0])["keeper"] == "warn"
    assert records(machine) == []  # nothing was tried: staff go on reading the last test
    assert machine.relay


def test_a_session_that_begins_meanwhile_keeps_its_extraction(machine) -> None:
    reports = examine(machine)
    machine.pass_s(3)
    machine.tap("amelie")
    machine.pass_s(10)
    assert machine.hardware.extraction
    assert machine.relay
    assert results(reports[0])["extraction"] == "warn"


def test_a_doorman_who_goes_away_leaves_the_fan_for_thirty_seconds_at_most(machine) -> None:
    examine(machine)
    machine.line.mute.add("test")
    machine.pass_s(31)
    assert not machine.hardware.extraction


def test_two_who_ask_at_once_get_the_same_report(machine) -> None:
    first, second = examine(machine), examine(machine)
    machine.pass_s(13)
    assert first == second
    assert len(records(machine)) == 1


def test_a_keeper_that_does_not_answer_is_the_finding(machine) -> None:
    machine.line.mute.add("test")
    reports = examine(machine)
    machine.pass_s(3)
    assert results(reports[0])["keeper"] == "bad"


def test_the_hubs_order_is_answered_with_what_is_amiss(machine) -> None:
    machine.order(OrderKind.SELFTEST, by="driss")
    machine.contact(extraction_ok=False)
    machine.pass_s(13)
    done = machine.link.last(Done)
    assert done.ok
    assert "extraction=bad" in done.detail


def test_it_happens_by_itself_at_half_past_three_at_night(machine) -> None:
    wait = _next_night(machine.clock.wall(), "Europe/Brussels") - machine.clock.wall()
    assert wait < timedelta(days=1)
    machine.leap_s(wait.total_seconds() - 30)
    machine.pass_s(29.5)
    assert not machine.hardware.extraction
    assert records(machine) == []
    machine.pass_s(15)
    assert len(records(machine)) == 1


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 24, 2, 29, 59, tzinfo=UTC), datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 2, 30, tzinfo=UTC), datetime(2026, 11, 25, 2, 30, tzinfo=UTC)),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), datetime(2026, 7, 2, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_night_is_the_labs_own(now, night) -> None:
    assert _next_night(now, "Europe/Brussels") == night


def test_the_first_session_of_the_day_shows_that_the_relay_closes(machine) -> None:
    sense(machine, feedback=True)
    machine.tap("amelie")
    machine.contact(feedback=True)
    machine.pass_s(1.5)
    assert records(machine) == []
    machine.pass_s(1)
    assert records(machine) == [{"result": "good", "parts": {"closing": "good"}}]
    machine.pass_s(60)
    assert len(records(machine)) == 1


def test_a_machine_without_a_feedback_contact_shows_nothing_of_its_closing(machine) -> None:
    machine.tap("amelie")
    machine.pass_s(5)
    assert records(machine) == []


def test_what_the_contacts_do_not_say_is_unknown(machine) -> None:
    machine.hardware.contacts = Inputs(extraction_ok=None, busy=None, bypass=None)
    reports = examine(machine)
    machine.pass_s(13)
    found = results(reports[0])
    assert (found["feedback"], found["bypass"]) == ("unknown", "warn")


def test_the_examination_is_the_doormans_own(machine) -> None:
    assert isinstance(machine.doorman._examination, Examination)
