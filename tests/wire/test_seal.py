"""Does only the one who shares our secret get through, for this topic, unchanged?"""

import base64
import json
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.wire import seal
from core.wire.refused import Flaw, Refused
from core.wire.seal import Keys

SECRET = bytes(range(32))
KEYS = Keys.of(SECRET)
TOPIC = "loquet/v1/node/las-1/down/order"
BODY = {"v": 1, "id": "o-1", "order": "stop", "reason": "\u00e9teint"}
SEALED = seal.seal(KEYS.down, TOPIC, BODY)

PAGE_B = (
    "eJwVi8EKgCAQRP9lzxq7FkV-R6duiSt4UTGJJPr3ttvMezMPuJwbWHAEClyXVPQSxkMa3yVWPgUZNLMm0mbacLWIlnBAxF1G0YvP_zmBJQW5eq6C"
    "oufUYugiLhHvB7WsG9g"
)
PAGE_M = "IAgL3F9xCv7KrVO3pSpfaQ3X6AlJFAPt7NLjrlWmIWU"


def unseal(payload: bytes, *, key: bytes = KEYS.down, topic: str = TOPIC, most: int = seal.MOST_BODY_BYTES):
    return seal.unseal(key, topic, payload, most_body_bytes=most)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def enveloped(packed: bytes) -> bytes:
    """Anything, sealed by one who has the key."""
    text = b64(packed)
    return json.dumps({"body": text, "mac": seal._mac(KEYS.down, TOPIC, text.encode()).decode()}).encode()


def flaw_of(payload: bytes, **how) -> Flaw:
    with pytest.raises(Refused) as caught:
        unseal(payload, **how)
    return caught.value.flaw


def test_the_keys_are_those_of_the_wire_page():
    assert KEYS.down.hex() == "3c87108825d3f83bccc325fe1443b5541adc1c558b68bc6d8764bc6a4c2e700c"
    assert len({KEYS.down, KEYS.up, KEYS.badge, KEYS.conceal}) == 4


def test_the_badge_of_the_wire_page_has_its_key():
    assert seal.badge_key(KEYS.badge, bytes.fromhex("04a1b2c3d4e5f6")) == "oRhp0FcxNPAml9NNoXNaIw"


def test_every_badge_has_the_same_name_however_often_it_is_laid():
    name = seal.badge_namer(KEYS.badge)
    for uid in (bytes.fromhex("04a1b2c3d4e5f6"), b"", bytes(10), bytes.fromhex("04a1b2c3d4e5f6")):
        assert name(uid) == seal.badge_key(KEYS.badge, uid)


def test_the_message_of_the_wire_page_is_opened():
    body = unseal(json.dumps({"body": PAGE_B, "mac": PAGE_M}).encode())
    assert body["v"] == 1
    assert "order" in body


def test_what_is_sealed_is_opened():
    assert unseal(SEALED) == BODY


def test_it_opens_on_its_own_topic_alone():
    assert flaw_of(SEALED, topic="loquet/v1/node/las-2/down/order") is Flaw.SEAL
    assert flaw_of(SEALED, topic="loquet/v1/node/las-1/down/view") is Flaw.SEAL


def test_it_opens_with_its_own_key_alone():
    assert flaw_of(SEALED, key=KEYS.up) is Flaw.SEAL
    assert flaw_of(SEALED, key=Keys.of(bytes(32)).down) is Flaw.SEAL


def test_no_flipped_bit_is_accepted():
    for place in range(len(SEALED)):
        for bit in range(8):
            changed = bytearray(SEALED)
            changed[place] ^= 1 << bit
            with pytest.raises(Refused):
                unseal(bytes(changed))


@settings(max_examples=60)
@given(st.integers(0, len(SEALED) - 1))
def test_no_shortened_message_is_accepted(length):
    with pytest.raises(Refused):
        unseal(SEALED[:length])


@given(st.binary(max_size=300))
def test_no_bytes_break_it(payload):
    with pytest.raises(Refused):
        unseal(payload)


@given(st.binary(max_size=100))
def test_no_bytes_of_a_faulty_hub_break_it(packed):
    with pytest.raises(Refused):
        unseal(enveloped(packed))


@given(st.binary(max_size=100))
def test_no_json_of_a_faulty_hub_breaks_it(text):
    with suppress(Refused):
        assert isinstance(unseal(enveloped(zlib.compress(text))), dict)


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"body": PAGE_B},
        {"mac": PAGE_M},
        {"body": 1, "mac": PAGE_M},
        {"body": PAGE_B, "mac": None},
        {"body": PAGE_B, "mac": PAGE_M + "="},
        {"body": PAGE_B, "mac": "\u00e9"},
        {"body": PAGE_B + "=", "mac": PAGE_M},
    ],
)
def test_half_an_envelope_is_refused(envelope):
    assert flaw_of(json.dumps(envelope).encode()) is Flaw.SEAL


def test_unknown_fields_of_the_envelope_are_ignored():
    assert unseal(json.dumps({"body": PAGE_B, "mac": PAGE_M, "later": 1}).encode())["v"] == 1


def test_a_bomb_is_never_made():
    bomb = zlib.compress(b'{"a":"' + b" " * (64 << 20) + b'"}')
    assert len(bomb) < seal.MOST_UP_BYTES
    assert flaw_of(enveloped(bomb)) is Flaw.INFLATE


def test_a_body_of_exactly_the_limit_is_opened_and_one_byte_more_is_not():
    body = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(body) == 100
    assert unseal(enveloped(zlib.compress(body)), most=100)
    assert flaw_of(enveloped(zlib.compress(body)), most=99) is Flaw.INFLATE


@pytest.mark.parametrize("tail", [b"x", zlib.compress(b"{}")])
def test_nothing_hides_behind_the_body(tail):
    assert flaw_of(enveloped(zlib.compress(b"{}") + tail)) is Flaw.INFLATE


def test_a_body_cut_short_is_refused():
    assert flaw_of(enveloped(zlib.compress(b'{"v":1}')[:-2])) is Flaw.INFLATE


def test_a_secret_of_another_length_is_no_secret():
    for length in (0, 31, 33):
        with pytest.raises(ValueError):
            Keys.of(bytes(length))


def test_keys_are_not_shown_in_a_log():
    assert KEYS.down.hex() not in repr(KEYS)
    assert str(KEYS.down) not in repr(KEYS)


def test_a_concealed_secret_is_found_again_by_nonce_and_direction():
    nonce, uid = bytes(16), bytes.fromhex("04a1b2c3d4e5f6")
    hidden = seal.conceal(KEYS.conceal, nonce, "up", uid)
    assert hidden != uid
    assert len(hidden) == len(uid)
    assert seal.conceal(KEYS.conceal, nonce, "up", hidden) == uid
    assert seal.conceal(KEYS.conceal, nonce, "down", hidden) != uid
    assert seal.conceal(KEYS.conceal, bytes([1] * 16), "up", hidden) != uid


def test_a_secret_longer_than_the_pad_is_not_concealed():
    with pytest.raises(ValueError):
        seal.conceal(KEYS.conceal, bytes(16), "up", bytes(33))
