"""Presence, a badge that rests, "that was not me" and checklists, by the API: who may, and what comes of it."""

from datetime import timedelta

import pytest

from core.vocabulary import SessionKind
from hub.ports import Session
from hub.services import presence, resting
from hub.services.enrolling import enrol_badge
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from tests.cast import ADC, NOW

VAULT = Vault(bytes(32))
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


def resting_badge(store, cast):
    def rest(tx):
        badge = enrol_badge(tx, VAULT, cast.amelie, bytes(range(4, 11)), cast.dora, NOW)
        resting.rest(tx, badge, resting.Why.TWO_PLACES, NOW)
        return badge.id

    return store.write(rest)


def test_a_badge_is_woken_by_its_owner_after_a_second_factor_alone(as_, store, cast):
    path = f"/me/badges/{resting_badge(store, cast)}/revive"
    assert as_("amelie", Scope.BOOK).post(path).status_code == 403
    assert as_("dora", Scope.CERTIFY).post(path).status_code == 404
    woken = as_("amelie", Scope.CERTIFY).post(path)
    assert (woken.status_code, woken.json["rests"]) == (200, None)
    assert as_("amelie", Scope.CERTIFY).post(path).json["code"] == "CHANGED"


def test_that_was_not_me_is_for_the_supervisor_of_that_session(as_, store, cast):
    session = Session("s1", ADC, None, "LAS-1", cast.nils, cast.tom, None, SessionKind.USE, NOW)
    store.write(lambda tx: tx.sessions.save(session))
    for stranger in ("amelie", "nils", "dora"):
        assert as_(stranger).post("/sessions/s1/not-me").status_code == 404
    assert as_("tom").post("/sessions/s1/not-me").status_code == 200
    assert "supervision.denied" in [one.action for one in store.read(lambda tx: tx.audit.read())]


def test_staff_set_what_a_course_confirms_and_the_node_hears_of_it(as_, store):
    dora = as_("dora", Scope.STAFF)
    assert dora.get(PATH).json == {"course": "LAS1", "items": []}
    assert dora.post(PATH, {"items": [ITEM]}).json["items"] == [ITEM]
    assert dora.get(PATH).json["items"] == [ITEM]


@pytest.mark.parametrize("who", ["amelie", "tom", "olga"])
def test_nobody_else_reads_or_sets_it(as_, who):
    assert as_(who, Scope.STAFF).get(PATH).status_code == 404
    assert as_(who, Scope.STAFF).post(PATH, {"items": []}).status_code == 404


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
