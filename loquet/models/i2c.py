"""What answers on a simulated I2C bus? Register models of an INA219 and an ADS1115, seen from the wires' side.

Written from the chips' data sheets (SBOS448, SBAS444): 16-bit registers, most significant byte first, reset
values, sign and saturation. Nothing of the drivers' arithmetic is used here.
"""

import math
from typing import Protocol


class Chip(Protocol):
    """One chip on the bus."""

    def read(self, register: int) -> int:
        """The 16-bit register."""
        ...

    def write(self, register: int, word: int) -> None:
        """Write it."""
        ...


class Bus:
    """A bus with chips on it, as smbus2.SMBus is used; an unplugged chip does not acknowledge."""

    def __init__(self) -> None:
        self.chips: dict[int, Chip] = {}

    def plug(self, address: int, chip: Chip) -> None:
        """Put a chip at an address."""
        self.chips[address] = chip

    def unplug(self, address: int) -> None:
        """Take it away."""
        self.chips.pop(address, None)

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> list[int]:
        """`length` bytes of a register; OSError (no acknowledge) where there is no chip."""
        word = self._chip(i2c_addr).read(register)
        return [word >> 8, word & 0xFF][:length]

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: list[int]) -> None:
        """Write a register."""
        self._chip(i2c_addr).write(register, data[0] << 8 | data[1])

    def _chip(self, address: int) -> Chip:
        if address not in self.chips:
            raise OSError(121, "Remote I/O error")
        return self.chips[address]


class Ina219Model:
    """An INA219 over a shunt that carries `amps`."""

    RESET = 0x399F

    def __init__(self, shunt_ohm: float = 0.1) -> None:
        self.amps, self._shunt_ohm = 0.0, shunt_ohm
        self._configuration = self.RESET

    def brown_out(self) -> None:
        """Its supply dipped: everything is as at power-on."""
        self._configuration = self.RESET

    def read(self, register: int) -> int:
        """Configuration or shunt voltage, which saturates at the chosen range."""
        if register == 0:
            return self._configuration
        if register == 1:
            range_v = 0.04 * (1 << (self._configuration >> 11 & 3))  # PGA: 40, 80, 160, 320 mV
            volt = max(-range_v, min(range_v, self.amps * self._shunt_ohm))
            return round(volt / 10e-6) & 0xFFFF
        return 0

    def write(self, register: int, word: int) -> None:
        """Only the configuration matters here; its top bit resets the chip."""
        if register == 0:
            self._configuration = self.RESET if word & 0x8000 else word & 0x3FFF


class Ads1115Model:
    """An ADS1115 with a clamp on a wire that carries `amps` (effective) at 50 Hz, with an offset."""

    RESET = 0x8583
    RANGES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
    RATES = (8, 16, 32, 64, 128, 250, 475, 860)

    def __init__(self, amps_per_v: float = 30.0, offset_v: float = 0.01) -> None:
        self.amps, self._amps_per_v, self._offset_v = 0.0, amps_per_v, offset_v
        self._configuration, self._samples = self.RESET, 0

    def brown_out(self) -> None:
        """Its supply dipped."""
        self._configuration = self.RESET

    def read(self, register: int) -> int:
        """The configuration, or the next conversion of the wave."""
        if register == 1:
            return self._configuration
        if register != 0 or self._configuration & 0x0100:  # single-shot mode: nothing is converted
            return 0
        self._samples += 1
        at_s = self._samples / self.RATES[self._configuration >> 5 & 7]
        wave_v = self.amps * math.sqrt(2) / self._amps_per_v * math.sin(2 * math.pi * 50 * at_s)
        range_v = self.RANGES_V[self._configuration >> 9 & 7]
        code = round((wave_v + self._offset_v) / range_v * 32768)
        return max(-32768, min(32767, code)) & 0xFFFF

    def write(self, register: int, word: int) -> None:
        """Bit 15 starts a single conversion and is not kept."""
        if register == 1:
            self._configuration = word & 0x7FFF | 0x8000
