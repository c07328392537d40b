import dataclasses

import pytest

from node.keeper.store import JournalFault
from tests.node.keeper.rig import FINE, PRINTER, Paper, Rig


def refuse(lines, memory):
    raise JournalFault("disk I/O error")


@pytest.fixture
def laser(tmp_path):
    rig = Rig(tmp_path).with_doorman()
    rig.energise()
    rig.pass_s(45)
    assert rig.wires.relay
    return rig


@pytest.fixture
def printer(tmp_path):
    return Rig(tmp_path, PRINTER).with_doorman()


def lock(rig, name="k1", kind="lockout", owner="ann"):
    return rig.ask("lock", lock=name, kind=kind, owner=owner, by=owner, reason="blade")


@pytest.mark.parametrize("reading", [True, None])
def test_the_mushroom_or_its_cut_cable_opens_the_relay_and_wants_a_reset(laser, reading):
    laser.set(estop=reading)
    assert not laser.wires.relay
    assert laser.records()[-1]["data"]["reason"] == "estop"
    assert laser.ask("reset", inhibit="estop", by="ann")["code"] == "ESTOP"
    laser.set(estop=False)
    laser.pass_s(3600)
    assert laser.inhibits == {"estop"}
    assert laser.ask("reset", inhibit="estop", by="ann")["msg"] == "ok"
    assert (laser.inhibits, laser.wires.relay) == (set(), False)


def test_extraction_lost_for_two_seconds_cuts_and_ten_good_ones_lift(laser):
    laser.set(extraction_ok=False)
    laser.pass_ms(1_999)
    assert laser.wires.relay
    laser.pass_ms(1)
    assert not laser.wires.relay
    laser.set(extraction_ok=True)
    laser.pass_ms(9_999)
    assert laser.inhibits == {"extraction"}
    laser.pass_ms(1)
    assert (laser.inhibits, laser.wires.relay) == (set(), False)


def test_a_flicker_of_the_air_switch_cuts_nothing(laser):
    for _ in range(5):
        laser.set(extraction_ok=False)
        laser.pass_ms(1_500)
        laser.set(extraction_ok=True)
        laser.pass_ms(100)
    assert laser.wires.relay


def test_a_machine_that_needs_no_air_does_not_mind(tmp_path):
    rig = Rig(tmp_path, PRINTER).with_doorman()
    rig.set(extraction_ok=False)
    rig.pass_s(60)
    assert rig.inhibits == set()


def test_air_that_is_missing_at_the_start_counts_at_once(tmp_path):
    rig = Rig(tmp_path, contacts=dataclasses.replace(FINE, extraction_ok=False))
    assert "extraction" in rig.inhibits


def test_the_bypass_key_ends_the_session_and_its_own_turning_lifts_it(laser):
    laser.set(bypass=True)
    assert not laser.wires.relay
    assert "bypass-on" in laser.types()
    laser.set(busy=True)
    laser.pass_s(60)
    assert laser.inhibits == {"bypass"}  # it draws, and the key explains it
    laser.set(bypass=False, busy=False)
    laser.pass_s(2)
    assert laser.inhibits == set()
    assert laser.types()[-2:] == ["bypass-off", "inhibit-lifted"]


def test_a_relay_that_does_not_follow_for_two_seconds_is_a_fault(laser):
    laser.set(feedback=True)
    laser.pass_s(60)
    laser.set(feedback=False)
    laser.pass_ms(1_999)
    assert laser.wires.relay
    laser.pass_ms(1)
    assert laser.inhibits == {"fault"}
    assert "relay-mismatch" in laser.types()


def test_a_welded_relay_cannot_be_reset_away(laser):
    laser.set(feedback=True)
    laser.ask("stop-now", session="s1", reason="staff-stop", by="ann")
    laser.pass_s(2)
    assert laser.inhibits == {"fault"}
    assert laser.ask("reset", inhibit="fault", by="ann")["code"] == "FAULT"
    laser.set(feedback=False)
    assert laser.ask("reset", inhibit="fault", by="ann")["msg"] == "ok"


def test_current_for_two_seconds_with_the_relay_open_is_a_fault(laser):
    laser.ask("stop-now", session="s1", reason="staff-stop", by="ann")
    laser.set(busy=True)
    laser.pass_ms(1_999)
    assert laser.inhibits == set()
    laser.pass_ms(1)
    assert laser.inhibits == {"fault"}


def test_nobody_starts_a_machine_that_already_draws(tmp_path):
    rig = Rig(tmp_path).with_doorman()
    rig.set(busy=True)
    assert rig.energise()["code"] == "FAULT"
    assert rig.inhibits == {"fault"}


def test_a_lost_sensor_is_never_idle(laser):
    laser.set(busy=None)
    laser.stop()
    laser.pass_s(600)
    assert laser.phase == "ending"


def test_the_report_button_is_danger_until_staff_lift_its_lock(laser):
    laser.set(report=True)
    assert not laser.wires.relay
    assert laser.inhibits == {"danger"}
    (held,) = laser.keeper.state.locks
    assert laser.ask("lift", lock=held.id, by="ann")["msg"] == "ok"
    assert laser.inhibits == set()


def test_e28_a_lockout_in_the_run_on_leaves_the_air_on_in_full_and_the_laser_off(laser):
    laser.stop()
    laser.pass_s(100)
    assert laser.phase == "run-on"
    lock(laser)
    laser.pass_s(79)
    assert (laser.phase, laser.wires.extraction, laser.wires.relay) == ("run-on", True, False)
    laser.pass_s(31)
    assert (laser.phase, laser.wires.extraction, laser.wires.relay) == ("idle", False, False)
    assert laser.inhibits == {"lockout"}


def test_e28_a_machine_locked_out_in_a_run_on_keeps_both_over_a_power_cut(laser):
    laser.stop()
    laser.pass_s(170)
    lock(laser)
    back = laser.again()
    back.pass_s(179)
    assert (back.phase, back.wires.extraction, back.wires.relay) == ("run-on", True, False)
    back.pass_s(2)
    assert (back.phase, "lockout" in back.inhibits) == ("idle", True)


def test_two_lockouts_need_two_owners_to_go(laser):
    lock(laser, "k1", owner="ann")
    lock(laser, "k2", owner="cem")
    assert not laser.wires.relay
    laser.ask("lift", lock="k1", by="ann")
    assert laser.inhibits == {"lockout"}
    laser.ask("lift", lock="k2", by="cem")
    assert laser.inhibits == set()


def test_the_same_lock_twice_is_one_and_a_lifted_one_never_comes_back(laser):
    lock(laser)
    count = len(laser.rows())
    assert lock(laser)["msg"] == "ok"
    assert len(laser.rows()) == count
    laser.ask("lift", lock="k1", by="ann")
    assert lock(laser)["msg"] == "ok"
    assert laser.inhibits == set()
    again = laser.again().with_doorman()
    lock(again)
    assert again.inhibits == set()


def test_ann_maintains_under_her_own_lock_alone(printer):
    assert printer.energise(who="ann", kind="maintenance")["code"] == "LOCKOUT"
    lock(printer, owner="ann")
    assert printer.energise("s2", who="bo")["code"] == "LOCKOUT"
    assert printer.energise("s3", who="bo", kind="maintenance")["code"] == "LOCKOUT"
    assert printer.energise("s4", who="ann", kind="maintenance")["msg"] == "ok"
    assert printer.wires.relay
    lock(printer, "k2", owner="cem")
    assert not printer.wires.relay


def test_lifting_her_lock_ends_her_maintenance_first(printer):
    lock(printer, owner="ann")
    printer.energise(who="ann", kind="maintenance")
    printer.ask("lift", lock="k1", by="ann")
    assert printer.types()[-3:] == ["power-off", "session-end", "inhibit-lifted"]
    assert not printer.wires.relay


def test_out_of_order_lets_the_job_finish(laser):
    laser.set(busy=True)
    lock(laser, kind="out")
    assert laser.phase == "ending"
    assert laser.wires.relay
    laser.set(busy=False)
    laser.pass_s(30)
    assert not laser.wires.relay
    assert laser.energise("s2")["code"] == "MACHINE_DOWN"


def test_a_stale_view_starts_nobody_and_stops_nobody(laser):
    laser.say("stale", on=True)
    assert laser.wires.relay
    laser.stop()
    laser.pass_s(200)
    assert laser.energise("s2")["code"] == "STALE"


def test_a_new_hello_has_the_desk_and_the_older_one_is_closed(printer):
    first, second = printer.doorman, Paper()
    printer.doorman = second
    printer.say("hello", v=1, pid=2)
    assert first.ended
    assert printer.inhibits == {"stale"}  # the new one has not said that its view is fresh
    printer.desk.gone(first)
    printer.say("stale", on=False)
    assert printer.inhibits == set()
    printer.doorman = first
    printer.say("stop", id="x", session="s1", reason="idle", by=None)
    assert first.last("no")["code"] == "FORBIDDEN"


def test_a_disk_that_refuses_gives_no_power_and_a_written_test_record_gives_it_back(printer, monkeypatch):
    monkeypatch.setattr(printer.store, "write", refuse)
    assert printer.energise()["code"] == "FAULT"
    assert (printer.wires.relay, printer.phase, printer.inhibits) == (False, "idle", {"journal"})
    printer.pass_s(30)
    assert printer.inhibits == {"journal"}
    monkeypatch.undo()
    printer.pass_s(10)
    assert printer.inhibits == set()
    assert printer.types()[-2:] == ["selftest", "inhibit-lifted"]
    assert "session-start" not in printer.types()  # what was refused has not happened
    assert printer.energise("s2")["msg"] == "ok"


def test_a_disk_that_refuses_in_a_session_stops_nobody_and_loses_nothing(laser, monkeypatch):
    monkeypatch.setattr(laser.store, "write", refuse)
    laser.set(busy=True)
    assert laser.wires.relay
    assert laser.inhibits == {"journal"}
    laser.set(busy=False)
    laser.ask("stop-now", session="s1", reason="staff-stop", by="ann")
    assert not laser.wires.relay
    monkeypatch.undo()
    laser.pass_s(10)
    assert [kind for kind in laser.types() if kind in {"busy", "idle", "power-off", "session-end"}] == [
        "busy",
        "idle",
        "power-off",
        "session-end",
    ]


@pytest.mark.parametrize(("took_ms", "power"), [(2_000, True), (2_001, False)])
def test_a_write_of_more_than_two_seconds_gives_no_power(printer, monkeypatch, took_ms, power):
    write = printer.store.write

    def slowly(lines, memory):
        printer.clock.ms += took_ms
        return write(lines, memory)

    monkeypatch.setattr(printer.store, "write", slowly)
    answer = printer.energise()
    assert printer.wires.relay is power
    assert (answer["msg"] == "ok") is power
    assert ("journal" in printer.inhibits) is not power


def test_a_tap_that_grew_old_during_the_write_closes_no_relay(printer, monkeypatch):
    write = printer.store.write

    def slowly(lines, memory):
        printer.clock.ms += 1_500
        return write(lines, memory)

    monkeypatch.setattr(printer.store, "write", slowly)
    printer.clock.ms += 60_000
    answer = printer.energise(tap_ms=printer.clock.ms - 4_000)
    assert answer["code"] == "LATE"
    assert not any(act[:2] == ("relay", True) for act in printer.wires.trace)
    assert printer.records()[-1]["data"]["reason"] == "interrupted"


def test_an_estop_pressed_during_the_write_closes_no_relay(printer, monkeypatch):
    write = printer.store.write

    def pressed(lines, memory):
        printer.wires.set(estop=True)
        return write(lines, memory)

    monkeypatch.setattr(printer.store, "write", pressed)
    assert printer.energise()["msg"] == "no"
    assert not any(act[:2] == ("relay", True) for act in printer.wires.trace)
    printer.keeper.look()
    assert printer.inhibits == {"estop"}


def test_a_lift_of_a_lock_that_never_came_is_recorded_once_and_keeps_it_away(printer):
    for _ in range(2):
        assert printer.ask("lift", lock="k7", by="ann")["msg"] == "ok"
    assert printer.types().count("inhibit-lifted") == 2  # this one, and the stale view's
    assert printer.records()[-1]["data"]["lock"] == "k7"
    lock(printer, "k7")
    assert printer.inhibits == set()


def test_a_lift_that_cannot_be_written_leaves_the_lock_and_yet_ends_the_maintenance(printer, monkeypatch):
    lock(printer, owner="ann")
    printer.energise(who="ann", kind="maintenance")
    monkeypatch.setattr(printer.store, "write", refuse)
    assert printer.ask("lift", lock="k1", by="ann")["code"] == "FAULT"
    assert (printer.wires.relay, printer.keeper.state.power) == (False, False)
    assert printer.inhibits == {"lockout", "journal"}


def test_a_pre_run_whose_power_cannot_be_written_ends_without(tmp_path, monkeypatch):
    rig = Rig(tmp_path).with_doorman()
    rig.energise()
    monkeypatch.setattr(rig.store, "write", refuse)
    rig.pass_s(46)
    assert (rig.phase, rig.wires.relay, rig.inhibits) == ("idle", False, {"journal"})
    monkeypatch.undo()
    rig.pass_s(10)
    assert "power-on" not in rig.types()
    assert rig.types().count("session-end") == 1
