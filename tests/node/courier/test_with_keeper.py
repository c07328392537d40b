"""Keeper's desk and courier over a real socket, the plug over a real broker; no clock is moved."""

import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from core.wire.courier import FROM_KEEPER
from core.wire.socket import decode, encode
from loquet.models.pins import Board
from node.app.courier import courier_program
from node.app.keeper import hardware
from node.clock import SystemClock
from node.courier.signing_in import Login
from node.keeper.hardware.courier import CourierDesk
from node.keeper.starting import run
from node.settings import load
from tests.faults.keeper_doorman import Doorman
from tests.node.courier.standins import Gen1Plug, Gen2Plug, HandClock, OnTheBroker, TasmotaPlug, serving
from tests.node.courier.test_printers import moonraker
from tests.node.courier.test_signing_in import Printer as Prusa

TOML = """[node]
id = "3dp-1"
machine = "3DP-1"
risk = "medium"
state_dir = "state"
run_dir = "{run}"
key_file = "key"

[broker]
host = "127.0.0.1"
port = 1883
user = "3dp-1"
tls = false

[pins]
estop = 5
extraction_ok = 26
{more}
"""
PLUG = """
[power]
driver = "{kind}"

[busy]
sensor = "plug"

[plug]
topic = "{topic}"
host = "127.0.0.1"
port = {port}
user = "courier"
password_file = "password"
tls = false
"""
ALL = "topic readwrite #\n"
UNTIL = "2026-11-24T10:00:00.000Z"
POLICY = {
    "rev": 1,
    "risk": "medium",
    "stop": "now",
    "cap_s": None,
    "at_cap": "alarm",
    "pre_run_s": 0,
    "run_on_s": 0,
    "needs_extraction": False,
    "sensor": "power",
    "tolerance_s": 0,
}


@pytest.fixture
def run_dir():
    """A short one: a socket's path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="lq-") as folder:
        yield Path(folder)


def settings_of(tmp_path, run_dir, more, port=1883):
    (tmp_path / "password").write_text("courier-secret\n")
    file = tmp_path / "node.toml"
    file.write_text(TOML.format(run=run_dir, more=more.format(port=port)))
    return load(file)


class Watched:
    """The keeper's hardware, and a way to wait for what it says."""

    def __init__(self, settings):
        self.board = Board()
        self.hardware = hardware(settings, SystemClock(), self.board.factory)
        self.moved = threading.Condition()
        self.hardware.on_change(self._changed)

    def _changed(self):
        with self.moved:
            self.moved.notify_all()

    def until(self, holds):
        with self.moved:
            assert self.moved.wait_for(lambda: holds(self.hardware.inputs()), 15), self.hardware.inputs()


class Running:
    """The courier's program in a thread."""

    def __init__(self, settings):
        self.program = courier_program(settings)
        self.thread = threading.Thread(target=self.program.run)
        self.thread.start()

    def end(self):
        self.program.stop()
        self.thread.join(15)
        assert not self.thread.is_alive()


@pytest.mark.mosquitto
@pytest.mark.parametrize(
    ("make", "kind", "topic"),
    [(Gen2Plug, "shelly-gen2", Gen2Plug.prefix), (TasmotaPlug, "tasmota", TasmotaPlug.topic)],
)
def test_a_plug_on_a_real_broker_is_switched_confirmed_and_measured(
    broker_for, tmp_path, run_dir, make, kind, topic
):
    acl = "".join(f"user {user}\n{ALL}" for user in ("courier", "plug"))
    broker = broker_for({"courier": "courier-secret", "plug": "plug-secret"}, acl)
    plug = make(HandClock())
    settings = settings_of(tmp_path, run_dir, PLUG.format(kind=kind, topic=topic, port="{port}"), broker.port)
    on_broker = OnTheBroker(broker, plug, "plug", "plug-secret")
    watched = Watched(settings)
    courier = Running(settings)
    try:
        watched.hardware.set_relay(closed=False)
        watched.until(lambda seen: seen.feedback is False)
        watched.hardware.set_relay(closed=True)
        watched.until(lambda seen: seen.feedback is True and seen.busy is True)
        assert plug.on  # what was confirmed is so
        assert plug.ends_ms is not None
        assert watched.hardware.inputs().power_w == 60
        watched.hardware.set_relay(closed=False)
        watched.until(lambda seen: seen.feedback is False)
        assert not plug.on
    finally:
        courier.end()
        watched.hardware.close()
        on_broker.end()


@pytest.mark.mosquitto
def test_a_first_generation_shelly_takes_its_timer_over_http(broker_for, tmp_path, run_dir):
    acl = "".join(f"user {user}\n{ALL}" for user in ("courier", "plug"))
    broker = broker_for({"courier": "courier-secret", "plug": "plug-secret"}, acl)
    plug = Gen1Plug(HandClock())
    with serving(lambda path, _headers: (200, plug.get(path))) as url:
        more = PLUG.format(kind="shelly-gen1", topic=plug.prefix, port="{port}") + f'url = "{url}"\n'
        settings = settings_of(tmp_path, run_dir, more, broker.port)
        on_broker = OnTheBroker(broker, plug, "plug", "plug-secret")
        watched = Watched(settings)
        courier = Running(settings)
        try:
            watched.hardware.set_relay(closed=True)
            watched.until(lambda seen: seen.feedback is True)
            assert plug.on
            assert plug.ends_ms is not None
            watched.hardware.set_relay(closed=False)
            watched.until(lambda seen: seen.feedback is False)
        finally:
            courier.end()
            watched.hardware.close()
            on_broker.end()


class Shop:
    """A whole keeper behind a plug, a courier, and a doorman on paper."""

    def __init__(self, settings):
        self.board, self.clock = Board(), SystemClock()
        self.ready = threading.Event()
        self.estop = settings.pins["estop"].pin
        self.thread = threading.Thread(target=lambda: run(settings, self.clock, self._open, self._started))
        self.settings = settings
        self.thread.start()
        assert self.ready.wait(15)
        self.doorman = Doorman(str(settings.socket))
        self.doorman.hello()

    def _open(self):
        opened = hardware(self.settings, self.clock, self.board.factory)
        self.board.drive(self.estop, high=False)
        return opened

    def _started(self, program):
        self.program = program
        self.ready.set()

    def ask(self, msg, **fields):
        self.doorman.say(msg, id="q", **fields)
        return self.doorman.hear("ok", "no")

    def until_relay(self, word):
        while self.doorman.hear("state")["relay"] != word:
            assert self.thread.is_alive()

    def end(self):
        self.program.leave()
        self.thread.join(15)
        self.doorman.line.close()


@pytest.mark.mosquitto
def test_a_badge_switches_the_plug_and_the_e_stop_opens_it(broker_for, tmp_path, run_dir):
    acl = "".join(f"user {user}\n{ALL}" for user in ("courier", "plug"))
    broker = broker_for({"courier": "courier-secret", "plug": "plug-secret"}, acl)
    plug = Gen2Plug(HandClock())
    more = PLUG.format(kind="shelly-gen2", topic=plug.prefix, port="{port}")
    settings = settings_of(tmp_path, run_dir, more, broker.port)
    on_broker = OnTheBroker(broker, plug, "plug", "plug-secret")
    shop = Shop(settings)
    courier = Running(settings)
    try:
        shop.ask("policy", **POLICY)
        shop.doorman.say("stale", on=False)
        now_ms = shop.clock.monotonic_ms()
        start = {
            "session": "s1",
            "kind": "use",
            "who": "bo",
            "responsible": None,
            "booking": None,
            "view": None,
        }
        start |= {"tap_ms": now_ms, "until_ms": now_ms + 3_600_000, "until": UNTIL, "reason": None}
        assert shop.ask("energise", **start)["msg"] == "ok"
        on_broker.until(lambda plug: plug.on)
        shop.until_relay("closed")
        shop.board.drive(shop.estop, high=True)
        on_broker.until(lambda plug: not plug.on)
        shop.until_relay("open")
    finally:
        courier.end()
        shop.end()
        on_broker.end()


def test_a_printers_word_reaches_the_keeper(tmp_path, run_dir):
    with serving(moonraker("printing")) as url:
        more = f'relay = 17\n\n[busy]\nsensor = "moonraker"\n\n[printer]\nurl = "{url}"\n'
        settings = settings_of(tmp_path, run_dir, more)
        watched = Watched(settings)
        courier = Running(settings)
        try:
            watched.until(lambda seen: seen.busy is True)
        finally:
            courier.end()
            watched.hardware.close()


def test_a_printer_with_a_login_reaches_the_keeper_by_the_name_and_password_of_its_files(tmp_path, run_dir):
    with serving(Prusa("PRINTING", Login("maker", "courier-secret"))) as url:
        more = f'relay = 17\n\n[busy]\nsensor = "prusalink"\n\n[printer]\nurl = "{url}"\n'
        settings = settings_of(tmp_path, run_dir, more + 'user = "maker"\npassword_file = "password"\n')
        watched = Watched(settings)
        courier = Running(settings)
        try:
            watched.until(lambda seen: seen.busy is True)
        finally:
            courier.end()
            watched.hardware.close()


class Desk:
    """The keeper's end, with a courier on paper."""

    def __init__(self, folder):
        self.clock = HandClock()
        self.path = folder / "c"
        self.moved = threading.Condition()
        self.desk = CourierDesk(self.path, frozenset({os.getuid()}), self.clock, switches=True)
        self.desk.on_change(self._changed)
        self.line = self.courier()

    def courier(self):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.settimeout(10)
        line.connect(os.fspath(self.path))
        return line

    def _changed(self):
        with self.moved:
            self.moved.notify_all()

    def says(self, **fields):
        """A report, and the keeper's answer to it."""
        report = {"msg": "report", "v": 1, "n": 1, "plug": None, "busy": None, "power_w": None}
        self.line.send(encode(report | fields))
        return decode(self.line.recv(5000), FROM_KEEPER)

    def end(self):
        self.line.close()
        self.desk.close()


@pytest.fixture
def desk(run_dir):
    made = Desk(run_dir)
    yield made
    made.end()


def test_an_order_is_numbered_and_its_age_told(desk):
    desk.desk.set(closed=True)
    desk.clock.ms += 700
    assert desk.says() == {"msg": "want", "v": 1, "n": 1, "closed": True, "age_ms": 700}


def test_the_same_order_again_is_the_same_order(desk):
    desk.desk.set(closed=True)
    desk.desk.set(closed=True)
    assert desk.says()["n"] == 1


def test_the_plugs_word_of_a_former_order_counts_for_nothing(desk):
    desk.desk.set(closed=True)
    desk.says(n=1, plug="on")
    assert desk.desk.feedback() is True
    desk.desk.set(closed=False)
    assert desk.desk.feedback() is None
    assert desk.line.recv(5000)  # the order itself
    desk.says(n=1, plug="on")
    assert desk.desk.feedback() is None
    desk.says(n=2, plug="off")
    assert desk.desk.feedback() is False


def test_a_plug_is_unconfirmed_two_seconds_after_the_order(desk):
    desk.desk.set(closed=True)
    desk.clock.ms += 1_999
    assert not desk.desk.unconfirmed()
    desk.clock.ms += 1
    assert desk.desk.unconfirmed()
    desk.says(n=1, plug="on")
    assert not desk.desk.unconfirmed()


def test_a_courier_silent_for_more_than_five_seconds_is_a_lost_sensor(desk):
    desk.desk.set(closed=True)
    desk.says(n=1, plug="on", busy=True, power_w=60)
    desk.clock.ms += 5_000
    assert (desk.desk.busy(), desk.desk.power_w(), desk.desk.feedback()) == (True, 60, True)
    desk.clock.ms += 1
    assert (desk.desk.busy(), desk.desk.power_w(), desk.desk.feedback()) == (None, None, None)
    assert desk.desk.unconfirmed()


def test_a_courier_that_leaves_is_a_lost_sensor_at_once(desk):
    desk.says(busy=True)
    desk.line.close()
    with desk.moved:
        assert desk.moved.wait_for(lambda: desk.desk.busy() is None, 10)
    desk.line = desk.courier()


@pytest.mark.parametrize(
    "packet",
    [
        b"{",
        b"[]",
        b'{"msg":"want"}',
        b'{"msg":"report","v":1}',
        b'{"msg":"report","v":2,"n":1,"plug":null,"busy":true,"power_w":null}',
        b'{"msg":"report","v":1,"n":1,"plug":"maybe","busy":true,"power_w":null}',
        b'{"msg":"report","v":1,"n":1,"plug":null,"busy":1,"power_w":null}',
        b'{"msg":"report","v":1,"n":-1,"plug":null,"busy":true,"power_w":null}',
        b"\xff" * 4096,
    ],
)
def test_a_packet_that_is_no_report_says_nothing(desk, packet):
    desk.line.send(packet)
    desk.says(busy=False)  # taken after it: the line lives
    assert desk.desk.busy() is False
