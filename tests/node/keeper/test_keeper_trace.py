"""Edge by edge at the relay's own pin: every start, stop, cut, crash and signal, for both kinds of relay board.

The law: each edge on stands behind a journalled power-on, each edge off has its power-off and its cause
in the journal, and there is no third kind of edge.
"""

import dataclasses

import pytest
from gpiozero.pins.mock import MockFactory

from core.interlock import StopNow
from core.vocabulary import StopReason
from node.keeper.hardware import GpioHardware
from node.settings import INPUTS, OUTPUTS, Line
from tests.node.keeper.rig import FINE, LASER, PRINTER, Rig, Wires

RELAY = 17


class PinWires(Wires):
    """The hand's contacts, and a real relay line on a mock board; `edges` is what the pin did."""

    def __init__(self, journal_of, active_high):
        super().__init__(journal_of)
        self._high = active_high
        self.factory = MockFactory()
        usual = OUTPUTS | INPUTS
        pins = {"relay": Line(RELAY, active_high), "estop": Line(5, usual["estop"])}
        self.hardware = GpioHardware(pins, self.factory)
        self.line = self.factory.pin(RELAY)
        self.line.clear_states()  # how the line is claimed is told in test_keeper_pins
        self.journals = []

    def set_relay(self, closed):
        before = self.on
        self.hardware.set_relay(closed=closed)
        super().set_relay(closed)
        if self.on is not before:
            self.journals.append((self.on, self._journal_of()))

    @property
    def on(self):
        return bool(self.line.state) is self._high

    @property
    def edges(self):
        levels = [bool(entry.state) is self._high for entry in self.line.states]
        return [now for before, now in zip([False, *levels], levels, strict=False) if now is not before]


class PinRig(Rig):
    """A keeper whose relay is a pin."""

    def __init__(self, folder, policy=LASER, clock=None, contacts=FINE, *, active_high=True):
        self.high = active_high
        super().__init__(folder, policy, clock, contacts)

    def make_wires(self):
        return PinWires(self.types, self.high)

    def again(self):
        self.wires.hardware.close()
        self.store.close()
        self.clock.ms += 10_000
        return PinRig(self.folder, clock=self.clock, active_high=self.high)


def powered(rig):
    rig.energise()
    rig.pass_s(45)


def busy(rig):
    powered(rig)
    rig.set(busy=True)


def stop_button(rig):
    powered(rig)
    rig.set(stop=True)
    rig.pass_s(31)


def lease_end(rig):
    busy(rig)
    rig.pass_s(3600)
    rig.set(busy=False)
    rig.pass_s(31)


def cap_cut(rig):
    rig.keeper.policy = dataclasses.replace(rig.keeper.policy, at_cap="cut")
    busy(rig)
    rig.stop()
    rig.pass_s(1201)


def handed_over(rig):
    powered(rig)
    rig.energise("s2", who="ann", msg="handover")
    rig.pass_s(100)
    rig.stop("badge-out", "s2")
    rig.pass_s(31)


def extended(rig):
    powered(rig)
    rig.ask(
        "extend", session="s1", until_ms=rig.clock.ms + 7_200_000, until="2026-11-24T12:00:00.000Z", by="bo"
    )
    rig.pass_s(3700)
    assert rig.wires.on
    rig.stop()
    rig.pass_s(31)


def maintained(rig):
    rig.ask("lock", lock="k1", kind="lockout", owner="max", by="max", reason=None)
    rig.energise("m1", who="max", kind="maintenance")
    rig.pass_s(46)
    assert rig.wires.on
    rig.ask("lift", lock="k1", by="max", reason=None)


def signal(rig):
    busy(rig)
    rig.keeper.feed(StopNow(None, StopReason.INTERRUPTED, "keeper"))
    rig.wires.set_relay(closed=False)


def stop_now(rig):
    busy(rig)
    rig.ask("stop-now", session="s1", reason="staff-stop", by="max")


def cut_by(contact, wait_s, *, value):
    def cut(rig):
        busy(rig)
        rig.set(**{contact: value})
        rig.pass_s(wait_s)

    cut.__name__ = f"{contact}_{value}"
    return cut


STORIES = [
    stop_button,
    lease_end,
    cap_cut,
    handed_over,
    extended,
    maintained,
    signal,
    stop_now,
    cut_by("estop", 0, value=True),
    cut_by("estop", 0, value=None),
    cut_by("bypass", 0, value=True),
    cut_by("report", 0, value=True),
    cut_by("extraction_ok", 3, value=False),
    cut_by("extraction_ok", 3, value=None),
    cut_by("feedback", 3, value=False),
]


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_one_edge_on_behind_its_record_and_one_off_with_its_cause(tmp_path, story, active_high):
    rig = PinRig(tmp_path, active_high=active_high).with_doorman()
    story(rig)
    assert rig.wires.edges == [True, False]
    (_, at_on), (_, at_off) = rig.wires.journals
    assert at_on[-1] == "power-on"
    assert "session-start" in at_on
    assert len(rig.types()) > len(at_off)  # the relay opened before anything was written about it
    assert {"power-off", "session-end"} <= set(rig.types()[len(at_off) :])
    assert rig.types().count("session-start") == rig.types().count("session-end")


@pytest.mark.parametrize("active_high", [True, False])
def test_a_crash_gives_the_line_back_and_the_next_keeper_opens_it_again_and_starts_nothing(
    tmp_path, active_high
):
    rig = PinRig(tmp_path, active_high=active_high).with_doorman()
    busy(rig)
    back = rig.again()
    assert rig.wires.edges == [True, False]
    back.pass_s(400)
    assert back.wires.edges == []
    assert back.types().count("session-end") == 1


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("inhibit", ["estop", "bypass", "report"])
def test_what_comes_before_the_pre_run_is_over_leaves_the_pin_alone(tmp_path, inhibit, active_high):
    rig = PinRig(tmp_path, active_high=active_high).with_doorman()
    rig.energise()
    rig.pass_s(44)
    rig.set(**{inhibit: True})
    rig.pass_s(300)
    assert rig.wires.edges == []


@pytest.mark.parametrize("refused", ["late", "locked", "repeated", "stale", "expired"])
def test_a_refused_start_moves_no_pin(tmp_path, refused):
    rig = PinRig(tmp_path, policy=PRINTER).with_doorman()
    if refused == "locked":
        rig.ask("lock", lock="k1", kind="lockout", owner="max", by="max", reason=None)
    if refused == "stale":
        rig.say("stale", on=True)
    if refused == "repeated":
        rig.energise()
        rig.ask("stop-now", session="s1", reason="badge-out", by="bo")
        rig.pass_s(1)
    before = len(rig.wires.edges)
    others = {"late": {"tap_ms": rig.clock.ms - 5001}, "expired": {"until_ms": rig.clock.ms}}.get(refused, {})
    assert rig.energise(**others)["msg"] == "no"
    assert len(rig.wires.edges) == before
