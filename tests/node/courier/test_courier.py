"""A courier between a keeper's orders and a plug that answers as the real one does, on a clock moved by hand."""

import json

import pytest

from node.courier.courier import Courier, Errand
from node.courier.events import CallAnswered, KeeperGone, LinkMoved, PlugSaid, PrinterSaid, Wanted
from node.courier.plug import PlugMemory
from node.courier.plugs import NOTHING
from node.courier.shelly import ShellyGen1, ShellyGen2
from node.courier.tasmota import Tasmota
from node.inbox import Inbox
from tests.node.courier.standins import Gen1Plug, Gen2Plug, HandClock, TasmotaPlug

DEAD_MAN_S = 300
UNKNOWN = {"id": 1, "src": "courier-3dp-1", "method": "Switch.Explode", "params": {"id": 0}}


class Bench:
    """The courier, one plug, and the keeper's word once a second."""

    def __init__(self, dialect, plug, clock):
        self.clock, self.plug, self.dialect = clock, plug, dialect
        self.reports, self.said = [], []
        self.reachable = True
        self.order = None
        self.pending = []
        memory = PlugMemory(dialect, DEAD_MAN_S)
        self.courier = Courier(clock, Inbox(clock), self, Errand(memory, 10, printer=False))
        self.courier.turn(LinkMoved(online=True))

    def report(self, message):
        self.reports.append((self.clock.ms, message))
        return True

    def say(self, topic, payload):
        self.said.append((topic, payload))
        if self.reachable:
            self._deliver(self.plug.take(topic, payload))
        return True

    def call(self, url):
        self.said.append((url, ""))
        if self.reachable:
            answer = self.plug.get(url.removeprefix("http://plug"))
            self.pending.append(CallAnswered(json.dumps(answer)))

    def _deliver(self, messages):
        for topic, payload, kept in messages:
            if topic in self.dialect.topics():
                self.pending.append(PlugSaid(topic, payload, kept))

    def wants(self, closed, age_ms=0):
        n = 1 if self.order is None else self.order.n + 1
        self.order = Wanted(n, closed, age_ms)
        self.turn(self.order)

    def turn(self, item=None):
        self.pending = []
        self.courier.turn(item)
        while self.pending:
            pending, self.pending = self.pending, []
            for one in pending:
                self.courier.turn(one)

    def pass_s(self, seconds, *, keeper=True):
        for quarter in range(int(seconds * 4)):
            self.clock.ms += 250
            if self.plug.tick() and self.reachable:
                self.pending = []
                self._deliver(self.plug.spontaneous())
                for one in self.pending:
                    self.courier.turn(one)
            if keeper and self.order is not None and quarter % 4 == 0:
                self.turn(Wanted(self.order.n, self.order.closed, 60_000))
            else:
                self.turn()

    @property
    def last(self):
        return self.reports[-1][1]


def gen2(clock):
    return Bench(ShellyGen2(Gen2Plug.prefix, "courier-3dp-1", DEAD_MAN_S), Gen2Plug(clock), clock)


def gen1(clock):
    return Bench(ShellyGen1(Gen1Plug.prefix, "http://plug", DEAD_MAN_S), Gen1Plug(clock), clock)


def tasmota(clock):
    return Bench(Tasmota(TasmotaPlug.topic, DEAD_MAN_S), TasmotaPlug(clock), clock)


@pytest.fixture(params=[gen2, gen1, tasmota], ids=lambda make: make.__name__)
def bench(request):
    return request.param(HandClock())


def test_the_plug_goes_on_with_its_own_timer_running_and_the_keeper_is_told_within_two_seconds(bench):
    bench.wants(closed=True)
    bench.pass_s(1.75)
    assert bench.plug.on
    assert bench.plug.ends_ms == pytest.approx(bench.clock.ms + DEAD_MAN_S * 1000, abs=2000)
    assert (bench.last["n"], bench.last["plug"]) == (1, "on")


def test_the_plug_goes_off_when_the_keeper_says_so(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.wants(closed=False)
    bench.pass_s(1)
    assert not bench.plug.on
    assert (bench.last["n"], bench.last["plug"]) == (2, "off")


def test_a_job_of_two_hours_is_never_cut_by_the_plugs_timer(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    for _ in range(120):
        bench.pass_s(60)
        assert bench.plug.on
    assert bench.plug.times_on == 1


def test_a_courier_that_dies_leaves_a_plug_that_ends_by_itself(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.clock.ms += DEAD_MAN_S * 1000
    assert bench.plug.tick()
    assert not bench.plug.on


def test_nothing_is_sent_before_the_keepers_first_word(bench):
    bench.plug.turn(on=True, timer_s=DEAD_MAN_S)
    bench.pass_s(4.75)
    assert bench.said == []
    assert bench.plug.on


def test_a_new_courier_renews_the_timer_of_a_plug_that_is_on(bench):
    bench.plug.turn(on=True, timer_s=DEAD_MAN_S)
    bench.wants(closed=True, age_ms=3_600_000)
    bench.pass_s(DEAD_MAN_S * 2)
    assert bench.plug.on
    assert bench.plug.times_on == 1
    assert bench.last["plug"] == "on"


def test_a_new_courier_never_switches_on_for_an_old_order(bench):
    bench.wants(closed=True, age_ms=5_001)
    bench.pass_s(30)
    assert bench.plug.times_on == 0
    assert bench.last["plug"] == "off"


def test_an_order_is_still_young_after_five_seconds_and_no_longer(bench):
    bench.wants(closed=True, age_ms=4_500)
    bench.pass_s(2)
    assert bench.plug.on


def test_a_plug_that_went_off_by_itself_stays_off_until_another_order(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.plug.turn(on=False)  # somebody pressed its button
    bench.pass_s(60)
    assert not bench.plug.on
    assert bench.last["plug"] == "off"
    bench.wants(closed=False)
    bench.pass_s(1)
    bench.wants(closed=True)
    bench.pass_s(1)
    assert bench.plug.on


def test_a_plug_that_does_not_answer_is_unconfirmed(bench):
    bench.reachable = False
    bench.wants(closed=True)
    bench.pass_s(4)
    assert bench.last["plug"] is None
    assert bench.last["power_w"] is None
    assert bench.last["busy"] is None


def test_a_plug_that_comes_too_late_is_not_switched_on(bench):
    bench.reachable = False
    bench.wants(closed=True)
    bench.pass_s(6)
    bench.reachable = True
    bench.pass_s(10)
    assert bench.plug.times_on == 0


def test_a_plug_that_was_cut_off_while_it_worked_ends_by_itself_and_is_not_restarted(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.reachable = False
    bench.courier.turn(LinkMoved(online=False))
    bench.pass_s(DEAD_MAN_S + 1)
    assert not bench.plug.on
    bench.reachable = True
    bench.courier.turn(LinkMoved(online=True))
    bench.pass_s(30)
    assert bench.plug.times_on == 1
    assert bench.last["plug"] == "off"


def test_a_gap_shorter_than_the_timer_cuts_nothing(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.reachable = False
    bench.courier.turn(LinkMoved(online=False))
    bench.pass_s(DEAD_MAN_S * 0.6)
    bench.reachable = True
    bench.courier.turn(LinkMoved(online=True))
    bench.pass_s(DEAD_MAN_S)
    assert bench.plug.on
    assert bench.plug.times_on == 1


def test_r44_a_plug_whose_mains_fail_in_a_session_stays_off_until_another_order(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    assert bench.plug.on
    bench.plug.cut_mains()
    for online in (False, True):
        bench.courier.turn(LinkMoved(online=online))
    bench.pass_s(30)
    assert bench.plug.times_on == 1
    assert bench.last["plug"] == "off"


def test_r44_a_plug_that_would_come_back_on_by_itself_is_never_switched_on(bench):
    bench.plug.takes_settings = False
    bench.wants(closed=True)
    bench.pass_s(10)
    assert bench.plug.times_on == 0
    assert bench.last["plug"] != "on"


def test_while_the_machine_rests_its_plug_is_made_ready_so_that_a_tap_waits_for_nothing(bench):
    bench.wants(closed=False)
    bench.pass_s(2)
    assert not bench.plug.returns_on
    bench.said.clear()
    bench.wants(closed=True)
    bench.pass_s(1)
    assert bench.plug.on
    assert not any(
        "PowerOnState" in topic or "ettings" in topic or "Config" in said for topic, said in bench.said
    )


def test_an_error_of_the_plug_says_nothing():
    dialect = ShellyGen2(Gen2Plug.prefix, "courier-3dp-1", DEAD_MAN_S)
    (told,) = [
        said for topic, said, _ in Gen2Plug(HandClock()).take("", json.dumps(UNKNOWN)) if "error" in said
    ]
    assert dialect.read("courier-3dp-1/rpc", told) == NOTHING
    assert Tasmota("t", DEAD_MAN_S).read("stat/t/RESULT", '{"Command":"Unknown"}') == NOTHING
    assert ShellyGen1("s", "http://plug", DEAD_MAN_S).answered("401 Unauthorized") == NOTHING


def test_the_plug_goes_off_at_once_when_the_keeper_dies(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.turn(KeeperGone())
    assert not bench.plug.on


def test_the_plug_goes_off_when_the_keeper_is_silent_for_more_than_five_seconds(bench):
    bench.wants(closed=True)
    bench.pass_s(2)
    bench.pass_s(4, keeper=False)  # the last word came 0.75 s before
    assert bench.plug.on
    bench.pass_s(1, keeper=False)
    assert not bench.plug.on


def test_busy_is_the_plugs_own_power_figure(bench):
    bench.wants(closed=True)
    bench.pass_s(5)
    assert (bench.last["power_w"], bench.last["busy"]) == (60, True)
    bench.plug.load_w = 9.0
    bench.pass_s(4)
    assert (bench.last["power_w"], bench.last["busy"]) == (9, False)


def test_a_plug_that_still_draws_three_seconds_after_it_went_off_is_seen(bench):
    bench.wants(closed=True)
    bench.pass_s(5)
    bench.wants(closed=False)
    type(bench.plug).watts = property(lambda _: 60.0)  # its contact has welded
    try:
        bench.pass_s(2)
        assert bench.last["busy"] is not True
        bench.pass_s(8)
        assert bench.last["busy"] is True
    finally:
        del type(bench.plug).watts


def test_what_the_broker_kept_says_nothing_of_now(bench):
    bench.reachable = False
    bench.wants(closed=False)
    for topic, payload, _ in (*bench.plug.hello(), *bench.plug.spontaneous()):
        bench.courier.turn(PlugSaid(topic, payload, kept=True))
    bench.pass_s(3)
    assert bench.last["plug"] is None


@pytest.mark.parametrize(
    "payload", ["", "{", "[]", "null", '{"output": "yes"}', "NaN", '{"result": 7}', "x" * 9999]
)
def test_rubbish_from_the_plug_says_nothing(bench, payload):
    bench.wants(closed=True)
    bench.pass_s(2)
    before = bench.last["plug"]
    for topic in bench.dialect.topics():
        bench.courier.turn(PlugSaid(topic, payload, kept=False))
    assert bench.last["plug"] == before == "on"


def test_tasmota_is_not_switched_on_before_its_timer_is_confirmed():
    bench = tasmota(HandClock())
    bench.plug.take, real = (
        (lambda topic, payload: [] if "PulseTime" in topic else real(topic, payload)),
        (bench.plug.take),
    )
    bench.wants(closed=True)
    bench.pass_s(4)
    assert bench.plug.times_on == 0


def test_a_shelly_that_lost_its_timer_is_not_confirmed():
    bench = gen2(HandClock())
    bench.wants(closed=True)
    bench.pass_s(2)
    real = bench.plug.turn
    bench.plug.turn = lambda on, _timer_s=None: real(on)
    bench.plug.ends_ms = None
    bench.pass_s(4)
    assert bench.last["plug"] is None


class Printing:
    """A courier whose only errand is a printer."""

    def __init__(self):
        self.clock = HandClock()
        self.reports = []
        self.courier = Courier(self.clock, Inbox(self.clock), self, Errand(None, None, printer=True))

    def report(self, message):
        self.reports.append(message)
        return True


def test_a_printer_is_busy_idle_or_lost_as_its_server_says():
    printing = Printing()
    for busy in (True, False, None):
        printing.courier.turn(PrinterSaid(busy))
        assert printing.reports[-1]["busy"] is busy


def test_a_printer_that_has_not_been_heard_for_more_than_ten_seconds_is_lost():
    printing = Printing()
    printing.courier.turn(PrinterSaid(busy=False))
    printing.clock.ms += 10_000
    printing.courier.turn(None)
    assert printing.reports[-1]["busy"] is False
    printing.clock.ms += 1
    printing.courier.turn(None)
    assert printing.reports[-1]["busy"] is None
