"""Which bytes of a card's answer make its UID, and are they whole? Pure rules of ISO/IEC 14443-3."""

CASCADE_TAG = 0x88
SAK_CASCADE = 0x04
LEVELS = (0x93, 0x95, 0x97)  # SEL of the cascade levels: UIDs of 4, 7 and 10 bytes
ANTICOLLISION = 0x20  # NVB: two bytes sent, none of the UID known
SELECT = 0x70  # NVB: all of the UID known


class Unclear(Exception):  # noqa: N818  nothing broke: the air was noisy
    """Something is in the field, but its answer is torn, doubled or wrong."""


def crc_a(octets: bytes) -> bytes:
    """CRC_A, low byte first (annex B; of 00 00 it is A0 1E)."""
    crc = 0x6363
    for octet in octets:
        low = octet ^ (crc & 0xFF)
        mixed = low ^ (low << 4) & 0xFF
        crc = (crc >> 8) ^ (mixed << 8) ^ (mixed << 3) ^ (mixed >> 4)
    return crc.to_bytes(2, "little")


def with_crc(octets: bytes) -> bytes:
    """A frame with its CRC_A."""
    return octets + crc_a(octets)


def checked_part(answer: bytes) -> bytes:
    """The five bytes of an anticollision answer, their BCC proved; else Unclear."""
    if len(answer) != 5 or answer[0] ^ answer[1] ^ answer[2] ^ answer[3] != answer[4]:
        raise Unclear("bad BCC")
    return answer


def checked_sak(answer: bytes) -> int:
    """The SAK of a SELECT answer, its CRC_A proved; else Unclear."""
    if len(answer) != 3 or crc_a(answer[:1]) != answer[1:]:
        raise Unclear("bad CRC_A")
    return answer[0]


def uid_bytes(part: bytes, sak: int) -> bytes:
    """What this level adds to the UID: three bytes behind a cascade tag, else four."""
    if not sak & SAK_CASCADE:
        return part[:4]
    if part[0] != CASCADE_TAG:
        raise Unclear("cascade without its tag")
    return part[1:4]
