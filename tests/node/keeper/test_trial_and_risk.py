"""The trial of the extraction at rest, and the risk that a network driver may not carry."""

import pytest

from tests.node.keeper.rig import Rig

LASER = {
    "rev": 7,
    "stop": "finish",
    "cap_s": 1200,
    "at_cap": "alarm",
    "pre_run_s": 0,
    "run_on_s": 180,
    "needs_extraction": True,
    "sensor": "current",
    "tolerance_s": 300,
}


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path).with_doorman()


def test_the_trial_runs_the_extraction_and_never_the_relay(rig):
    assert rig.ask("test", part="begin")["msg"] == "ok"
    assert rig.wires.extraction
    tested = rig.ask("test", part="result")["tested"]
    assert (tested["extraction"], tested["estop"], tested["bypass"]) == ("good", "closed", "off")
    assert not rig.wires.extraction
    assert ("relay", True) not in {entry[:2] for entry in rig.wires.trace}


def test_a_result_without_a_trial_says_that_nothing_was_tried(rig):
    assert rig.ask("test", part="result")["tested"]["extraction"] == "interrupted"


def test_a_trial_nobody_ends_ends_after_thirty_seconds(rig):
    rig.ask("test", part="begin")
    rig.pass_s(29.9)
    rig.desk.push(beat=True)
    assert rig.wires.extraction
    rig.pass_s(0.1)
    rig.desk.push(beat=True)
    assert not rig.wires.extraction


def test_a_machine_in_use_is_not_tried(rig):
    rig.energise()
    answer = rig.ask("test", part="begin")
    assert (answer["msg"], answer["code"]) == ("no", "OCCUPIED")


def test_a_word_that_is_no_part_is_refused(rig):
    assert rig.ask("test", part="relay")["code"] == "INVALID"


@pytest.mark.parametrize("risk", ["low", "medium", None])
def test_a_network_driver_may_serve_lower_risks(rig, risk):
    rig.keeper.networked = True
    assert rig.ask("policy", **LASER, risk=risk)["msg"] == "ok"
    assert rig.energise()["msg"] == "ok"


def test_a_high_risk_machine_behind_a_network_driver_is_refused_policy_and_power(rig):
    rig.keeper.networked = True
    assert rig.ask("policy", **LASER, risk="high")["code"] == "INVALID"
    assert rig.energise()["code"] == "FAULT"
    assert not rig.wires.relay


def test_a_high_risk_machine_with_a_relay_of_its_own_is_served(rig):
    assert rig.ask("policy", **LASER, risk="high")["msg"] == "ok"
    assert rig.energise()["msg"] == "ok"
