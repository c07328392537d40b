"""Staff name what machines share by a page: add it, name it anew, link and unlink machines, remove it (R49)."""

import pytest

from core.vocabulary import Reason, ResourceKind
from hub.ports import Resource
from hub.services import naming, resources
from hub.services.resources import Failure
from tests.cast import ADC, NOW, OTHER

PAGE = "/staff/upkeep"
NEW = f"{PAGE}/resources/new"
FAN = {"name": "Roof fan", "kind": "extraction", "machine": ["LAS-1", "LAS-2"]}


def all_of(store):
    return [(one.name, one.kind, one.machines) for one in store.read(lambda tx: tx.resources.all(ADC))]


def made(browser, store, **typed):
    browser("dora").post(NEW, FAN | typed)
    return store.read(lambda tx: tx.resources.all(ADC))[-1]


def falls(store, cast, one):
    failure = Failure(one.id, None, "the fan")
    return store.write(lambda tx: resources.take_down(tx, tx.people.get(cast.dora), failure, NOW))


def test_dora_names_the_fan_of_both_lasers_and_then_of_one_and_removes_it(browser, store):
    dora = browser("dora")
    assert dora.post(NEW, FAN).status_code == 303
    assert all_of(store) == [("Roof fan", ResourceKind.EXTRACTION, ("LAS-1", "LAS-2"))]
    (fan,) = store.read(lambda tx: tx.resources.all(ADC))
    path = f"{PAGE}/resources/{fan.id}"
    assert path in dora.get(PAGE).text
    assert dora.get(path).text.count(" checked") == 2
    changed = {"name": "Attic fan", "kind": "other", "machine": ["LAS-2"]}
    assert dora.post(path, changed).status_code == 303
    assert all_of(store) == [("Attic fan", ResourceKind.OTHER, ("LAS-2",))]
    assert dora.post(f"{path}/remove", form=path).status_code == 303
    assert all_of(store) == []
    assert dora.get(path).status_code == 404


@pytest.mark.parametrize(
    "typed", [{"name": " "}, {"name": "x" * 65}, {"name": "a\u202eb"}, {"kind": "soup"}, {"machine": ["X-1"]}, {"machine": ["NO"]}]
)  # fmt: skip
def test_rubbish_names_nothing_and_what_was_typed_stays(browser, store, typed):
    answer = browser("dora").post(f"{NEW}?lang=en", FAN | typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert all_of(store) == []


def test_a_name_that_is_taken_is_refused_in_words(browser, store):
    made(browser, store)
    answer = browser("dora").post(f"{NEW}?lang=en", FAN | {"machine": "SOL-1"})
    assert (answer.status_code, "that nothing else here has" in answer.text) == (422, True)
    assert answer.text.count(" checked") == 1
    assert len(all_of(store)) == 1


def test_what_is_down_is_not_removed_and_a_machine_unlinked_meanwhile_is_well_again(browser, store, cast):
    fan = made(browser, store)
    falls(store, cast, fan)
    dora, path = browser("dora"), f"{PAGE}/resources/{fan.id}"
    assert "/remove" not in dora.get(path).text
    assert dora.post(f"{path}/remove", form=path).status_code == 409
    assert dora.post(path, FAN | {"machine": "LAS-2"}).status_code == 303
    lacks = {one.id: one.lacks for one in store.read(lambda tx: tx.machines.all(lab=ADC))}
    assert not lacks["LAS-1"]
    assert lacks["LAS-2"]


@pytest.mark.parametrize("who", ["bram", "tom"])
def test_only_staff_name_what_is_shared(browser, store, who):
    fan, own = made(browser, store), browser(who)
    path = f"{PAGE}/resources/{fan.id}"
    assert {own.get(one).status_code for one in (NEW, path)} == {403}
    posts = (NEW, path, f"{path}/remove")
    assert {own.post(one, FAN, form="/mine").status_code for one in posts} == {403}
    assert len(all_of(store)) == 1


def test_another_labs_is_not_there(browser, store, cast):
    store.write(lambda tx: tx.resources.save(Resource("fan-x", OTHER, "Theirs", ())))
    dora, path = browser("dora"), f"{PAGE}/resources/fan-x"
    assert dora.get(path).status_code == 404
    assert dora.post(path, FAN, form=NEW).status_code == 404
    assert dora.post(f"{path}/remove", form=NEW).status_code == 404
    gone = store.write(lambda tx: naming.remove(tx, tx.people.get(cast.dora), "fan-x", NOW))
    assert gone.code is Reason.NOT_FOUND
