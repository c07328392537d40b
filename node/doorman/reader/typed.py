"""Which badge did a reader type? Hexadecimal or decimal, in the card's order of bytes or turned round. Pure."""

from dataclasses import dataclass
from typing import Final

FORMATS: Final = ("hex", "hex-reversed", "decimal", "decimal-reversed")
LENGTHS: Final = (4, 7, 10)  # ISO/IEC 14443-3: single, double and triple size


@dataclass(frozen=True)
class Format:
    """How a reader writes; `length` None takes any of 4, 7 and 10 bytes (hexadecimal alone says which)."""

    kind: str
    length: int | None = None


def uid_of(line: str, written: Format) -> bytes | None:
    """The UID in one typed line; None when it is none."""
    radix, _, turned = written.kind.partition("-")
    uid = _from_hex(line) if radix == "hex" else _from_decimal(line, written.length or LENGTHS[0])
    if uid is None or len(uid) not in LENGTHS or (written.length is not None and len(uid) != written.length):
        return None
    return uid[::-1] if turned else uid


def _from_hex(line: str) -> bytes | None:
    if not line or len(line) % 2 or not set(line) <= set("0123456789abcdefABCDEF"):
        return None
    return bytes.fromhex(line)


def _from_decimal(line: str, length: int) -> bytes | None:
    """A number fills its bytes from the right: leading zeros are not told apart from none."""
    if not line or not set(line) <= set("0123456789"):
        return None
    number = int(line)
    return number.to_bytes(length, "big") if number < 1 << (8 * length) else None
