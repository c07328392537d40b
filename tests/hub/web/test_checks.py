"""Staff say what is gone through before a training is signed; nobody writes over what another has just saved."""

import re

import pytest

ITEM = {"id.0": "", "fr.0": "Extraction lancée", "nl.0": "Afzuiging aan", "en.0": "Extraction on"}
PATH = "/staff/courses/LAS1/checklist"


def kept(store):
    return [dict(one) for one in store.read(lambda tx: tx.certificates.course("LAS1")).checklist]


def seen(browser):
    return {"seen": re.search(r'name="seen" value="(\w+)"', browser.get(PATH).text)[1]}


@pytest.mark.parametrize("path", ["/staff/courses", PATH])
def test_neither_members_nor_trainers_set_what_is_asked(browser, path):
    assert browser("bram").get(path).status_code == 403
    assert browser("tom").get(path).status_code == 403
    assert browser().get(path).status_code == 303


def test_dora_writes_a_list_and_finds_it_again(browser, store):
    dora = browser("dora")
    assert "the house list" in dora.get("/staff/courses?lang=en").text
    assert dora.post(PATH, ITEM | seen(dora)).status_code == 303
    assert kept(store) == [
        {"id": "item-1", "fr": "Extraction lancée", "nl": "Afzuiging aan", "en": "Extraction on"}
    ]
    assert "1 item" in dora.get("/staff/courses?lang=en").text
    assert "Afzuiging aan" in dora.get(PATH).text


def test_a_row_keeps_its_name_and_an_emptied_list_is_the_houses_again(browser, store):
    dora = browser("dora")
    dora.post(PATH, ITEM | seen(dora))
    more = {"id.1": "", "fr.1": "Verre propre", "nl.1": "Lens proper", "en.1": "Lens clean"}
    dora.post(PATH, ITEM | {"id.0": "item-1"} | more | seen(dora))
    assert [one["id"] for one in kept(store)] == ["item-1", "item-2"]
    assert dora.post(PATH, seen(dora)).status_code == 303
    assert kept(store) == []


@pytest.mark.parametrize("wrong", [{"nl.0": ""}, {"en.0": "x" * 43}, {"fr.0": "a\u202eb"}])
def test_what_the_display_cannot_show_is_refused_and_stays_in_the_form(browser, store, wrong):
    dora = browser("dora")
    answer = dora.post(PATH, ITEM | wrong | seen(dora))
    assert answer.status_code == 422
    assert "Afzuiging aan" in answer.text or "nl.0" in wrong
    assert kept(store) == []


def test_a_list_that_another_changed_meanwhile_is_not_written_over(browser, store):
    dora, max_ = browser("dora"), browser("max")
    old = seen(dora)
    assert max_.post(PATH, ITEM | seen(max_)).status_code == 303
    answer = dora.post(PATH, ITEM | {"fr.0": "Autre chose"} | old)
    assert answer.status_code == 409
    assert kept(store)[0]["fr"] == "Extraction lancée"


def test_another_labs_course_is_not_there(browser, store):
    assert browser("dora").get("/staff/courses/NOPE/checklist").status_code == 404
