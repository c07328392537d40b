"""How much current flows? Two chips on the I2C bus, read by register; amperes, or OSError.

- INA219 (Texas Instruments SBOS448): a shunt in a low-voltage supply (at most 26 V, never mains).
  Register 0 configuration, 1 shunt voltage (signed, 10 µV a bit). Current = voltage / shunt: no calibration.
- ADS1115 (Texas Instruments SBAS444) with a current clamp across AIN0-AIN1: register 0 conversion (signed),
  1 configuration; at ±2.048 V a bit is 62.5 µV. Alternating current: the root of the mean square about the mean.

Rule: a chip whose configuration is not ours has lost power in between: it is set up anew before it is believed.
"""

import math
from collections.abc import Callable
from typing import Any, Final, Protocol

from node.drivers import Current

CONVERSION, CONFIGURATION = 0, 1  # ADS1115
INA_CONFIGURATION, INA_SHUNT = 0, 1
INA_SETUP: Final = 0x3FFF  # 32 V, ±320 mV, 128 samples averaged (68 ms), shunt and bus continuously
INA_SHUNT_V: Final = 10e-6
ADS_SETUP: Final = 0x04E3  # AIN0-AIN1, ±2.048 V, continuously, 860 samples a second, no comparator
ADS_BUSY_BIT: Final = 0x8000  # reads 1 between conversions, 0 within one: no part of the set-up
ADS_BIT_V: Final = 62.5e-6
ADS_SAMPLES: Final = 86  # 100 ms: five periods of 50 Hz, six of 60 Hz
ADS_PAUSE_US: Final = 1_163  # 1/860 s


class I2c(Protocol):
    """What is needed of a bus; smbus2.SMBus is one. Raises OSError where the chip does not answer."""

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> list[int]:
        """`length` bytes of a register, most significant first."""
        ...

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        """Write them."""
        ...


class Chip:
    """One chip: 16-bit registers, most significant byte first."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus, self._address = bus, address

    def word(self, register: int) -> int:
        """0 to 65535."""
        high, low = self._bus.read_i2c_block_data(self._address, register, 2)
        return high << 8 | low

    def signed(self, register: int) -> int:
        """-32768 to 32767."""
        word = self.word(register)
        return word - 0x10000 if word & 0x8000 else word

    def set_up(self, register: int, setup: int, mask: int = 0xFFFF) -> None:
        """Make sure that the register holds `setup`. Raises OSError when it does not take it."""
        if self.word(register) & mask == setup:
            return
        self._bus.write_i2c_block_data(self._address, register, [setup >> 8, setup & 0xFF])
        if self.word(register) & mask != setup:
            raise OSError(f"the chip at 0x{self._address:02x} does not keep its configuration")


class Ina219:
    """Direct current through a shunt."""

    def __init__(self, bus: I2c, wired: Current) -> None:
        self._chip, self._shunt_ohm = Chip(bus, wired.address), wired.shunt_mohm / 1000

    def amps(self) -> float:
        """The present current, either way. Raises OSError."""
        self._chip.set_up(INA_CONFIGURATION, INA_SETUP)
        return abs(self._chip.signed(INA_SHUNT) * INA_SHUNT_V / self._shunt_ohm)


class Ads1115:
    """Alternating current through a clamp."""

    def __init__(self, bus: I2c, wired: Current, pause_us: Callable[[int], None]) -> None:
        self._chip, self._amps_per_v = Chip(bus, wired.address), wired.ma_per_v / 1000
        self._pause_us = pause_us

    def amps(self) -> float:
        """The effective current over 100 ms. Raises OSError."""
        self._chip.set_up(CONFIGURATION, ADS_SETUP, ~ADS_BUSY_BIT & 0xFFFF)
        volts = []
        for _ in range(ADS_SAMPLES):
            self._pause_us(ADS_PAUSE_US)
            volts.append(self._chip.signed(CONVERSION) * ADS_BIT_V)
        mean = sum(volts) / len(volts)
        return math.sqrt(sum((volt - mean) ** 2 for volt in volts) / len(volts)) * self._amps_per_v


def board_bus(number: int) -> Any:
    """The board's own I2C bus. Raises ImportError where there is no smbus2, OSError where no bus."""
    from smbus2 import SMBus  # noqa: PLC0415 - it is there on a Pi alone ([pi])

    return SMBus(number)
