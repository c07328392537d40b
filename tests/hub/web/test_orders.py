"""How staff clear an emergency stop, and end a session, from the page."""

import pytest

from tests.hub.web.test_pages import NOW, running, timedelta, with_node

RESET = "/staff/machines/LAS-1/reset-estop"


def sent(store):
    return store.write(lambda tx: tx.outbox.due(NOW, ["order"], 9))


def test_an_emergency_stop_is_cleared_by_staff_after_a_page_that_says_what_it_means(browser, store):
    with_node(store, inhibits=["estop"])
    dora = browser("dora")
    assert "Clear the stop" in dora.get("/staff?lang=en").text
    assert "starts nothing" in dora.get(RESET).text
    assert not sent(store)
    assert dora.post(RESET).status_code == 303
    (parcel,) = sent(store)
    assert (parcel.payload["order"], parcel.payload["args"]) == ("reset", {"inhibit": "estop"})


def test_a_running_session_can_be_ended_and_the_job_is_finished_first(browser, store, cast):
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    dora = browser("dora")
    assert "End the session on LAS-1" in dora.get("/staff?lang=en").text
    assert dora.post("/staff/machines/LAS-1/finish").status_code == 303
    assert [one.payload["order"] for one in sent(store)] == ["stop"]


def test_nothing_is_offered_where_nothing_is_latched_or_runs(browser, store):
    with_node(store)
    page = browser("dora").get("/staff?lang=en").text
    assert "Clear the" not in page
    assert "End the session" not in page


def test_a_machine_out_of_reach_says_so_and_nothing_is_sent(browser, store):
    with_node(store, inhibits=["estop"])
    store.write(lambda tx: tx.nodes.seen("las-1", NOW, {"online": False}))
    assert browser("dora").post(RESET).status_code == 422
    assert not sent(store)


@pytest.mark.parametrize("who", ["amélie", "tom"])
def test_only_staff_clear_and_end(browser, store, who):
    with_node(store, inhibits=["estop"])
    assert browser(who).post(RESET).status_code == 403
    assert not sent(store)


def test_an_unknown_order_or_machine_is_not_there(browser, store):
    with_node(store)
    assert browser("dora").get("/staff/machines/LAS-1/dance").status_code == 404
    assert browser("dora").post("/staff/machines/LAS-9/finish").status_code == 404
