"""What can be wrong with a card in the air? Cards that answer late, torn, falsely or not at all.

Each is a real `Card` with one thing broken, so that a reader meets it in the middle of its work; two cards
at once need no model: lay two.
"""

from collections.abc import Callable
from enum import Enum

from loquet.models.card import WUPA, Bits, Card, to_bits, to_bytes


class Fault(Enum):
    """What is broken."""

    WRONG_BCC = "wrong bcc"
    WRONG_CRC = "wrong crc"
    MUTE = "mute"
    TORN = "torn"
    SILENT_AFTER_CALL = "silent after call"
    OTHER_UID_EACH_TIME = "other uid each time"


ANTICOLLISION_BITS, SAK_BITS = 40, 24


class FaultyCard(Card):
    """A card with one fault, for `times` answers of the kind that it spoils; None: always."""

    def __init__(self, uid: bytes, fault: Fault, times: int | None = None) -> None:
        super().__init__(uid)
        self.fault, self.spoiled = fault, 0
        self._times = times
        self._last = uid[-1]

    def hear(self, bits: Bits) -> Bits | None:
        """The answer, spoiled."""
        if self.fault is Fault.OTHER_UID_EACH_TIME and bits == to_bits((WUPA,))[:7]:
            self._last = (self._last + 1) & 0xFF
            super().__init__(self.uid[:-1] + bytes((self._last,)))
        answer = super().hear(bits)
        if answer is None or not self._wants(len(answer)):
            return answer
        self.spoiled += 1
        return _SPOILED[self.fault](answer)

    def _wants(self, length: int) -> bool:
        if self._times is not None and self.spoiled >= self._times:
            return False
        lengths = _LENGTHS.get(self.fault)
        return lengths is None or length in lengths


def _broken_last_byte(answer: Bits) -> Bits:
    """The BCC is the fifth byte, the CRC the last two: either is spoiled in its last."""
    octets = to_bytes(answer)
    return to_bits(octets[:-1] + bytes((octets[-1] ^ 0x55,)))


_LENGTHS = {
    Fault.WRONG_BCC: (ANTICOLLISION_BITS,),
    Fault.WRONG_CRC: (SAK_BITS,),
    Fault.SILENT_AFTER_CALL: (ANTICOLLISION_BITS,),
    Fault.OTHER_UID_EACH_TIME: (),
}
_SPOILED: dict[Fault, Callable[[Bits], Bits | None]] = {
    Fault.WRONG_BCC: _broken_last_byte,
    Fault.WRONG_CRC: _broken_last_byte,
    Fault.MUTE: lambda _: None,
    Fault.SILENT_AFTER_CALL: lambda _: None,
    Fault.TORN: lambda answer: answer[: len(answer) * 2 // 3],
    Fault.OTHER_UID_EACH_TIME: lambda answer: answer,
}
