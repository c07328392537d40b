"""Emma learns: two badges within a minute (R29), and somebody who stays beside."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.grants import Grant, MachinePolicy, Refusal
from core.vocabulary import GrantLevel, Purpose, Reason, Risk
from core.wire.messages import Ask, Done, OrderKind
from tests.node.doorman.conftest import TUESDAY, Machine, booking, grant, key

PRINTER = MachinePolicy(
    id="LAS-1", lab="adc", name="MK4", family="fdm", risk=Risk.MEDIUM, run_on_s=0, needs=("3DP1",)
)
LACK = Refusal(Reason.CERT_MISSING, {"course": "3DP1", "step": "enrolled"})


def learner(name: str) -> Grant:
    return replace(grant(name), level=GrantLevel.SUPERVISED)


def people(machine: Machine, **policy: object) -> Machine:
    """Emma learns, Driss and Bram may supervise, Amelie works alone."""
    trainers = [replace(grant(name), level=GrantLevel.TRAINER) for name in ("driss", "bram")]
    known = [learner("emma"), *trainers, grant("amelie", lang="fr")]
    machine.send_view(
        machine=replace(PRINTER, **policy),
        grants={one.key: one for one in known},
        refusals={key("emma"): (LACK,)},
        bookings=(),
    )
    return machine


@pytest.fixture
def bench(offline: Machine) -> Machine:
    """A printer with the network gone: the node decides alone."""
    return people(offline)


def session(machine: Machine) -> dict:
    return machine.records("session-start")[-1]["data"]


def test_emma_alone_is_told_that_a_supervisor_has_to_come(bench) -> None:
    outcome = bench.tap("emma")
    assert not outcome.allowed
    assert [one["code"] for one in outcome.objections] == ["CERT_MISSING"]
    assert bench.screen == "SUPERVISE"
    assert not bench.relay


@pytest.mark.parametrize("after_s", [0, 5, 59])
def test_emma_then_driss_within_a_minute_it_starts_for_her_under_him(bench, after_s: int) -> None:
    bench.tap("emma")
    bench.pass_s(after_s)
    outcome = bench.tap("driss")
    assert (outcome.allowed, outcome.action) == (True, "start")
    assert bench.relay
    assert (session(bench)["who"], session(bench)["responsible"]) == ("emma", "driss")
    (note,) = bench.records("supervise")
    assert note["data"] == {"supervisor": "driss", "trainee": "emma"}


def test_at_sixty_one_seconds_nobody_came_and_his_tap_starts_nothing_of_his_own(bench) -> None:
    bench.tap("emma")
    bench.pass_s(61)
    assert bench.screen == "DENY"
    assert bench.tap("driss").reason == "SUPERVISOR_MISSING"
    assert not bench.relay


def test_a_minute_and_a_half_later_his_tap_is_his_own_again(bench) -> None:
    bench.tap("emma")
    bench.pass_s(100)
    assert bench.tap("driss").action == "start"
    assert session(bench)["who"] == "driss"


@pytest.mark.parametrize("after_s", [0, 30, 58])
def test_driss_first_and_then_emma_it_is_hers_and_the_relay_does_not_drop(bench, after_s: int) -> None:
    bench.tap("driss")
    bench.pass_s(after_s)
    outcome = bench.tap("emma")
    assert outcome.allowed
    assert (session(bench)["who"], session(bench)["responsible"]) == ("emma", "driss")
    assert bench.relay
    assert [one["data"]["reason"] for one in bench.records("session-end")] == ["hand-over"]


def test_driss_first_on_a_machine_that_still_runs_its_extraction_up(bench) -> None:
    people(bench, pre_run_s=45)
    bench.tap("driss")
    bench.pass_s(10)
    assert bench.tap("emma").allowed
    bench.pass_s(46)
    assert bench.relay
    assert (session(bench)["who"], session(bench)["responsible"]) == ("emma", "driss")


def test_driss_who_works_for_two_minutes_already_is_not_supervising(bench) -> None:
    bench.tap("driss")
    bench.pass_s(120)
    assert not bench.tap("emma").allowed
    assert session(bench)["who"] == "driss"


def test_amelie_who_may_not_supervise_comes_for_herself(bench) -> None:
    assert bench.tap("emma").reason == "CERT_MISSING"
    own = bench.tap("amelie")  # refused for emma's sake, she would never know why
    assert (own.allowed, own.reason) == (True, None)
    assert session(bench)["who"] == "amelie"
    assert session(bench)["responsible"] is None


def test_who_may_not_at_all_is_told_his_own_reason_while_a_learner_waits(bench) -> None:
    bench.tap("emma")
    assert bench.tap("a stranger", uid=bytes.fromhex("04D00DFEEDBEEF")).reason == "BADGE_UNKNOWN"
    assert bench.tap("driss").allowed  # she still waits for one who may


def test_emmas_own_second_badge_is_no_supervisor(bench) -> None:
    second = replace(learner("emma"), key=key("chloe"), level=GrantLevel.TRAINER)
    bench.send_view(grants={**bench.hub.view.grants, second.key: second})
    bench.tap("emma")
    assert bench.tap("chloe").reason == "SUPERVISOR_MISSING"
    assert not bench.relay


def test_a_supervisor_makes_up_for_no_suspension(bench) -> None:
    bench.send_view(refusals={key("emma"): (Refusal(Reason.CERT_SUSPENDED, {"course": "3DP1"}),)})
    outcome = bench.tap("emma")
    assert [one["code"] for one in outcome.objections] == ["CERT_SUSPENDED"]
    bench.tap("driss")
    assert session(bench)["who"] == "driss"


def test_a_pressed_emergency_stop_is_not_supervised_away(bench) -> None:
    bench.tap("emma")
    bench.contact(estop=True)
    assert not bench.tap("driss").allowed
    assert not bench.relay


def test_a_newcomer_without_a_step_reads_what_is_missing_first(bench) -> None:
    bench.send_view(refusals={key("emma"): (Refusal(Reason.CERT_MISSING, {"course": "3DP1"}),)})
    assert bench.tap("emma").reason == "CERT_MISSING"
    assert bench.screen == "DENY"
    assert bench.tap("driss").allowed


def test_whose_signature_waits_for_the_trainers_word_is_told_that_a_supervisor_may_come(bench) -> None:
    lack = Refusal(Reason.CERT_PROVISIONAL, {"course": "3DP1", "until": "2026-11-27T13:00:00.000Z"})
    bench.send_view(refusals={key("emma"): (lack,)})
    assert bench.tap("emma").reason == "CERT_PROVISIONAL"
    assert bench.screen == "SUPERVISE"
    assert bench.tap("driss").allowed


def test_emma_ends_it_herself(bench) -> None:
    bench.tap("emma")
    bench.tap("driss")
    bench.pass_s(40)
    assert bench.tap("emma").action == "end"


def test_after_an_hour_without_him_five_minutes_are_counted_down_and_the_job_is_finished(bench) -> None:
    bench.send_view(bookings=(booking("emma", 0, 240),))
    bench.tap("emma")
    bench.tap("driss")
    bench.contact(busy=True)
    bench.pass_s(3600 + 60)
    assert bench.screen == "SUPERVISE"
    bench.pass_s(4 * 60 + 5)
    assert bench.records("ending")[-1]["data"]["reason"] == "revoked"
    assert bench.relay  # never cut mid-print


def test_his_tap_gives_her_another_hour_after_a_start_of_the_doorman_too(bench) -> None:
    bench.send_view(bookings=(booking("emma", 0, 240),))
    bench.tap("emma")
    bench.tap("driss")
    bench.contact(busy=True)
    bench.restart_doorman(ntp=True)
    bench.pass_s(50 * 60)
    assert bench.tap("driss").action == "stay"
    bench.pass_s(59 * 60)
    assert bench.records("ending") == []
    assert len(bench.records("supervise")) == 2


def test_a_new_view_does_not_stop_a_session_that_is_supervised(bench) -> None:
    bench.tap("emma")
    bench.tap("driss")
    bench.restart_doorman(ntp=True)
    bench.send_view(bookings=(booking("amelie", 300, 360),))
    assert bench.relay


# -- what the hub says


@pytest.fixture
def linked(machine: Machine) -> Machine:
    """The same, on a laser, with the hub there."""
    return people(machine, risk=Risk.HIGH)


def test_the_hub_is_asked_about_the_supervisor_and_its_yes_starts(linked) -> None:
    linked.tap("emma")
    linked.tap("driss")
    asked = linked.link.last(Ask)
    assert (asked.purpose, asked.badge.key) == (Purpose.SUPERVISE, key("driss"))
    linked.answer_ask(allowed=True, until=TUESDAY + timedelta(hours=1))
    assert session(linked)["responsible"] == "driss"
    assert linked.relay


def test_a_supervisor_who_has_two_already_is_busy(linked) -> None:
    linked.tap("emma")
    linked.tap("driss")
    linked.refuse_ask(Reason.SUPERVISOR_BUSY)
    assert linked.outcomes[-1].reason == "SUPERVISOR_BUSY"
    assert not linked.relay


def test_on_a_dangerous_machine_a_silent_hub_means_no(linked) -> None:
    linked.tap("emma")
    linked.tap("driss")
    linked.pass_s(1)
    assert linked.outcomes[-1].reason == "SUPERVISOR_INVALID"
    assert not linked.relay


def test_on_a_dangerous_machine_offline_a_copied_badge_is_no_supervisor(linked) -> None:
    linked.disconnect()
    linked.tap("emma")
    assert linked.tap("driss").reason == "SUPERVISOR_INVALID"


# -- who leaves, and who comes


def learns(machine: Machine) -> Machine:
    """Emma works under Driss, in a slot of four hours."""
    machine.send_view(bookings=(booking("emma", 0, 240),))
    machine.tap("emma")
    machine.tap("driss")
    machine.contact(busy=True)
    return machine


def test_when_he_says_on_his_page_that_he_leaves_five_minutes_are_counted_down_and_then_it_ends(
    bench,
) -> None:
    learns(bench)
    bench.connect()
    bench.pass_s(60)
    order = bench.order(OrderKind.STOP, session=session_id(bench), by="driss", args={"wind_down": True})
    assert bench.link.last(Done) == Done(order, True)  # noqa: FBT003
    assert bench.records("ending") == []
    bench.pass_s(5)
    assert bench.screen == "SUPERVISE"
    bench.pass_s(4 * 60 + 50)
    assert bench.records("ending") == []
    bench.pass_s(10)
    assert bench.records("ending")[-1]["data"]["reason"] == "revoked"
    assert bench.relay  # the print is finished first


def session_id(machine: Machine) -> str:
    return machine.records("session-start")[-1]["session"]


def test_another_supervisor_who_taps_while_it_is_counted_down_stays_with_her(bench) -> None:
    learns(bench)
    bench.pass_s(3600 + 60)
    assert bench.screen == "SUPERVISE"
    assert bench.tap("bram").action == "stay"
    assert bench.records("supervise")[-1]["data"] == {"supervisor": "bram", "trainee": "emma"}
    bench.pass_s(59 * 60)
    assert bench.records("ending") == []
    assert bench.tap("bram").action == "stay"  # it is his hour now


def test_before_the_hour_is_over_another_supervisor_waits_as_everybody_does(bench) -> None:
    learns(bench)
    bench.pass_s(60)
    assert bench.tap("bram").reason == "OCCUPIED"
    assert len(bench.records("supervise")) == 1


def test_who_may_not_supervise_does_not_stay_with_her(bench) -> None:
    learns(bench)
    bench.pass_s(3600 + 60)
    assert bench.tap("amelie").reason == "OCCUPIED"


def test_on_a_dangerous_machine_the_hub_is_asked_about_the_second_supervisor_too(linked) -> None:
    linked.send_view(bookings=(booking("emma", 0, 240),))
    linked.tap("emma")
    linked.tap("driss")
    linked.answer_ask(allowed=True, until=TUESDAY + timedelta(hours=1))
    linked.contact(busy=True)
    linked.pass_s(3600 + 60)
    linked.tap("bram")
    asked = linked.link.last(Ask)
    assert (asked.purpose, asked.badge.key) == (Purpose.SUPERVISE, key("bram"))
    linked.refuse_ask(Reason.SUPERVISOR_BUSY)
    assert linked.outcomes[-1].reason == "SUPERVISOR_BUSY"
    assert len(linked.records("supervise")) == 1
