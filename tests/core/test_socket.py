import pytest

from core.wire.socket import FROM_DOORMAN, FROM_KEEPER, MAX_BYTES, MalformedPacketError, decode, encode

STOP = {"msg": "stop", "id": "r1", "session": "s1", "reason": "badge-out", "by": None}


def test_a_message_comes_back_as_it_was_sent():
    assert decode(encode(STOP), FROM_DOORMAN) == STOP


def test_fields_the_table_does_not_know_are_ignored():
    assert decode(encode(STOP | {"colour": "red"}), FROM_DOORMAN)["session"] == "s1"


def test_a_field_that_may_be_left_out_reads_none():
    lift = {"msg": "lift", "id": "r1", "lock": "k1", "by": "ann"}
    assert decode(encode(lift), FROM_DOORMAN)["reason"] is None


@pytest.mark.parametrize("field", ["id", "session", "reason", "by"])
def test_a_missing_or_misshapen_field_is_named(field):
    for broken in ({k: v for k, v in STOP.items() if k != field}, STOP | {field: 7}):
        with pytest.raises(MalformedPacketError, match=field):
            decode(encode(broken), FROM_DOORMAN)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b"\xff",
        b'{"msg":7}',
        b'{"msg":"dance"}',
        b'{"msg":"alive","msg":"alive"}',
        b'{"msg":"stale","on":1}',
        b'{"msg":"alive","n":NaN}',
        b'{"msg":"alive","n":9007199254740993}',
        b'{"msg":"alive","t":"\\ud800"}',
        b'{"msg":"alive","t":"\\u0000"}',
        b'{"msg":"alive","t":' + b"[" * 20 + b"]" * 20 + b"}",
        b'{"msg":"alive","t":' + b"[" * 2000 + b"]" * 2000 + b"}",
        b" " * (MAX_BYTES + 1),
    ],
)
def test_rubbish_is_refused_and_never_anything_else(packet):
    with pytest.raises(MalformedPacketError):
        decode(packet, FROM_DOORMAN)


def test_the_doormans_words_are_not_the_keepers():
    with pytest.raises(MalformedPacketError):
        decode(encode(STOP), FROM_KEEPER)


def test_a_packet_of_4096_bytes_passes_and_of_4097_does_not():
    frame = len(encode({"msg": "alive", "t": ""}))
    assert len(encode({"msg": "alive", "t": "x" * (MAX_BYTES - frame)})) == MAX_BYTES
    with pytest.raises(MalformedPacketError):
        encode({"msg": "alive", "t": "x" * (MAX_BYTES - frame + 1)})
