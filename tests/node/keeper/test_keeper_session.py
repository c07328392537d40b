import dataclasses

import pytest

from tests.node.keeper.rig import LASER, PRINTER, Rig


@pytest.fixture
def laser(tmp_path):
    return Rig(tmp_path).with_doorman()


@pytest.fixture
def printer(tmp_path):
    return Rig(tmp_path, PRINTER).with_doorman()


def test_bo_has_power_at_once_on_a_machine_without_pre_run(printer):
    assert printer.energise()["msg"] == "ok"
    assert printer.wires.relay
    assert printer.types()[-2:] == ["session-start", "power-on"]


def test_the_journal_is_written_before_the_relay_closes(printer):
    printer.energise()
    _, closed, written = printer.wires.trace[-1]
    assert closed
    assert written[-2:] == ["session-start", "power-on"]


def test_the_relay_opens_before_anything_is_written_about_it(printer):
    printer.energise()
    printer.ask("stop-now", session="s1", reason="staff-stop", by="ann")
    kind, closed, written = next(act for act in reversed(printer.wires.trace) if act[0] == "relay")
    assert (kind, closed) == ("relay", False)
    assert "power-off" not in written
    assert printer.types()[-2:] == ["power-off", "session-end"]


def test_the_laser_breathes_45_s_before_it_has_power(laser):
    laser.energise()
    assert (laser.phase, laser.wires.relay, laser.wires.extraction) == ("starting", False, True)
    laser.pass_ms(44_999)
    assert not laser.wires.relay
    laser.pass_ms(1)
    assert (laser.phase, laser.wires.relay) == ("in-use", True)


def test_bo_taps_out_and_the_idle_laser_goes_off_at_once_and_runs_on_180_s(laser):
    laser.energise()
    laser.pass_s(45 + 600)
    laser.stop()
    assert (laser.phase, laser.wires.relay, laser.wires.extraction) == ("run-on", False, True)
    laser.pass_ms(179_999)
    assert laser.phase == "run-on"
    laser.pass_ms(1)
    assert (laser.phase, laser.wires.extraction) == ("idle", False)
    end = next(record for record in laser.records() if record["type"] == "session-end")
    assert end["data"] == {"reason": "badge-out", "end_quality": "exact", "power_s": 600, "busy_s": 0}


def test_a_laser_that_was_idle_for_less_than_30_s_waits_for_them(laser):
    laser.energise()
    laser.pass_s(45)
    laser.set(busy=True)
    laser.pass_s(100)
    laser.set(busy=False)
    laser.pass_s(10)
    laser.stop()
    assert laser.phase == "ending"
    laser.pass_ms(19_999)
    assert laser.wires.relay
    laser.pass_ms(1)
    assert not laser.wires.relay
    assert laser.records()[-1]["data"]["busy_s"] == 100


def test_a_running_job_is_never_cut_at_the_end_of_the_slot_but_staff_are_called(laser):
    laser.energise(minutes=10)
    laser.pass_s(45)
    laser.set(busy=True)
    laser.pass_s(600 - 45 + 1199)
    assert (laser.phase, laser.keeper.state.alarm) == ("ending", False)
    laser.pass_s(1)
    assert laser.keeper.state.alarm
    assert laser.wires.relay
    laser.pass_s(600)
    assert laser.types().count("overrun") == 2
    laser.set(busy=False)
    laser.pass_s(30)
    assert not laser.wires.relay
    assert laser.records()[-1]["data"]["reason"] == "slot-end"


def test_the_cap_cuts_only_where_staff_chose_so(tmp_path):
    rig = Rig(tmp_path, dataclasses.replace(LASER, at_cap="cut", cap_s=60)).with_doorman()
    rig.energise(minutes=10)
    rig.pass_s(45)
    rig.set(busy=True)
    rig.pass_s(600 - 45 + 60)
    assert not rig.wires.relay


def test_without_a_sensor_power_ends_five_minutes_after_the_slot(printer):  # E27
    printer.energise(minutes=10)
    printer.pass_s(600 + 299)
    assert printer.wires.relay
    printer.pass_s(1)
    assert not printer.wires.relay


def test_without_a_sensor_a_badge_out_is_power_off(printer):
    printer.energise()
    printer.pass_s(60)
    printer.stop()
    assert not printer.wires.relay


def test_the_stop_button_works_with_the_doorman_dead(printer):
    printer.energise()
    printer.desk.gone(printer.doorman)
    printer.set(stop=True)
    assert not printer.wires.relay
    assert printer.records()[-1]["data"]["reason"] == "stop-button"


def test_the_doorman_may_die_in_a_session_and_nothing_moves(printer):
    printer.energise()
    trace = list(printer.wires.trace)
    printer.desk.gone(printer.doorman)
    printer.pass_s(600)
    assert printer.wires.trace == trace
    assert printer.inhibits == {"stale"}


def test_ann_takes_over_the_idle_laser_without_the_relay_moving(laser):
    laser.energise()
    laser.pass_s(45 + 60)
    trace = list(laser.wires.trace)
    assert laser.energise("s2", "ann", msg="handover")["msg"] == "ok"
    assert laser.wires.trace == trace
    last = laser.records()[-4:]
    assert [record["type"] for record in last] == ["power-off", "session-end", "session-start", "power-on"]
    assert len({record["mono_ms"] for record in last}) == 1
    assert last[1]["data"]["power_s"] == 60


def test_nobody_takes_over_a_cutting_laser(laser):
    laser.energise()
    laser.pass_s(45)
    laser.set(busy=True)
    assert laser.energise("s2", "ann", msg="handover")["code"] == "DRAWING"


def test_a_second_tap_of_the_same_request_gets_the_same_answer(printer):
    printer.energise()
    count = len(printer.rows())
    assert printer.energise()["msg"] == "ok"
    assert len(printer.rows()) == count


@pytest.mark.parametrize(("age_ms", "code"), [(5_000, None), (5_001, "LATE"), (-1, "LATE")])
def test_a_tap_is_good_for_five_seconds(printer, age_ms, code):
    printer.clock.ms += 60_000
    answer = printer.energise(tap_ms=printer.clock.ms - age_ms)
    assert answer.get("code") == code
    assert printer.wires.relay is (code is None)


def test_a_tap_from_before_the_keepers_start_is_late(printer):
    assert printer.energise(tap_ms=printer.keeper.started_ms - 1)["code"] == "LATE"


def test_a_lease_that_is_over_starts_nothing(printer):
    assert printer.energise(minutes=0)["code"] == "LATE"


def test_a_session_that_is_over_never_starts_again(printer):
    printer.energise()
    printer.stop()
    assert printer.energise()["code"] == "REPEATED"


def test_a_refused_session_id_is_never_taken_later(printer):
    printer.energise(tap_ms=0)
    assert printer.energise()["code"] == "REPEATED"


def test_a_pre_run_that_ends_5_s_late_gives_no_power(laser):
    laser.energise()
    laser.clock.ms += 45_000 + 5_001
    laser.keeper.look()
    assert (laser.phase, laser.wires.relay) == ("idle", False)
    assert laser.records()[-1]["data"]["reason"] == "interrupted"


def test_a_pre_run_that_ends_5_s_after_its_time_still_counts(laser):
    laser.energise()
    laser.clock.ms += 45_000 + 5_000
    laser.keeper.look()
    assert laser.wires.relay


def test_bo_gets_ten_more_minutes(laser):
    laser.energise(minutes=10)
    laser.pass_s(60)
    until = {"until_ms": laser.clock.ms + 1_200_000, "until": "2026-11-24T10:20:00.000Z", "by": "bo"}
    assert laser.ask("extend", session="s1", **until)["msg"] == "ok"
    laser.pass_s(1_199)
    assert laser.phase == "in-use"
    assert laser.ask("extend", session="s9", **until)["code"] == "NOT_FOUND"


def test_a_policy_is_taken_up_at_the_next_idle_and_kept(tmp_path):
    rig = Rig(tmp_path, PRINTER).with_doorman()
    rig.energise()
    rig.ask("policy", rev=4, **dataclasses.asdict(LASER))
    assert rig.keeper.policy == PRINTER
    rig.stop()
    assert rig.keeper.policy == LASER
    assert rig.again(policy=PRINTER).keeper.policy == LASER
