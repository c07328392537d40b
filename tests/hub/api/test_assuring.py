"""Presence and checklists, by the API: who may, and what comes of it."""

from datetime import timedelta

import pytest

from hub.services import presence
from hub.services.letting_in import Scope
from tests.cast import NOW

ITEM = {"id": "lid", "fr": "Couvercle: vérifié ?", "nl": "Deksel: nagekeken?", "en": "Lid: checked?"}
PATH = "/courses/LAS1/checklist"


def until(store, cast, name="tom"):
    return store.read(lambda tx: presence.present_until(tx, cast.ids[name], NOW))


def test_tom_says_that_he_is_there_with_a_token_made_after_a_second_factor(as_, store, cast):
    said = as_("tom", Scope.CERTIFY).post("/me/presence")
    assert (said.status_code, said.json["until"]) == (200, "2026-11-24T12:00:00.000Z")
    assert until(store, cast) == NOW + timedelta(hours=4)
    assert as_("tom").send("DELETE", "/me/presence").json["until"] is None
    assert until(store, cast) is None


@pytest.mark.parametrize(
    ("who", "scope"), [("tom", Scope.STAFF), ("tom", Scope.READ), ("amelie", Scope.CERTIFY)]
)
def test_a_weaker_token_and_who_answers_for_nobody_say_nothing(as_, store, cast, who, scope):
    assert as_(who, scope).post("/me/presence").status_code == 403
    assert until(store, cast, who) is None


def test_staff_set_what_a_course_confirms_and_the_node_hears_of_it(as_, store):
    dora = as_("dora", Scope.STAFF)
    assert dora.get(PATH).json == {"course": "LAS1", "items": []}
    assert dora.post(PATH, {"items": [ITEM]}).json["items"] == [ITEM]
    assert dora.get(PATH).json["items"] == [ITEM]
    assert dora.send("POST", PATH, {"items": []}, If_Match='"seen-long-ago"').status_code == 412


@pytest.mark.parametrize("who", ["amelie", "tom", "olga"])
def test_nobody_else_reads_or_sets_it(as_, who):
    by = as_(who, Scope.STAFF)
    for path in (PATH, "/courses/NONE/checklist"):
        assert by.get(path).status_code in {403, 404}
        assert by.post(path, {"items": []}).status_code in {403, 404}


@pytest.mark.parametrize(
    "items",
    [
        [ITEM, ITEM],
        [ITEM | {"id": f"i{number}"} for number in range(10)],
        [ITEM | {"fr": ""}],
        [ITEM | {"id": "L i d"}],
        [ITEM | {"en": "x" * 22}],
        [ITEM | {"nl": "twintig letters samen en nog eens zoveel er bij"}],
        [ITEM | {"en": "a\nb"}],
        [{"id": "lid"}],
        "no",
    ],
)
def test_what_the_display_cannot_show_is_refused(as_, items):
    dora = as_("dora", Scope.STAFF)
    assert dora.post(PATH, {"items": items}).status_code == 422
    assert dora.get(PATH).json["items"] == []
