"""Which fault is it? What the keeper tells the display beside FAULT."""

import pytest

from tests.node.keeper.rig import LASER, Rig


@pytest.fixture
def laser(tmp_path):
    return Rig(tmp_path, policy=LASER).with_doorman()


def told(rig: Rig) -> str | None:
    rig.desk.push(beat=True)
    return rig.doorman.last("state")["fault"]


def test_a_machine_without_a_fault_tells_of_none(laser):
    assert told(laser) is None


def test_a_contact_that_stays_open_under_power_is_a_dead_relay(laser):
    laser.energise()
    laser.pass_s(45)
    laser.set(feedback=False)
    laser.pass_s(2)
    assert (laser.inhibits, told(laser)) == ({"fault"}, "dead")


def test_a_contact_that_stays_closed_is_a_welded_relay(laser):
    laser.set(feedback=True)
    laser.pass_s(2)
    assert (laser.inhibits, told(laser)) == ({"fault"}, "welded")


def test_power_that_is_drawn_while_off_is_named(laser):
    laser.set(busy=True)
    laser.pass_s(2)
    assert told(laser) == "drawing"


def test_a_start_while_it_draws_names_it_at_once(laser):
    laser.set(busy=True)
    assert laser.energise()["code"] == "FAULT"
    assert told(laser) == "drawing"


def test_a_relay_that_closed_by_itself_in_the_pre_run_fails_the_self_check(laser):
    laser.energise()
    laser.pass_ms(44_000)
    laser.set(feedback=True)
    laser.pass_ms(1_000)
    assert (laser.inhibits, told(laser)) == ({"fault"}, "welded")


def test_which_fault_it_was_is_known_after_a_power_cut(laser):
    laser.set(busy=True)
    laser.pass_s(2)
    again = laser.again().with_doorman()
    assert (again.inhibits, told(again)) == ({"fault"}, "drawing")


def test_a_reset_forgets_it_and_the_next_fault_has_its_own_name(laser):
    laser.set(busy=True)
    laser.pass_s(2)
    laser.set(busy=False)
    assert laser.ask("reset", inhibit="fault", by="ann")["msg"] == "ok"
    assert told(laser) is None
    laser.set(feedback=True)
    laser.pass_s(2)
    assert told(laser) == "welded"
