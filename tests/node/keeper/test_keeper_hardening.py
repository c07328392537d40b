"""What a confused or hostile doorman may send, and what a bad moment may bring."""

import os
import socket
from pathlib import Path

import pytest

from core.wire.socket import MAX_BYTES, encode
from node.keeper.policy import from_profile
from node.keeper.program import _moved
from node.keeper.report import state_message
from node.keeper.server import Server
from node.keeper.store import JournalFault
from node.settings import SettingsError
from tests.node.keeper.rig import PRINTER, Paper, Rig


@pytest.fixture
def printer(tmp_path):
    return Rig(tmp_path, PRINTER).with_doorman()


def test_an_estop_opens_the_relay_from_the_pins_own_thread_without_the_loop(printer):
    printer.energise()
    printer.wires.set(estop=True)
    put = []
    _moved(printer.wires, type("Box", (), {"put": lambda _, item: put.append(item)})())
    assert not printer.wires.relay
    assert len(put) == 1
    printer.keeper.look()
    assert printer.records()[-1]["data"]["reason"] == "estop"


def test_a_welded_contact_is_found_before_the_first_power(printer):
    printer.wires.set(feedback=True)
    assert printer.energise()["code"] == "FAULT"
    assert not any(act[:2] == ("relay", True) for act in printer.wires.trace)
    printer.pass_s(2)
    assert printer.inhibits == {"fault"}


def test_a_welded_contact_ends_the_pre_run_as_a_fault(tmp_path):
    laser = Rig(tmp_path).with_doorman()
    laser.energise()
    laser.pass_s(44)
    laser.set(feedback=True)
    laser.pass_ms(1_000)
    assert (laser.phase, laser.inhibits) == ("idle", {"fault"})
    assert laser.records()[-1]["data"]["reason"] == "fault"


@pytest.mark.parametrize(
    "told", [{}, {"trust": "hub"}, {"trust": "me", "zero_ms": 1}, {"trust": "hub", "zero_ms": 2**52}]
)
def test_a_time_that_cannot_be_is_not_taken(printer, told):
    printer.say("alive", time=told)
    printer.energise()
    assert printer.records()[-1]["clock"] == "stale"


def test_a_reason_of_five_hundred_signs_locks_all_the_same_and_can_be_read_again(printer):
    why = "é" * 500
    answer = printer.ask("lock", lock="k1", kind="lockout", owner="ann", by="ann", reason=why, at=None)
    assert answer["msg"] == "ok"
    assert printer.inhibits == {"lockout"}
    assert len(printer.records()[-1]["data"]["cause"]) == 200


def test_a_note_too_long_to_be_read_again_is_refused(printer):
    fits, too_long = {"t": "x" * 2_900}, {"t": "x" * 3_001}
    assert printer.ask("note", type="sign-off", session=None, data=fits)["msg"] == "ok"
    assert printer.ask("note", type="sign-off", session=None, data=too_long)["code"] == "INVALID"
    printer.say("read", after=None, max=100)
    while printer.doorman.last("records")["more"]:
        printer.say("read", after=printer.doorman.last("records")["next"], max=100)
    assert printer.doorman.last("records")["records"][-1]["data"] == fits


def test_a_hundred_locks_still_fit_a_packet(printer):
    for number in range(100):
        owner = f"owner-{number}" + "x" * 100
        printer.ask("lock", lock=f"k{number}", kind="lockout", owner=owner, by=None, reason=None)
    assert len(encode(state_message(printer.keeper))) <= MAX_BYTES - 512
    assert printer.inhibits == {"lockout"}


@pytest.mark.parametrize("reason", ["finished", "", "x" * 129])
def test_a_stop_with_a_reason_nobody_knows_is_refused_and_moves_nothing(printer, reason):
    printer.energise()
    printer.say("stop", id="x", session="s1", reason=reason, by=None)
    assert printer.doorman.last("no")["code"] == "INVALID"
    assert printer.wires.relay


def test_a_hello_of_another_version_is_shown_the_door(printer):
    stranger = Paper()
    printer.desk.packet(stranger, encode({"msg": "hello", "v": 2, "pid": 1}))
    assert stranger.ended
    assert not printer.doorman.ended


def test_a_doorman_that_does_not_read_is_let_go(printer):
    printer.doorman.ended = True  # its buffer is full: every send fails
    ended = []
    printer.doorman.end = lambda: ended.append(1)
    printer.desk.push(beat=True)
    assert ended


def test_the_state_is_pushed_at_each_change_and_with_each_beat_alone(printer):
    said = len(printer.doorman.said)
    printer.desk.push(beat=False)
    assert len(printer.doorman.said) == said
    printer.desk.push(beat=True)
    assert printer.doorman.said[-1]["msg"] == "state"
    printer.set(busy=False, extend=True)
    assert printer.doorman.said[-1]["presses"] == 1


def test_the_welcome_says_where_we_are(printer):
    printer.doorman = Paper()
    printer.say("hello", v=1, pid=7)
    welcome = printer.doorman.last("welcome")
    assert welcome["journal"] == printer.store.journal
    assert (welcome["started_ms"], welcome["state"]["phase"]) == (printer.keeper.started_ms, "idle")


def test_while_the_disk_refuses_nothing_is_lifted_and_everything_else_goes_on(printer, monkeypatch):
    def refuse(lines, memory):
        raise JournalFault("disk I/O error")

    printer.energise(minutes=10)
    printer.set(bypass=True)
    monkeypatch.setattr(printer.store, "write", refuse)
    printer.set(bypass=False)
    printer.pass_s(60)
    assert printer.inhibits == {"bypass", "journal"}
    assert printer.keeper.due_ms() > printer.clock.ms  # and the loop does not spin
    printer.set(estop=True)
    assert printer.inhibits == {"bypass", "journal", "estop"}
    monkeypatch.undo()
    printer.pass_s(11)
    assert printer.inhibits == {"estop"}


def test_a_lease_ends_although_the_disk_refuses(printer, monkeypatch):
    def refuse(lines, memory):
        raise JournalFault("disk I/O error")

    printer.energise(minutes=10)
    monkeypatch.setattr(printer.store, "write", refuse)
    printer.pass_s(600 + 300)
    assert not printer.wires.relay


def test_the_boards_own_policy_counts_until_a_view_says_otherwise(tmp_path):
    profile = tmp_path / "laser.toml"
    profile.write_text("[policy]\npre_run_s = 45\nneeds_extraction = true\n")
    assert from_profile(profile).pre_run_s == 45
    for broken in ("[policy]\npre_run_s = -1\n", "[policy]\nstop = 'never'\n", "[policy", "policy = 3"):
        profile.write_text(broken)
        with pytest.raises(SettingsError, match=r"laser\.toml"):
            from_profile(profile)
    with pytest.raises(SettingsError):
        from_profile(tmp_path / "missing.toml")


def test_a_stranger_of_another_uid_is_not_heard(tmp_path):
    heard = []
    path = Path(os.path.relpath(tmp_path)) / "k"
    server = Server(path, frozenset({os.getuid() + 4711}), lambda _peer, packet: heard.append(packet))
    server.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.settimeout(20)
        stranger.connect(str(path))
        assert stranger.recv(100) == b""
    server.close()
    assert heard == []


def test_a_misshapen_request_is_answered_under_its_own_id_and_logged_once(printer, caplog):
    for _ in range(3):
        printer.say("stop", id="x7", session=5, reason="idle", by=None)
    assert printer.doorman.last("no") == {"msg": "no", "id": "x7", "code": "INVALID"}
    assert len([record for record in caplog.records if "packet_refused" in record.message]) == 1
