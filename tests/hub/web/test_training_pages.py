"""A trainer plans a training on a page, and gives its places there."""

import pytest

from tests.cast import ADC, NOW

PAGE = "/staff/trainings"
SAID = {
    "course": "LAS1",
    "machine": "LAS-1",
    "day": "2026-11-26",
    "since": "10:00",
    "until": "12:00",
    "places": "2",
}


def coming(store):
    return list(store.read(lambda tx: tx.trainings.coming(ADC, NOW)))


def test_a_trainer_plans_it_and_gives_a_place(browser, store, cast):
    tom = browser("tom")
    assert tom.post(PAGE, SAID).status_code == 303
    (made,) = coming(store)
    assert (made.trainer, made.machines, made.places) == (cast.tom, ("LAS-1",), 2)
    assert "2 of 2 places free" in tom.get(f"{PAGE}?lang=en").text
    path = f"{PAGE}/{made.id}/enrol"
    assert tom.post(path, {"member": cast.nils}, form=PAGE).status_code == 303
    page = tom.get(f"{PAGE}?lang=en").text
    assert ("1 of 2 places free" in page, "<li>Nils" in page) == (True, True)
    assert tom.post(path, {"member": cast.nils}, form=PAGE).status_code == 422
    assert coming(store)[0].taken == 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Places libres\xa0: 1 sur 1"), ("nl", "Vrije plaatsen: 1 van 1"), ("en", "1 of 1 places free")],
)
def test_staff_plan_it_for_a_trainer_and_read_it_in_their_language(browser, store, cast, lang, words):
    dora = browser("dora")
    assert dora.post(PAGE, SAID | {"trainer": cast.tom, "places": "1"}).status_code == 303
    assert coming(store)[0].trainer == cast.tom
    assert words in dora.get(f"{PAGE}?lang={lang}").text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"day": ""}, 422),
        ({"machine": ""}, 422),
        ({"places": "many"}, 422),
        ({"places": "0"}, 422),
        ({"course": "NONE"}, 422),
        ({"since": "10:07"}, 422),
    ],
)
def test_what_makes_no_sense_plans_nothing_and_keeps_what_was_typed(browser, store, wrong, status):
    answer = browser("tom").post(PAGE, SAID | wrong)
    assert (answer.status_code, coming(store)) == (status, [])
    assert "day" in wrong or 'value="2026-11-26"' in answer.text


def test_a_machine_that_is_taken_is_named(browser, store):
    tom = browser("tom")
    tom.post(PAGE, SAID)
    tom.get(f"{PAGE}?lang=en")
    late = tom.post(PAGE, SAID)
    assert (late.status_code, "LAS-1: This slot is already taken." in late.text) == (409, True)
    assert len(coming(store)) == 1


@pytest.mark.parametrize("who", ["amélie", None])
def test_members_and_strangers_have_no_door_there(browser, store, who):
    own, shut = browser(who), 303 if who is None else 403
    form = "/sign-in" if who is None else "/mine"
    assert own.get(PAGE).status_code == shut
    assert own.post(PAGE, SAID, form=form).status_code == shut
    assert coming(store) == []


def test_the_table_of_now_leads_here_and_a_training_that_is_not_there_is_404(browser, cast):
    tom = browser("tom")
    assert PAGE in tom.get("/staff").text
    assert tom.post(f"{PAGE}/nobody/enrol", {"member": cast.nils}, form=PAGE).status_code == 404
