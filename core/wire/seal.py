"""Is this message from the one who shares our secret, for this topic, and unchanged?

The work is done in this order: size, mac in constant time, inflate within a bound, parse.
Nothing that was not sealed by the other side reaches zlib or the JSON parser's second call.
"""

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.wire import codec
from core.wire.refused import Flaw, Refused

KEY_BYTES = 32
BADGE_KEY_BYTES = 16
KIB = 1024
MOST_UP_BYTES = 256 * KIB  # the hub drops and counts more (wire.md)
MOST_PACKET_BYTES = 2048 * KIB  # Mosquitto's max_packet_size: one above throws its sender off
MOST_TOPIC_BYTES = 256  # what topic and header take of a packet, generously
MOST_VIEW_BYTES = 8192 * KIB  # inflated: 10,000 members with room (wire.md)
MOST_BODY_BYTES = 256 * KIB  # inflated: every other message
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+")
_LEVEL = 6  # zlib's own default: a better one costs a Pi more time than the network saves
_SMALL_WINDOW, _SMALL_MEMORY = 10, 4  # a window of 1 KiB: 16 µs instead of 100 for an answer, as short
_SMALL_BYTES = 1 << _SMALL_WINDOW


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The four keys made of one node's secret: each use has its own, none opens another's door."""

    down: bytes
    up: bytes
    badge: bytes
    conceal: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Keys":
        """The keys of a 32-byte pairing secret; ValueError for another length."""
        if len(secret) != KEY_BYTES:
            message = f"a node's secret has {KEY_BYTES} bytes"
            raise ValueError(message)
        labels = ("seal down", "seal up", "badge", "conceal")
        return cls(*(derive(secret, label) for label in labels))


def derive(secret: bytes, label: str) -> bytes:
    """The key for one use: HMAC-SHA256(secret, "loquet/v1 " + label)."""
    return hmac.digest(secret, b"loquet/v1 " + label.encode("ascii"), hashlib.sha256)


def seal(key: bytes, topic: str, body: Mapping[str, object]) -> bytes:
    """`body` as the payload to publish on `topic`; ValueError for what JSON cannot say."""
    packed = _text(deflate(codec.encode(body)))
    return b'{"body":"%b","mac":"%b"}' % (packed, _mac(key, topic, packed))


def deflate(raw: bytes) -> bytes:
    """One zlib stream. What fits a small window gets one: a large one costs more to lay out than it saves."""
    if len(raw) > _SMALL_BYTES:
        return zlib.compress(raw, _LEVEL)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _SMALL_WINDOW, _SMALL_MEMORY)
    return packer.compress(raw) + packer.flush()


def unseal(key: bytes, topic: str, payload: bytes, *, most_body_bytes: int) -> dict[str, object]:
    """The body sealed for `topic`; Refused(SEAL, INFLATE or JSON). The caller has looked at the size."""
    try:
        envelope = codec.parse(payload)
    except Refused as error:
        raise Refused(Flaw.SEAL, "no envelope") from error
    packed, mac = envelope.get("body"), envelope.get("mac")
    if not isinstance(packed, str) or not isinstance(mac, str):
        raise Refused(Flaw.SEAL, "no envelope")
    packed_bytes = packed.encode("utf-8")
    if not hmac.compare_digest(_mac(key, topic, packed_bytes), mac.encode("utf-8")):
        raise Refused(Flaw.SEAL, "mac")
    return codec.parse(inflate(_bytes(packed_bytes), most_body_bytes))


def inflate(packed: bytes, most_bytes: int) -> bytes:
    """What `packed` (one whole zlib stream) holds; Refused(INFLATE) past `most_bytes`, never made."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(packed, most_bytes + 1)
    except zlib.error:
        raise Refused(Flaw.INFLATE, "not zlib") from None
    if len(found) > most_bytes:
        raise Refused(Flaw.INFLATE, "a bomb")
    if not unpacker.eof or unpacker.unused_data:
        raise Refused(Flaw.INFLATE, "cut short, or something behind it")
    return found


def badge_key(key: bytes, uid: bytes) -> str:
    """How one node names a card: it tells nobody the UID and is another name at every node."""
    return _text(hmac.digest(key, uid, hashlib.sha256)[:BADGE_KEY_BYTES]).decode("ascii")


def badge_namer(key: bytes) -> Callable[[bytes], str]:
    """`badge_key` under one key, which is worked into the hash once: a tap waits for it.

    RFC 2104: the two halves of HMAC, each with its pad already taken in (a key of ours is shorter than a block).
    """
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inside, outside = (hashlib.sha256(bytes(one ^ pad for one in block)) for pad in (0x36, 0x5C))

    def name(uid: bytes) -> str:
        inner, outer = inside.copy(), outside.copy()
        inner.update(uid)
        outer.update(inner.digest())
        return _text(outer.digest()[:BADGE_KEY_BYTES]).decode("ascii")

    return name


def conceal(key: bytes, nonce: bytes, direction: str, secret: bytes) -> bytes:
    """`secret` (at most 32 bytes) hidden, or found again: XOR with a pad of this nonce and direction.

    One nonce serves once a direction ("up", "down"): two secrets under one pad betray each other.
    """
    pad = hmac.digest(key, nonce + direction.encode("ascii"), hashlib.sha256)
    if len(secret) > len(pad):
        message = f"a secret has at most {len(pad)} bytes"
        raise ValueError(message)
    return bytes(a ^ b for a, b in zip(secret, pad, strict=False))


def hidden(key: bytes, uid: bytes, nonce: str) -> str:
    """A UID on its way up, as `secret` of a question with that nonce: unpadded base64url."""
    return (
        base64.urlsafe_b64encode(conceal(key, nonce.encode("ascii"), "up", uid)).decode("ascii").rstrip("=")
    )


def found(key: bytes, secret: str, nonce: str) -> bytes:
    """The UID in `secret`; ValueError for what is no base64url, or too long."""
    concealed = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return conceal(key, nonce.encode("ascii"), "up", concealed)


def _mac(key: bytes, topic: str, packed: bytes) -> bytes:
    return _text(hmac.digest(key, topic.encode("utf-8") + b"\0" + packed, hashlib.sha256))


def _text(raw: bytes) -> bytes:
    return binascii.b2a_base64(raw, newline=False).translate(_URLSAFE).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        raise Refused(Flaw.INFLATE, "not base64url")
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
