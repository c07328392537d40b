"""Staff write down what nearly went wrong, and close it, on a page that nobody else opens (R50)."""

import pytest

from hub.ports import IncidentKind
from tests.cast import ADC

PAGE = "/staff/incidents"
SAID = {"kind": "near-miss", "at": "2026-11-24T08:30", "machine": "LAS-1", "words": "a sleeve near the belt"}


def all_of(store):
    return store.read(lambda tx: list(tx.incidents.page(ADC)))


def test_who_saw_it_writes_it_down_and_who_mended_it_closes_it(browser, store, cast):
    dora = browser("dora")
    assert dora.post(PAGE, SAID | {"concerned": cast.bram}).status_code == 303
    (made,) = all_of(store)
    assert (made.kind, made.machine, made.concerned) == (IncidentKind.NEAR_MISS, "LAS-1", (cast.bram,))
    page = dora.get(f"{PAGE}?lang=en").text
    assert [word for word in ("a sleeve near the belt", "Bram Tester", "Near miss") if word not in page] == []
    path = f"{PAGE}/{made.id}/close"
    assert dora.post(path, {"done": " "}, form=PAGE).status_code == 422
    assert browser("max").post(path, {"done": "a guard"}, form=PAGE).status_code == 303
    assert all_of(store)[0].done == "a guard"
    assert dora.post(path, {"done": "another"}, form=PAGE).status_code == 409
    assert dora.post(f"{PAGE}/{made.id}/reopen", form=PAGE).status_code == 303
    assert all_of(store)[0].closed is None


@pytest.mark.parametrize(
    ("wrong", "lang", "said"),
    [
        ({"words": " "}, "fr", "Dites en quelques mots"),
        ({"at": "2026-11-25T08:30"}, "nl", "Zeg wanneer het was"),
        ({"at": "soon"}, "en", "Say when it was"),
        ({"machine": "X-9"}, "en", "This is not valid"),
        ({"kind": ""}, "en", "This is not valid"),
    ],
)
def test_what_lacks_something_says_what_and_keeps_what_was_typed(browser, store, wrong, lang, said):
    dora = browser("dora")
    dora.get(f"{PAGE}?lang={lang}")
    answer = dora.post(PAGE, SAID | wrong)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "words" in wrong or "a sleeve near the belt</textarea>" in answer.text
    assert all_of(store) == []


@pytest.mark.parametrize("who", ["amélie", "tom", None])
def test_nobody_but_staff_has_a_door_there(browser, store, who):
    own, shut = browser(who), 303 if who is None else 403
    assert own.get(PAGE).status_code == shut
    form = "/sign-in" if who is None else "/mine"
    assert {own.post(path, SAID, form=form).status_code for path in (PAGE, f"{PAGE}/x/close")} == {shut}
    assert all_of(store) == []


def test_an_entry_that_is_not_there_is_404_and_the_table_of_now_leads_here(browser):
    dora = browser("dora")
    assert dora.post(f"{PAGE}/nobody/close", {"done": "x"}, form=PAGE).status_code == 404
    assert PAGE in dora.get("/staff").text
