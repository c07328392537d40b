"""The relay's own line, edge by edge: on gpiozero's mock, and on lgpio as the board has it."""

import importlib
import sys
import types

import pytest
from gpiozero.pins.local import LocalPiFactory
from gpiozero.pins.mock import MockFactory

from node.keeper.hardware import GpioHardware
from node.settings import INPUTS, OUTPUTS, Line

NUMBERS = {"relay": 17, "extraction": 27, "estop": 5, "stop": 6, "extend": 13, "report": 19}
NUMBERS |= {"extraction_ok": 26, "feedback": 16, "bypass": 20, "busy": 21}


def wired(**polarity):
    usual = OUTPUTS | INPUTS | polarity
    return {name: Line(pin, usual[name]) for name, pin in NUMBERS.items()}


class NotReadError(Exception):
    """lgpio's own, which is no OSError."""


class Board:
    """A fake lgpio: the level of every driven line, in order."""

    SET_PULL_NONE = SET_PULL_UP = SET_PULL_DOWN = 0
    BOTH_EDGES, RISING_EDGE, FALLING_EDGE = 3, 1, 2
    error = NotReadError

    def __init__(self):
        self.levels = {}
        self.trace = []
        self.unreadable = set()

    def gpiochip_open(self, chip):
        return chip

    def gpiochip_close(self, handle):
        self.trace.append("released")
        self.levels.clear()

    def gpio_claim_input(self, handle, number, flags=0):
        if self.levels.pop(number, None) is not None:
            self.trace.append((number, "floats"))

    def gpio_claim_output(self, handle, number, level=0):
        self.gpio_write(handle, number, level)

    def gpio_write(self, handle, number, level):
        self.levels[number] = bool(level)
        self.trace.append((number, bool(level)))

    def gpio_read(self, handle, number):
        if number in self.unreadable:
            raise NotReadError("bad chip")
        return int(self.levels.get(number, True))

    def gpio_get_mode(self, handle, number):
        return 2 if number in self.levels else 0

    def gpio_free(self, handle, number):
        self.gpio_claim_input(handle, number)

    def gpio_set_debounce_micros(self, handle, number, span):
        pass

    def gpio_claim_alert(self, *arguments):
        pass

    def callback(self, *arguments):
        return types.SimpleNamespace(cancel=lambda: None)


@pytest.fixture
def board(monkeypatch):
    """lgpio's place taken; gpiozero's and our modules over it loaded anew."""
    fake = Board()
    module = types.ModuleType("lgpio")
    for name in dir(fake):
        if not name.startswith("__"):
            setattr(module, name, getattr(fake, name))
    monkeypatch.setitem(sys.modules, "lgpio", module)
    for name in ("gpiozero.pins.lgpio", "node.keeper.hardware.steady"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    fake.factory = importlib.import_module("gpiozero.pins.lgpio").LGPIOFactory
    monkeypatch.setattr(fake.factory, "_get_revision", lambda _factory: 0xA02082)  # a Pi 3B
    yield fake
    LocalPiFactory.pins.clear()  # shared by every factory of a process
    for name in ("gpiozero.pins.lgpio", "node.keeper.hardware.steady"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("active_high", [True, False])
def test_on_the_board_the_relay_is_driven_open_at_claim_and_stays_so_until_the_process_ends(
    board, active_high
):
    hardware = GpioHardware(wired(relay=active_high))
    hardware.close()
    hardware.close()
    seen = [level for entry in board.trace if entry[0] == 17 for level in entry[1:]]
    assert set(seen) == {not active_high}
    assert board.levels[17] is (not active_high)


def test_gpiozeros_own_pins_would_pulse_an_active_low_relay(board):
    hardware = GpioHardware(wired(relay=False), board.factory())
    hardware.close()
    seen = [level for entry in board.trace if entry[0] == 17 for level in entry[1:]]
    assert False in seen  # claimed low, and low is on
    assert "floats" in seen


def test_a_contact_that_the_board_cannot_read_counts_as_tripped_and_never_as_fine(board):
    hardware = GpioHardware(wired())
    board.unreadable = set(NUMBERS.values()) - {NUMBERS["relay"], NUMBERS["extraction"]}
    seen = hardware.inputs()
    assert (seen.estop, seen.bypass, seen.extraction_ok, seen.busy) == (None, None, None, None)
    assert (seen.stop, seen.report) == (False, False)
    hardware.close()


@pytest.mark.parametrize("active_high", [True, False])
def test_a_start_and_an_end_are_two_edges(board, active_high):
    hardware = GpioHardware(wired(relay=active_high))
    hardware.set_relay(closed=True)
    hardware.set_relay(closed=False)
    hardware.set_relay(closed=True)
    hardware.close()
    hardware.set_relay(closed=True)  # too late: the lines are given back
    levels = [entry[1] is active_high for entry in board.trace if entry[0] == 17]
    assert levels == [False, True, False, True, False]


@pytest.mark.parametrize("active_high", [True, False])
def test_on_the_mock_the_relay_is_closed_only_between_on_and_off(active_high):
    factory = MockFactory()
    hardware = GpioHardware(wired(relay=active_high), factory)
    line = factory.pin(17)
    line.clear_states()
    hardware.set_relay(closed=True)
    hardware.set_relay(closed=False)
    hardware.close()
    assert [bool(entry.state) is active_high for entry in line.states] == [False, True, False]


def drive(factory, name, high):
    pin = factory.pin(NUMBERS[name])
    (pin.drive_high if high else pin.drive_low)()


@pytest.mark.parametrize("name", sorted(INPUTS))
@pytest.mark.parametrize("active_high", [True, False])
def test_each_contact_reads_as_it_is_wired(name, active_high):
    factory = MockFactory()
    hardware = GpioHardware(wired(**{name: active_high}), factory)
    moved = []
    hardware.on_change(lambda: moved.append(name))
    for high in (False, True, False):
        drive(factory, name, high)
        assert getattr(hardware.inputs(), name) is (high is active_high)
    assert moved
    hardware.close()


def test_with_all_cables_cut_the_machine_is_stopped_and_without_air():
    factory = MockFactory()
    hardware = GpioHardware(wired(), factory)  # pull-ups on, nothing connected
    seen = hardware.inputs()
    assert (seen.estop, seen.bypass, seen.extraction_ok) == (True, True, False)
    assert (seen.stop, seen.extend, seen.report, seen.busy) == (False, False, False, False)
    hardware.close()


def test_what_is_not_wired_is_not_invented():
    lines = {name: line for name, line in wired().items() if name in {"relay", "estop"}}
    hardware = GpioHardware(lines, MockFactory())
    seen = hardware.inputs()
    assert (seen.feedback, seen.busy, seen.extraction_ok, seen.bypass) == (None, None, None, False)
    hardware.set_extraction(on=True)
    hardware.close()
