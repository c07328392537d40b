"""What does an ISO/IEC 14443-3 type A card answer? Its states, bit by bit, from REQA to HLTA.

Bits are tuples of 0 and 1 in the order on the air: the lowest bit of each byte first.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Protocol

Bits = tuple[int, ...]

REQA = 0x26  # wakes idle cards; a short frame of 7 bits
WUPA = 0x52  # wakes halted cards too
HLTA = bytes((0x50, 0x00))
CASCADE_TAG = 0x88  # "my UID goes on at the next level"
LEVELS = (0x93, 0x95, 0x97)  # SEL of the three cascade levels
UID_SIZES = (4, 7, 10)
SHORT_FRAME_BITS = 7
SELECT_BITS = 9 * 8  # SEL, NVB, four bytes, BCC, CRC_A
SAK_CASCADE = 0x04
SAK_DONE = 0x08  # complete, a card of the MIFARE Classic kind


class Hears(Protocol):
    """What the air needs of a card; tests lay torn and mute ones."""

    def hear(self, bits: Bits) -> Bits | None:
        """The answer to one frame, None for silence."""
        ...

    def powered_down(self) -> None:
        """The field went: all is forgotten."""
        ...


class CardState(Enum):
    """The states of 14443-3; whether a card came from HALT decides where a mistake leads."""

    IDLE = "idle"
    READY = "ready"
    ACTIVE = "active"
    HALT = "halt"


def to_bits(octets: Iterable[int]) -> Bits:
    """The bits of some bytes, lowest first."""
    return tuple((octet >> place) & 1 for octet in octets for place in range(8))


def to_bytes(bits: Bits) -> bytes:
    """The bytes of some bits; a last incomplete byte is filled with zeros."""
    chunks = (bits[start : start + 8] for start in range(0, len(bits), 8))
    return bytes(sum(bit << place for place, bit in enumerate(chunk)) for chunk in chunks)


def crc_a(octets: bytes) -> bytes:
    """CRC_A of 14443-3 (polynomial 0x8408 mirrored, start 0x6363), low byte first."""
    crc = 0x6363
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def cascade_parts(uid: bytes) -> list[bytes]:
    """Four bytes for each cascade level of a UID of 4, 7 or 10 bytes."""
    if len(uid) not in UID_SIZES:
        raise ValueError(f"a UID has 4, 7 or 10 bytes, not {len(uid)}")
    parts = []
    while len(uid) > 4:
        parts.append(bytes((CASCADE_TAG,)) + uid[:3])
        uid = uid[3:]
    return [*parts, uid]


class Card:
    """One card in reach of the antenna."""

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self._parts = [part + bytes((part[0] ^ part[1] ^ part[2] ^ part[3],)) for part in cascade_parts(uid)]
        self._state = CardState.IDLE
        self._was_halted = False
        self._level = 0

    @property
    def state(self) -> CardState:
        """Where the card stands."""
        return self._state

    def powered_down(self) -> None:
        """The field went: the card forgets that it was halted."""
        self._state, self._was_halted, self._level = CardState.IDLE, False, 0

    def hear(self, bits: Bits) -> Bits | None:
        """The answer to one frame, None for silence."""
        if len(bits) == SHORT_FRAME_BITS:
            return self._called(to_bytes(bits)[0])
        if self._state is CardState.READY:
            return self._ready(bits)
        if self._state is CardState.ACTIVE:
            self._active(bits)
        return None

    def _called(self, word: int) -> Bits | None:
        if self._state in (CardState.READY, CardState.ACTIVE):
            return self._back()
        if word != WUPA and (word != REQA or self._state is CardState.HALT):
            return None
        self._was_halted = self._state is CardState.HALT
        self._state, self._level = CardState.READY, 0
        return to_bits(((len(self._parts) - 1) << 6 | 0x04, 0x00))  # ATQA: UID size in bits 7 and 8

    def _ready(self, bits: Bits) -> Bits | None:
        head = to_bytes(bits[:16])
        if len(head) < 2 or head[0] != LEVELS[self._level]:
            return self._back()
        if head[1] == 0x70:
            return self._select(bits)
        known = (head[1] >> 4) * 8 + (head[1] & 0x0F) - 16
        part = to_bits(self._parts[self._level])
        if not 0 <= known <= len(part) - 8 or known != len(bits) - 16:
            return self._back()
        if bits[16:] != part[:known]:
            return self._back()
        return part[known:]

    def _select(self, bits: Bits) -> Bits | None:
        frame = to_bytes(bits)
        if (
            len(bits) != SELECT_BITS
            or crc_a(frame[:-2]) != frame[-2:]
            or frame[2:7] != self._parts[self._level]
        ):
            return self._back()
        self._level += 1
        done = self._level == len(self._parts)
        if done:
            self._state = CardState.ACTIVE
        sak = bytes((SAK_DONE if done else SAK_CASCADE,))
        return to_bits(sak + crc_a(sak))

    def _active(self, bits: Bits) -> None:
        if to_bytes(bits) == HLTA + crc_a(HLTA):
            self._state = CardState.HALT
        else:
            self._back()

    def _back(self) -> Bits | None:
        """What is not expected sends a card to sleep without a word."""
        self._state = CardState.HALT if self._was_halted else CardState.IDLE
        self._level = 0
        return None


class Air:
    """The field over the antenna: the cards in it, and what comes back of a frame."""

    def __init__(self) -> None:
        self.cards: list[Hears] = []

    def lay(self, card: Hears) -> None:
        """Bring a card into the field."""
        card.powered_down()
        self.cards = [*self.cards, card]

    def lift(self) -> None:
        """Take every card away."""
        self.cards = []

    def powered_down(self) -> None:
        """The antenna was switched off."""
        for card in self.cards:
            card.powered_down()

    def exchange(self, bits: Bits) -> tuple[Bits, int | None] | None:
        """The bits that come back and the place of the first collision (from 0), None for silence."""
        answers = [answer for card in self.cards if (answer := card.hear(bits)) is not None]
        if not answers:
            return None
        length = max(len(answer) for answer in answers)
        merged = tuple(max(a[place] for a in answers if place < len(a)) for place in range(length))
        clash = (p for p in range(length) if len({a[p] if p < len(a) else None for a in answers}) > 1)
        return merged, next(clash, None)
