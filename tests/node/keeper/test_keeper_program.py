"""The whole program in a thread, on a clock that leaps from due instant to due instant."""

import dataclasses
import os
import pwd
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from loquet.models.pins import Board
from node.keeper.hardware import GpioHardware
from node.keeper.starting import ENDED, SECOND_KEEPER, may_speak, run
from node.settings import Broker, Line, NodeSettings, Reader, SettingsError
from tests.faults.keeper_doorman import Doorman
from tests.node.keeper.rig import BEGAN

LASER = {
    "rev": 1,
    "stop": "finish",
    "cap_s": 1200,
    "at_cap": "alarm",
    "pre_run_s": 45,
    "run_on_s": 180,
    "needs_extraction": False,
    "sensor": "none",
    "tolerance_s": 300,
}


class LeapClock:
    """Waits for news alone; `leap` goes from due to due and lets the loop come to rest at each."""

    def __init__(self):
        self.ms = 1_000_000
        self.due_ms = None
        self.wakes = []

    def monotonic_ms(self):
        return self.ms

    def wall(self):
        return BEGAN + timedelta(milliseconds=self.ms)

    def wait_until(self, condition, due_ms, beat_ms):
        self.due_ms = due_ms
        if due_ms is None or due_ms > self.ms:
            condition.wait(20)

    def on_leap(self, wake):
        self.wakes.append(wake)


class Running:
    """A keeper program in a thread, with its doorman."""

    def __init__(self, settings):
        self.settings, self.clock, self.board = settings, LeapClock(), Board()
        self.edges, self.codes = [], []
        self.ready = threading.Event()
        self.board.watch(settings.pins["relay"].pin, self.edges.append)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.ready.wait(20)
        self.doorman = Doorman(str(settings.socket))
        self.doorman.hello()

    def _run(self):
        self.codes.append(run(self.settings, self.clock, self._open, self._started))

    def _open(self):
        hardware = GpioHardware(self.settings.pins, self.board.factory)
        self.press("estop", on=False)
        return hardware

    def _started(self, program):
        self.program = program
        self.ready.set()

    def press(self, name, *, on):
        line = self.settings.pins[name]
        self.board.drive(line.pin, high=on is line.active_high)

    def ask(self, msg, **fields):
        self.doorman.say(msg, id="q", **fields)
        return self.doorman.hear("ok", "no")

    def energise(self, session="s1"):
        return self.ask(
            "energise",
            session=session,
            kind="use",
            who="bo",
            responsible=None,
            booking=None,
            tap_ms=self.clock.ms,
            until_ms=self.clock.ms + 3_600_000,
            until="2026-11-24T10:00:00.000Z",
            view=None,
            reason=None,
        )

    def rest(self):
        while not self.program.settled():
            assert self.thread.is_alive()

    def leap(self, seconds):
        target = self.clock.ms + int(seconds * 1000)
        while self.clock.ms < target:
            self.rest()
            due = self.clock.due_ms
            self.clock.ms = target if due is None else min(target, max(due, self.clock.ms + 1))
            for wake in self.clock.wakes:
                wake()
        self.rest()

    def end(self):
        self.program.leave()
        self.thread.join(20)
        self.doorman.line.close()


@pytest.fixture
def settings(tmp_path):
    run_dir = Path(os.path.relpath(tmp_path))
    return NodeSettings(
        id="las-1",
        machine="LAS-1",
        state_dir=tmp_path,
        run_dir=run_dir,
        key_file=tmp_path / "key",
        socket=run_dir / "k",
        profile=None,
        doorman_user=None,
        pins={"relay": Line(17, active_high=True), "estop": Line(5, active_high=True)},
        broker=Broker("127.0.0.1", 1883, "las-1", None, tls=False, ca=None),
        reader=Reader("mfrc522", 0, 0, 25),
        face="console",
    )


@pytest.fixture
def laser(settings):
    running = Running(settings)
    running.ask("policy", **LASER)
    running.doorman.say("stale", on=False)
    yield running
    running.end()


def test_an_hour_passes_in_a_moment_and_each_thing_happens_at_its_own_time(laser):
    began_ms = laser.clock.ms
    assert laser.energise()["state"]["phase_until_ms"] == began_ms + 45_000
    laser.leap(45)
    assert laser.edges[-1:] == [True]
    laser.leap(3600 - 45 + 299)
    assert laser.edges[-1:] == [True]
    laser.leap(1)
    assert laser.edges[-2:] == [True, False]
    laser.leap(180)
    laser.doorman.say("alive")
    assert laser.program.keeper.state.phase.value == "idle"


def test_the_estop_is_felt_without_any_time_passing(laser):
    laser.energise()
    laser.leap(45)
    laser.press("estop", on=True)
    assert laser.edges[-2:] == [True, False]  # by the pin's own thread, before the loop has looked
    laser.rest()
    assert [inhibit.value for inhibit in laser.program.keeper.state.inhibits] == ["estop"]


def test_a_second_keeper_finds_the_door_locked_and_touches_nothing(laser):
    touched = []
    assert run(laser.settings, LeapClock(), lambda: touched.append(1)) == SECOND_KEEPER
    assert touched == []


def test_the_doormans_user_alonemay_speak(settings):
    mine = pwd.getpwuid(os.getuid()).pw_name
    assert may_speak(None) == may_speak(mine) == {os.getuid()}
    unknown = dataclasses.replace(settings, doorman_user="nobody-here")
    with pytest.raises(SettingsError, match="doorman_user"):
        run(unknown, LeapClock(), lambda: None)


def test_leaving_in_a_session_opens_the_relay_and_frees_the_door(settings):
    running = Running(settings)
    running.doorman.say("stale", on=False)
    running.energise()
    assert running.edges[-1:] == [True]
    running.end()
    assert running.codes == [ENDED]
    assert running.edges[-1:] == [False]
    assert not settings.socket.exists()
    again = Running(settings)
    again.end()
    assert True not in again.edges
