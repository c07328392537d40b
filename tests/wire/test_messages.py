"""Does every message say what it should, and nothing that is no message get through?"""

from contextlib import suppress
from dataclasses import fields
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire import messages as m
from core.wire.refused import Flaw, Refused
from tests.wire.material import EXAMPLES, JSON, RECORD

KINDS = sorted({type(example) for example in EXAMPLES}, key=lambda kind: kind.__name__)


def named(example) -> str:
    return type(example).__name__


def flaw_of(kind, body) -> Flaw:
    with pytest.raises(Refused) as caught:
        m.read(kind, body)
    return caught.value.flaw


@pytest.mark.parametrize("message", EXAMPLES, ids=named)
def test_what_is_said_is_heard(message):
    body = m.body_of(message)
    assert body["v"] == 1
    assert m.read(type(message), body) == message


@pytest.mark.parametrize("message", EXAMPLES, ids=named)
def test_unknown_fields_are_ignored(message):
    assert m.read(type(message), m.body_of(message) | {"of_tomorrow": [1]}) == message


@pytest.mark.parametrize("message", EXAMPLES, ids=named)
@pytest.mark.parametrize("version", [0, 2, "1", 1.0, True, None])
def test_another_version_is_refused(message, version):
    assert flaw_of(type(message), m.body_of(message) | {"v": version}) is Flaw.VERSION


@pytest.mark.parametrize("message", EXAMPLES, ids=named)
def test_a_boolean_never_passes_for_a_number(message):
    for field in fields(message):
        if type(getattr(message, field.name)) in (int, float):
            assert flaw_of(type(message), m.body_of(message) | {field.name: True}) is Flaw.SHAPE


@pytest.mark.parametrize("message", EXAMPLES, ids=named)
def test_a_number_never_passes_for_an_id_or_an_instant(message):
    for field in fields(message):
        if isinstance(getattr(message, field.name), str | datetime):
            assert flaw_of(type(message), m.body_of(message) | {field.name: 5}) is Flaw.SHAPE


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (m.NodeState, "online"),
        (m.Hello, "nonce"),
        (m.Now, "time"),
        (m.View, "rev"),
        (m.LockList, "epoch"),
        (m.Records, "first"),
        (m.Ack, "journals"),
        (m.Ask, "badge"),
        (m.Answer, "decision"),
        (m.Order, "boot"),
        (m.Done, "ok"),
    ],
)
def test_a_message_without_its_heart_is_refused(kind, missing):
    body = m.body_of(next(example for example in EXAMPLES if type(example) is kind))
    del body[missing]
    assert flaw_of(kind, body) is Flaw.SHAPE


@given(st.sampled_from(KINDS), st.dictionaries(st.text(max_size=6), JSON, max_size=6))
def test_no_object_breaks_a_reader(kind, body):
    with pytest.raises(Refused):
        m.read(
            kind,
            {"v": 1}
            | body
            | {"online": None, "state": None, "epoch": -1, "id": None, "journal": 1, "nonce": 0},
        )


@given(st.sampled_from(EXAMPLES), st.data())
def test_no_changed_field_breaks_a_reader(message, data):
    body = m.body_of(message)
    name = data.draw(st.sampled_from(sorted(body)))
    with suppress(Refused):
        assert type(m.read(type(message), body | {name: data.draw(JSON)})) is type(message)


@pytest.mark.parametrize(
    "broken",
    [
        {"seq": -1},
        {"seq": True},
        {"at": "yesterday"},
        {"data": []},
        {"session": 4},
        {"hash": 1},
        {"type": ""},
    ],
)
def test_a_record_of_another_shape_refuses_its_batch(broken):
    body = m.body_of(m.Records("j1", "b1", 1, (RECORD, RECORD | broken)))
    assert flaw_of(m.Records, body) is Flaw.SHAPE


def test_a_record_keeps_every_field_it_came_with():
    later = RECORD | {"of_tomorrow": 1}
    assert m.read(m.Records, m.body_of(m.Records("j1", "b1", 1, (later,)))).records == (later,)


def test_a_batch_holds_at_most_a_hundred_records():
    hundred = m.Records("j1", "b1", 1, (RECORD,) * 100)
    assert len(m.read(m.Records, m.body_of(hundred)).records) == 100
    more = m.Records("j1", "b1", 1, (RECORD,) * 101)
    assert flaw_of(m.Records, m.body_of(more)) is Flaw.SHAPE


@pytest.mark.parametrize("held", [None, 7, "7", {"rev": 7}, {"epoch": 5, "rev": 7, "store": "s"}])
def test_a_hello_says_in_its_own_way_what_it_holds(held):
    hello = m.read(m.Hello, {"v": 1, "nonce": "n", "boot": "b", "view": held})
    assert hello.view == (m.Holding(5, 7, "s") if isinstance(held, dict) and "epoch" in held else None)


def test_a_booking_may_be_named_by_its_id_alone():
    body = m.body_of(EXAMPLES[11]) | {"reservation": "r1"}
    assert m.read(m.Answer, body).reservation == {"id": "r1"}


def test_a_refusal_names_the_field_and_never_its_value():
    with pytest.raises(Refused) as caught:
        m.read(m.Ask, m.body_of(EXAMPLES[10]) | {"badge": {"key": "very secret\x7f"}})
    assert "badge" in caught.value.detail
    assert "secret" not in str(caught.value)
