"""The page of the readers: how their last night was, and a button."""

import pytest

from core.wire.codec import canonical
from hub.ports import NewRecord
from tests.cast import ADC
from tests.hub.web.test_pages import NOW, with_node

PAGE = "/staff/readers"
BAD = {
    "result": "bad",
    "parts": {"reader": "bad", "clock": "good"},
    "words": {"reader": "the chip <b>is mute"},
}


def heard(store, kind="selftest", data=BAD):
    record = NewRecord(1, NOW, kind, None, canonical({"type": kind, "data": data}), "hash")
    store.write(lambda tx: tx.records.append("las-1", ADC, "j1", [record], NOW))


def sent(store):
    return store.write(lambda tx: tx.outbox.due(NOW, ["order"], 9))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Pas en ordre", "lecteur de badges", "mauvais")),
        ("nl", ("Niet in orde", "badgelezer", "slecht")),
        ("en", ("Not fit", "badge reader", "bad")),
    ],
)
def test_a_bad_night_is_told_with_its_part_in_the_readers_language(browser, store, lang, words):
    with_node(store)
    heard(store)
    page = browser("dora").get(f"{PAGE}?lang={lang}").text
    assert [word for word in words if word not in page] == []
    assert "the chip &lt;b&gt;is mute" in page


def test_a_reader_without_a_test_says_so(browser, store):
    with_node(store)
    assert "Never tested" in browser("dora").get(f"{PAGE}?lang=en").text


def test_a_report_at_the_machine_stands_there(browser, store):
    with_node(store)
    heard(store, "report", {"who": None, "category": "fire", "severity": "danger"})
    page = browser("dora").get(f"{PAGE}?lang=en").text
    assert "fire, smoke or injury, danger" in page


def test_the_button_orders_a_test_and_nothing_else(browser, store):
    with_node(store)
    assert browser("dora").post(f"{PAGE}/las-1/test").status_code == 303
    (parcel,) = sent(store)
    assert (parcel.payload["order"], parcel.payload["args"]) == ("selftest", None)


def test_a_reader_out_of_reach_says_so_and_nothing_is_sent(browser, store):
    with_node(store)
    store.write(lambda tx: tx.nodes.seen("las-1", NOW, {"online": False}))
    assert browser("dora").post(f"{PAGE}/las-1/test").status_code == 422
    assert browser("dora").post(f"{PAGE}/las-9/test").status_code == 404
    assert not sent(store)


@pytest.mark.parametrize("who", ["amélie", "tom"])
def test_it_is_the_staffs_page(browser, store, who):
    with_node(store)
    assert browser(who).get(PAGE).status_code == 403
    assert browser(who).post(f"{PAGE}/las-1/test").status_code == 403
    assert not sent(store)


def test_the_table_of_now_leads_there(browser, store):
    with_node(store)
    assert PAGE in browser("dora").get("/staff").text


def test_a_machine_in_use_is_not_tested_under_somebodys_hands(browser, store):
    with_node(store, phase="in-use", relay="closed")
    refused = browser("dora").post(f"{PAGE}/las-1/test?lang=en")
    assert (refused.status_code, "The machine is in use" in refused.text) == (422, True)
    assert not sent(store)
