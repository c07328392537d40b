import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.journal import Head, JournalError, Stamp, append, digest, verify
from core.wire.codec import canonical

BOOT = {
    "at": "2026-11-24T09:00:00.000Z",
    "boot": "b1",
    "clock": "hub",
    "data": {},
    "mono_ms": 1200,
    "prev": "",
    "seq": 1,
    "session": None,
    "type": "boot",
}
STAMP = Stamp("2026-11-24T09:00:00.000Z", "b1", 1200, "hub")
NOBODY = Head(0, "")


def a_chain(length=4, head=NOBODY):
    records = []
    for number in range(length):
        record = append(head, STAMP, "tap", None, {"key": f"k{number}"})
        records.append(record)
        head = Head(record["seq"], record["hash"])
    return records


def test_the_vector_of_the_protocol_page_holds():
    assert canonical(BOOT) == (
        '{"at":"2026-11-24T09:00:00.000Z","boot":"b1","clock":"hub","data":{},"mono_ms":1200,'
        '"prev":"","seq":1,"session":null,"type":"boot"}'
    )
    assert digest(BOOT) == "b838edee25373951c979f79a5b9beab0dad6ca5cb1f80692b539dd07649e0afe"
    assert append(NOBODY, STAMP, "boot", None, {})["hash"] == digest(BOOT)


def test_a_chain_verifies_and_gives_its_head():
    chain = a_chain()
    assert verify(chain, NOBODY) == Head(4, chain[-1]["hash"])


def test_the_next_journal_goes_on_from_the_last_hash_with_number_one():
    last = a_chain()[-1]["hash"]
    assert verify(a_chain(2, Head(0, last)), Head(0, last)).seq == 2


@pytest.mark.parametrize("field", sorted(BOOT))
def test_a_changed_field_breaks_the_chain(field):
    chain = a_chain()
    chain[2] = chain[2] | {field: 7 if field in {"seq", "mono_ms"} else "other"}
    with pytest.raises(JournalError):
        verify(chain, NOBODY)


def test_a_missing_or_a_swapped_record_breaks_the_chain():
    one, two, three, four = a_chain()
    for broken in ([one, three, four], [one, three, two, four], [two, three]):
        with pytest.raises(JournalError):
            verify(broken, NOBODY)


@pytest.mark.parametrize("data", [{"w": 1.5}, {"t": "\ud800"}, {"o": object()}])
def test_what_has_no_canonical_text_is_refused(data):
    with pytest.raises(JournalError):
        append(NOBODY, STAMP, "tap", None, data)


def test_a_type_nobody_knows_is_refused():
    with pytest.raises(JournalError):
        append(NOBODY, STAMP, "party", None, {})


def test_a_decomposed_accent_is_written_composed():
    assert canonical({"e\u0301": "e\u0301"}) == '{"é":"é"}'


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), st.integers(), max_size=5))
@settings(max_examples=40, deadline=None)
def test_the_order_of_names_never_changes_the_hash(data):
    turned = dict(reversed(data.items()))
    assert digest({"data": data}) == digest({"data": turned})
