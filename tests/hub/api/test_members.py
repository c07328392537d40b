"""Staff let people in over the API, send the link to a password, and the manager says who works as what."""

from datetime import timedelta

import pytest

from core.vocabulary import Role
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW

DAY = timedelta(days=1)
NOOR = {"email": "Noor@example.org", "name": "Noor", "lang": "nl"}


def mails(store, person):
    parcels = store.read(lambda tx: tx.outbox.due(NOW + DAY, ("mail",), 50))
    return [one.payload["template"] for one in parcels if one.target == person]


def test_a_new_member_has_a_birthday_and_a_household_and_is_sent_a_link(as_, store):
    wish = NOOR | {"birth": "1990-05-01", "household": "Canal 7"}
    made = as_("dora", Scope.STAFF).post("/members", wish)
    body = made.get_json()
    assert (made.status_code, body["email"], body["household"]) == (201, "noor@example.org", "Canal 7")
    assert (body["roles"], body["teaches"]) == (["member"], [])
    assert mails(store, body["id"]) == ["member.invited"]


@pytest.mark.parametrize(
    ("wish", "params"),
    [
        ({"email": "bram@lab.example"}, {"field": "email", "taken": "bram@lab.example"}),
        ({"email": "BRAM@lab.example"}, {"field": "email", "taken": "bram@lab.example"}),
        ({"email": "nobody"}, {"field": "email"}),
        ({"birth": "2030-01-01"}, {"field": "birth"}),
    ],
)
def test_a_member_who_is_known_or_makes_no_sense_is_refused_and_nobody_is_written_to(
    as_, store, wish, params
):
    before = store.read(lambda tx: len(tx.people.page(ADC, 100)))
    said = as_("dora", Scope.STAFF).post("/members", NOOR | wish)
    assert said.status_code == 422
    assert said.get_json()["objections"][0]["params"] == params
    assert store.read(lambda tx: len(tx.people.page(ADC, 100))) == before


def test_staff_send_the_link_again_and_nobody_of_another_lab_gets_one(as_, store, cast):
    dora = as_("dora", Scope.STAFF)
    assert dora.post(f"/members/{cast.bram}/invitation").status_code == 202
    assert len(mails(store, cast.bram)) == 1
    assert dora.post(f"/members/{cast.olga}/invitation").status_code == 404
    assert as_("bram", Scope.STAFF).post(f"/members/{cast.amelie}/invitation").status_code == 403


def test_roles_want_a_certify_token_and_a_manager_and_never_oneself(as_, store, cast):
    wish = {"roles": ["trainer"], "teaches": ["LAS1"]}
    path = f"/members/{cast.bram}/roles"
    assert as_("max", Scope.STAFF).post(path, wish).status_code == 403
    assert as_("dora", Scope.CERTIFY).post(path, wish).status_code == 403
    top = as_("max", Scope.CERTIFY)
    assert top.post(f"/members/{cast.max}/roles", wish).status_code == 403
    assert top.post(path, wish).get_json()["teaches"] == ["LAS1"]
    assert store.read(lambda tx: tx.people.get(cast.bram)).has(Role.TRAINER, ADC)
    assert top.post(path, {"roles": ["trainer"]}).status_code == 422
    assert top.post(path, {"roles": []}).get_json()["roles"] == ["member"]
