"""Busy by current: the two chips as their data sheets describe them, on a simulated bus."""

import pytest

from loquet.models.i2c import Ads1115Model, Bus, Ina219Model
from node.drivers import Current
from node.keeper.hardware.current import Ads1115, Ina219
from node.keeper.hardware.sampling import BusyByCurrent, by_current
from tests.node.keeper.rig import HandClock

INA = Current("ina219", 1, 0x40, threshold_ma=500, shunt_mohm=100, ma_per_v=30_000)
ADS = Current("ads1115", 1, 0x48, threshold_ma=500, shunt_mohm=100, ma_per_v=30_000)


def no_pause(span_us):
    """The model has its sample ready at once."""


def wired(chip, address):
    bus = Bus()
    bus.plug(address, chip)
    return bus


@pytest.mark.parametrize("amps", [0.0, 0.001, 0.5, 2.5, 3.2, -1.5])
def test_an_ina219_tells_the_current_through_its_shunt(amps):
    chip = Ina219Model(shunt_ohm=0.1)
    chip.amps = amps
    assert Ina219(wired(chip, 0x40), INA).amps() == pytest.approx(abs(amps), abs=0.0001)


def test_an_ina219_beyond_its_range_still_says_much():
    chip = Ina219Model()
    chip.amps = 40.0
    assert Ina219(wired(chip, 0x40), INA).amps() == pytest.approx(3.2, abs=0.001)


@pytest.mark.parametrize("amps", [0.0, 0.2, 1.0, 8.0, 30.0])
def test_an_ads1115_tells_the_effective_current_of_its_clamp_whatever_its_offset(amps):
    chip = Ads1115Model(amps_per_v=30.0, offset_v=0.02)
    chip.amps = amps
    assert Ads1115(wired(chip, 0x48), ADS, no_pause).amps() == pytest.approx(amps, rel=0.02, abs=0.01)


@pytest.mark.parametrize(
    ("chip", "make", "address"),
    [
        (Ina219Model(), lambda bus: Ina219(bus, INA), 0x40),
        (Ads1115Model(), lambda bus: Ads1115(bus, ADS, no_pause), 0x48),
    ],
    ids=["ina219", "ads1115"],
)
def test_a_chip_whose_supply_dipped_is_set_up_anew(chip, make, address):
    meter = make(wired(chip, address))
    chip.amps = 1.0
    before = meter.amps()
    chip.brown_out()
    assert meter.amps() == pytest.approx(before, rel=0.02)


def test_a_bus_that_reads_all_ones_is_no_sensor():
    chip = Ina219Model()
    chip.read = lambda _: 0xFFFF
    with pytest.raises(OSError, match="configuration"):
        Ina219(wired(chip, 0x40), INA).amps()


class Meter:
    """Says what it is told to."""

    def __init__(self):
        self.now = 0.0

    def amps(self):
        if self.now is None:
            raise OSError(121, "Remote I/O error")
        return self.now


@pytest.fixture
def sensed():
    meter, clock = Meter(), HandClock()
    sensor = BusyByCurrent(lambda: meter, 500, clock)
    sensor.close()  # looked at by hand from here on
    sensor.meter, sensor.clock = meter, clock
    return sensor


@pytest.mark.parametrize(("amps", "busy"), [(0.499, False), (0.5, True), (3.0, True)])
def test_it_is_busy_from_the_threshold_on(sensed, amps, busy):
    sensed.meter.now = amps
    sensed.look()
    assert sensed.busy() is busy


@pytest.mark.parametrize(("amps", "busy"), [(0.4, True), (0.399, False)])
def test_it_is_idle_again_only_below_four_fifths(sensed, amps, busy):
    for now in (1.0, amps):
        sensed.meter.now = now
        sensed.look()
    assert sensed.busy() is busy


def test_a_chip_that_does_not_answer_is_a_lost_sensor_at_once_and_heals(sensed):
    moved = []
    sensed.on_change(lambda: moved.append(sensed.busy()))
    for now in (1.0, None, 1.0):
        sensed.meter.now = now
        sensed.look()
    assert moved == [True, None, True]


def test_a_thread_that_has_stopped_looking_is_a_lost_sensor(sensed):
    sensed.meter.now = 1.0
    sensed.look()
    sensed.clock.ms += 2_000
    assert sensed.busy() is True
    sensed.clock.ms += 1
    assert sensed.busy() is None


@pytest.mark.parametrize(("current", "chip"), [(INA, Ina219Model()), (ADS, Ads1115Model())])
def test_as_wired_the_sensor_looks_by_itself(current, chip):
    bus = wired(chip, current.address)
    chip.amps = 2.0
    sensor = by_current(current, HandClock(), lambda _: bus)
    sensor.close()
    assert sensor.busy() is True


def test_a_board_without_the_bus_library_is_a_lost_sensor():
    def open_bus(number):
        raise ImportError("smbus2")

    sensor = by_current(INA, HandClock(), open_bus)
    sensor.close()
    assert sensor.busy() is None
