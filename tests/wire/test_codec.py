"""Is there one way to read it?"""

import hashlib
import json
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire import codec
from core.wire.refused import Flaw, Refused
from tests.wire.material import JSON


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_an_ordinary_object_is_read():
    assert codec.parse(b'{"v":1,"x":[1.5,null,true,"\xc3\xa9"]}') == {
        "v": 1,
        "x": [1.5, None, True, "\u00e9"],
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}x",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":-1e999}',
        b'{"a":1e300}',
        b'{"a":9007199254740993}',
        b'{"a":-9007199254740993}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'{"a":["\\ud83d"]}',
        b'{"a":"\\u0000"}',
        b'{"a\\u0000":1}',
        b'{"a":"\0"}',
        b'{"a":"\n"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":1}'.encode("utf-16"),
        nested(17),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda raw: raw[:24].decode("latin-1"),
)
def test_what_two_parsers_would_read_differently_is_refused(raw):
    with pytest.raises(Refused) as caught:
        codec.parse(raw)
    assert caught.value.flaw is Flaw.JSON


def test_the_limits_themselves_are_allowed():
    assert codec.parse(b'{"a":9007199254740992,"b":-9007199254740992}')["a"] == 2**53
    assert codec.parse(nested(16))
    assert codec.parse(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(raw):
    with suppress(Refused):
        assert isinstance(codec.parse(raw), dict)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), JSON, max_size=4
    )
)
def test_what_is_written_is_read_back(body):
    assert codec.parse(codec.encode(body)) == body


def test_the_encoded_form_is_one_line_with_sorted_names():
    assert codec.encode({"b": 1, "a": "\u00e9"}) == '{"a":"\u00e9","b":1}'.encode()
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            codec.encode({"a": bad})


def test_a_record_has_one_spelling_whatever_the_keyboard():
    composed, decomposed = "\u00e9", "e\u0301"
    assert codec.canonical({"b": [decomposed], "a": {decomposed: 1}}) == '{"a":{"\u00e9":1},"b":["\u00e9"]}'
    assert codec.canonical({"x": composed}) == codec.canonical({"x": decomposed})


def test_a_record_with_a_fraction_has_no_spelling():
    with pytest.raises(ValueError):
        codec.canonical({"a": 1.0})


def test_the_record_of_the_wire_page_has_its_hash():
    text = (
        '{"at":"2026-11-24T09:00:00.000Z","boot":"b1","clock":"hub","data":{},"mono_ms":1200,'
        '"prev":"","seq":1,"session":null,"type":"boot"}'
    )
    assert codec.canonical(json.loads(text)) == text
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "b838edee25373951c979f79a5b9beab0dad6ca5cb1f80692b539dd07649e0afe"


def test_an_instant_is_in_utc_with_milliseconds():
    at = datetime(2026, 11, 24, 9, 0, 0, 123_999, tzinfo=UTC)
    assert codec.instant_text(at) == "2026-11-24T09:00:00.123Z"
    assert codec.instant_text(at.astimezone(timezone(timedelta(hours=5)))) == "2026-11-24T09:00:00.123Z"
    assert codec.read_instant("2026-11-24T09:00:00.123Z") == at.replace(microsecond=123_000)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00.000+00:00",
        "2026-11-24 09:00:00.000Z",
        "2026-11-24T09:00:00.000",
        "2026-11-24T24:00:00.000Z",
        "2026-02-29T00:00:00.000Z",
        "2026-11-24T09:00:60.000Z",
        "\u0662026-11-24T09:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-11-24T09:00:00.000Z\n",
        "",
    ],
)
def test_another_spelling_of_an_instant_is_refused(text):
    with pytest.raises(ValueError):
        codec.read_instant(text)


def test_an_instant_without_a_zone_is_not_written():
    with pytest.raises(ValueError):
        codec.instant_text(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001 - that is the fault


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_comes_back_to_the_millisecond(at):
    back = codec.read_instant(codec.instant_text(at))
    assert timedelta(0) <= at - back < timedelta(milliseconds=1)


def test_space_around_an_object_is_its_writers_own_affair():
    assert codec.parse(b' \r\n{"v":1}\t') == {"v": 1}
    with pytest.raises(Refused):
        codec.parse(b'{"v":1} {}')


TEXTS = st.text(st.characters(codec="utf-8"))
THINGS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def composed_throughout(thing: object) -> object:
    if isinstance(thing, str):
        return unicodedata.normalize("NFC", thing)
    if isinstance(thing, list):
        return [composed_throughout(one) for one in thing]
    if isinstance(thing, dict):
        return {composed_throughout(name): composed_throughout(one) for name, one in thing.items()}
    return thing


@given(st.dictionaries(TEXTS, THINGS, max_size=4))
def test_the_short_way_to_a_records_text_ends_where_the_long_one_does(record):
    by_hand = json.dumps(
        composed_throughout(record),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    assert codec.canonical(record) == by_hand
    assert codec.canonical(MappingProxyType(record)) == by_hand


@pytest.mark.parametrize("odd", [1.5, [1.5], {"x": 1.5}, float("nan"), {1, 2}])
def test_what_has_many_spellings_or_none_is_in_no_record(odd):
    with pytest.raises((ValueError, TypeError)):
        codec.canonical({"a": odd})
