"""How is one badge read with the mfrc522 package and without its faults? A fenced subclass.

What is cured: the wait that ignores the chip's timer, the first cascade level alone, REQA that a
halted card ignores, frames cut at 16 bytes, the checksum taken for a part of the id, and the
clean-up of every pin. Nothing here waits but through `pause_us`, and never without a bound.
"""

from collections.abc import Callable
from typing import Any

from node.doorman.reader import iso14443
from node.doorman.reader.iso14443 import Unclear
from node.doorman.reader.pins import BCM, stand_in

_PINS = stand_in()

from mfrc522 import MFRC522  # noqa: E402  it imports RPi.GPIO, which the line above supplies

TIMER_IRQ, RX_IRQ = 0x01, 0x20
ERRORS = 0x1B  # buffer overflow, collision, parity, protocol
ALL_MARKS, FLUSH, START_SEND = 0x7F, 0x80, 0x80
TIMER_AUTO = 0x80
TICK_25_US = 169  # (2 x 169 + 1) / 13.56 MHz
ANSWER_TICKS = 39  # (39 + 1) x 25 us = 1 ms: after that a card is silent (ISO/IEC 14443-3, 6.4.3)
LOOK_US = 500
LOOKS = 8  # 4 ms: then the chip itself is at fault
WUPA, SHORT_FRAME_BITS = 0x52, 7
HLTA = iso14443.with_crc(bytes((0x50, 0x00)))
VERSIONS = frozenset({0x88, 0x90, 0x91, 0x92})  # NXP 1.0 and 2.0, FM17522 and its kin
ANTENNA = 0x03


class FencedReader(MFRC522):
    """One MFRC522 on SPI: SDA to CE<device>, RST to `reset_pin` (BCM), 3.3 V alone."""

    MAX_LEN = 64  # the chip's FIFO

    def __init__(self, bus: int, device: int, reset_pin: int, *, pause_us: Callable[[int], None]) -> None:
        self._pause_us = pause_us
        super().__init__(bus=bus, device=device, pin_mode=BCM, pin_rst=reset_pin)
        self.logger.handlers.clear()  # the package adds one more to a shared logger each time

    def MFRC522_Init(self) -> None:  # noqa: N802  the package's name
        """Reset, then a timer that says after 1 ms that nobody answered."""
        super().MFRC522_Init()
        self.Write_MFRC522(self.TModeReg, TIMER_AUTO)
        self.Write_MFRC522(self.TPrescalerReg, TICK_25_US)
        self.Write_MFRC522(self.TReloadRegH, 0)
        self.Write_MFRC522(self.TReloadRegL, ANSWER_TICKS)
        self.Write_MFRC522(self.CollReg, 0x80)

    def Close_MFRC522(self) -> None:  # noqa: N802  the package's name
        """Close the bus and give back the reset pin, no other."""
        self.AntennaOff()
        self.spi.close()
        _PINS.cleanup()

    def MFRC522_ToCard(self, _command: int, sendData: Any) -> tuple[int, list[int], int]:  # noqa: N802, N803
        """The package's own call, with a bounded wait; MI_NOTAGERR when nobody answers."""
        try:
            answer = self._exchange(bytes(sendData), self.Read_MFRC522(self.BitFramingReg) & 0x07)
        except Unclear:
            return self.MI_ERR, [], 0
        if answer is None:
            return self.MI_NOTAGERR, [], 0
        return self.MI_OK, list(answer), len(answer) * 8

    def alive(self) -> bool:
        """Whether the chip answers; one that lost its settings in a dip of the supply is set up again."""
        if self.Read_MFRC522(self.VersionReg) not in VERSIONS:
            return False
        if not self._settled():
            self.MFRC522_Init()
        return self._settled() and self.Read_MFRC522(self.VersionReg) in VERSIONS

    def _settled(self) -> bool:
        """Whether it holds what was set: a bus that says anything says this right by chance hardly ever."""
        kept = tuple(self.Read_MFRC522(register) for register in (self.TPrescalerReg, self.TReloadRegL))
        return kept == (TICK_25_US, ANSWER_TICKS) and (
            self.Read_MFRC522(self.TxControlReg) & ANTENNA == ANTENNA
        )

    def read_uid(self) -> bytes | None:
        """The UID of the one card in the field (4, 7 or 10 bytes), None when there is none.

        Raises Unclear when the answer is torn, wrong or of several cards at once.
        """
        called = self._exchange(bytes((WUPA,)), SHORT_FRAME_BITS)
        if called is None:
            return None
        if len(called) != 2:
            raise Unclear("bad ATQA")
        uid = self._climb()
        self._exchange(HLTA, 0)
        return uid

    def _climb(self) -> bytes:
        uid = b""
        for level in iso14443.LEVELS:
            part = iso14443.checked_part(self._ask(bytes((level, iso14443.ANTICOLLISION))))
            frame = iso14443.with_crc(bytes((level, iso14443.SELECT)) + part)
            sak = iso14443.checked_sak(self._ask(frame))
            uid += iso14443.uid_bytes(part, sak)
            if not sak & iso14443.SAK_CASCADE:
                return uid
        raise Unclear("a fourth cascade level")

    def _ask(self, frame: bytes) -> bytes:
        answer = self._exchange(frame, 0)
        if answer is None:
            raise Unclear("the card fell silent")
        return answer

    def _exchange(self, frame: bytes, last_bits: int) -> bytes | None:
        """Send one frame; the bytes that come back, None for silence, Unclear for noise."""
        self.Write_MFRC522(self.CommandReg, self.PCD_IDLE)
        self.Write_MFRC522(self.CommIrqReg, ALL_MARKS)
        self.Write_MFRC522(self.FIFOLevelReg, FLUSH)
        self.spi.xfer2([self.FIFODataReg << 1, *frame])
        self.Write_MFRC522(self.CommandReg, self.PCD_TRANSCEIVE)
        self.Write_MFRC522(self.BitFramingReg, START_SEND | last_bits)
        if not self._heard():
            return None
        if self.Read_MFRC522(self.ErrorReg) & ERRORS or self.Read_MFRC522(self.ControlReg) & 0x07:
            raise Unclear("noise or several cards")
        count = min(self.Read_MFRC522(self.FIFOLevelReg), self.MAX_LEN)
        address = self.FIFODataReg << 1 | 0x80
        return bytes(self.spi.xfer2([address] * count + [0])[1:])

    def _heard(self) -> bool:
        for _ in range(LOOKS):
            self._pause_us(LOOK_US)
            marks = self.Read_MFRC522(self.CommIrqReg)
            if marks & RX_IRQ:
                return True
            if marks & TIMER_IRQ:
                return False
        return False
