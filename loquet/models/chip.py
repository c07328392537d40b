"""What does an MFRC522 do with what is written to it? Its registers, FIFO, timer and CRC unit.

A model at the level of the SPI bus (NXP MFRC522 data sheet, rev 3.9), behind the three names of
`spidev` that the mfrc522 package uses. Chip time passes with transfers and with `pass_us` alone,
so that every run is the same; nothing here waits.
"""

import sys
from random import Random
from threading import RLock
from types import ModuleType

from loquet.models.card import Air, Bits, crc_a, to_bits, to_bytes

COMMAND, COM_IRQ, DIV_IRQ, ERROR = 0x01, 0x04, 0x05, 0x06
STATUS1, STATUS2, FIFO_DATA, FIFO_LEVEL, CONTROL = 0x07, 0x08, 0x09, 0x0A, 0x0C
BIT_FRAMING, COLL, TX_CONTROL = 0x0D, 0x0E, 0x14
CRC_HIGH, CRC_LOW = 0x21, 0x22
T_MODE, T_PRESCALER, T_RELOAD_HIGH, T_RELOAD_LOW, VERSION = 0x2A, 0x2B, 0x2C, 0x2D, 0x37

IDLE, CALC_CRC, TRANSMIT, TRANSCEIVE, SOFT_RESET = 0x00, 0x03, 0x04, 0x0C, 0x0F
TX_IRQ, RX_IRQ, IDLE_IRQ, ERR_IRQ, TIMER_IRQ = 0x40, 0x20, 0x10, 0x02, 0x01
CRC_IRQ = 0x04
COLLISION, OVERFLOW = 0x08, 0x10
START_SEND, FLUSH = 0x80, 0x80
TIMER_AUTO = 0x80
READ_ONLY = frozenset({VERSION, ERROR, STATUS1, CRC_HIGH, CRC_LOW})
FIFO_BYTES = 64
VERSION_2 = 0x92
TRANSFER_US = 20  # two bytes at 1 MHz and the driver's call
BIT_US = 9.44  # 128 / 13.56 MHz: 106 kbit/s
FRAME_DELAY_US = 87  # 1172 / 13.56 MHz: a card's answer begins exactly then
AFTER_RESET = {COMMAND: 0x20, COM_IRQ: 0x14, TX_CONTROL: 0x80, VERSION: VERSION_2, COLL: 0x80}


class Chip:
    """One reader chip with its antenna; `air` holds the cards."""

    def __init__(self) -> None:
        self.air = Air()
        self.transfers = 0
        self.mute = False  # the cable is cut: reads give 0, writes are lost
        self.noise: Random | None = None  # a bus that says anything: a loose wire, a foreign chip select
        self.lock = RLock()
        self._now_us = 0.0
        self._reset()

    def _reset(self) -> None:
        self._registers = bytearray(64)
        for register, level in AFTER_RESET.items():
            self._registers[register] = level
        self._fifo = bytearray()
        self._timer_due_us: float | None = None
        self._answer: tuple[float, bytes, int, int | None] | None = None

    def brown_out(self) -> None:
        """A dip of the supply: everything set before is lost, the antenna is off."""
        with self.lock:
            self.air.powered_down()
            self._reset()

    def pass_us(self, span_us: int) -> None:
        """Let chip time go by."""
        with self.lock:
            self._now_us += span_us

    def transfer(self, octets: list[int]) -> list[int]:
        """One SPI transfer: the bytes out, the bytes back."""
        with self.lock:
            self.transfers += 1
            self._now_us += TRANSFER_US
            if self.mute:
                return [0] * len(octets)
            if self.noise is not None:
                return [self.noise.randrange(256) for _ in octets]
            self._settle()
            if octets[0] & 0x80:
                return [0, *(self._read((octet >> 1) & 0x3F) for octet in octets[:-1])]
            for octet in octets[1:]:
                self._write((octets[0] >> 1) & 0x3F, octet)
            return [0] * len(octets)

    def _settle(self) -> None:
        if self._answer is not None and self._now_us >= self._answer[0]:
            self._receive()
        if self._timer_due_us is not None and self._now_us >= self._timer_due_us:
            self._timer_due_us = None
            self._registers[COM_IRQ] |= TIMER_IRQ

    def _read(self, register: int) -> int:
        if register == FIFO_DATA:
            return self._fifo.pop(0) if self._fifo else 0
        if register == FIFO_LEVEL:
            return len(self._fifo)
        return self._registers[register]

    def _write(self, register: int, octet: int) -> None:
        special = {
            FIFO_DATA: self._fill,
            FIFO_LEVEL: self._flush,
            COMMAND: self._command,
            BIT_FRAMING: self._frame,
            TX_CONTROL: self._antenna,
        }.get(register)
        if special is not None:
            special(octet)
        elif register in (COM_IRQ, DIV_IRQ):
            self._mark(register, octet)
        elif register not in READ_ONLY:
            self._registers[register] = octet

    def _flush(self, octet: int) -> None:
        if octet & FLUSH:
            self._fifo.clear()
            self._registers[ERROR] &= ~OVERFLOW

    def _frame(self, octet: int) -> None:
        self._registers[BIT_FRAMING] = octet & 0x77
        if octet & START_SEND and self._registers[COMMAND] & 0x0F == TRANSCEIVE:
            self._transceive()

    def _fill(self, octet: int) -> None:
        if len(self._fifo) >= FIFO_BYTES:
            self._registers[ERROR] |= OVERFLOW
            self._registers[COM_IRQ] |= ERR_IRQ
        else:
            self._fifo.append(octet)

    def _mark(self, register: int, octet: int) -> None:
        marked = octet & 0x7F
        if octet & 0x80:
            self._registers[register] |= marked
        else:
            self._registers[register] &= ~marked & 0x7F

    def _antenna(self, octet: int) -> None:
        if self._registers[TX_CONTROL] & 0x03 and not octet & 0x03:
            self.air.powered_down()
        self._registers[TX_CONTROL] = octet

    def _command(self, octet: int) -> None:
        command = octet & 0x0F
        if command == SOFT_RESET:
            self.air.powered_down()
            self._reset()
            return
        self._registers[COMMAND] = command
        self._answer = None
        if command == CALC_CRC:
            crc = crc_a(bytes(self._fifo))
            self._fifo.clear()
            self._registers[CRC_LOW], self._registers[CRC_HIGH] = crc[0], crc[1]
            self._registers[DIV_IRQ] |= CRC_IRQ
        elif command not in (IDLE, TRANSMIT, TRANSCEIVE):
            self._registers[COMMAND] = IDLE
            self._registers[COM_IRQ] |= IDLE_IRQ

    def _transceive(self) -> None:
        bits = to_bits(self._fifo)
        last = self._registers[BIT_FRAMING] & 0x07
        if last:
            bits = bits[: len(bits) - 8 + last]
        self._fifo.clear()
        self._registers[ERROR] = 0
        self._registers[COM_IRQ] |= TX_IRQ
        sent_us = self._now_us + len(bits) * BIT_US
        powered = self._registers[TX_CONTROL] & 0x03 == 0x03
        heard = self.air.exchange(bits) if powered and bits else None
        if heard is not None:
            self._answer = self._expect(heard, sent_us)
        elif self._registers[T_MODE] & TIMER_AUTO:
            self._timer_due_us = sent_us + self._timer_us()

    def _expect(self, heard: tuple[Bits, int | None], sent_us: float) -> tuple[float, bytes, int, int | None]:
        bits, clash = heard
        align = (self._registers[BIT_FRAMING] >> 4) & 0x07
        shifted = (0,) * align + bits
        arrives_us = sent_us + FRAME_DELAY_US + len(bits) * BIT_US
        return arrives_us, to_bytes(shifted), len(shifted) % 8, None if clash is None else clash + align

    def _receive(self) -> None:
        if self._answer is None:
            return
        _, octets, last_bits, clash = self._answer
        self._answer, self._timer_due_us = None, None
        for octet in octets:
            self._fill(octet)
        self._registers[CONTROL] = last_bits
        self._registers[COM_IRQ] |= RX_IRQ
        self._registers[COLL] = self._registers[COLL] & 0x80 | 0x20
        if clash is not None:
            self._registers[ERROR] |= COLLISION
            self._registers[COM_IRQ] |= ERR_IRQ
            self._registers[COLL] = self._registers[COLL] & 0x80 | (clash + 1) & 0x1F

    def _timer_us(self) -> float:
        """The timer's span: (2 x prescaler + 1) x (reload + 1) / 13.56 MHz."""
        prescaler = (self._registers[T_MODE] & 0x0F) << 8 | self._registers[T_PRESCALER]
        reload = self._registers[T_RELOAD_HIGH] << 8 | self._registers[T_RELOAD_LOW]
        return (2 * prescaler + 1) * (reload + 1) / 13.56


class SpiDev:
    """The names of `spidev.SpiDev` that mfrc522 uses, on a chip of ours."""

    chip: Chip

    def __init__(self) -> None:
        self.max_speed_hz = 0

    def open(self, bus: int, device: int) -> None:
        """Open the bus; the model has one chip whatever the numbers."""

    def xfer2(self, octets: list[int]) -> list[int]:
        """One transfer with chip select held."""
        return self.chip.transfer(octets)

    def close(self) -> None:
        """Close the bus."""


def plug_in(chip: Chip) -> None:
    """Put the chip behind `import spidev`; to be called before the reader is made."""
    module = sys.modules.get("spidev")
    if module is None or not getattr(module, "modelled", False):
        module = ModuleType("spidev", "a model of spidev: loquet.models.chip")
        module.__dict__["modelled"] = True
        sys.modules["spidev"] = module
    module.__dict__["SpiDev"] = type("SpiDev", (SpiDev,), {"chip": chip})
