"""Who opens the enrolment of a badge by the API, and what the console is told? (R57)"""

from datetime import timedelta

import pytest

from core.vocabulary import Purpose
from core.wire.messages import Ask, Badge
from core.wire.seal import Keys, hidden
from hub.services import asking
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from hub.store.making import found
from tests.cast import ADC, NOW

NODE_KEY, VAULT = bytes(range(32)), Vault(bytes(32))
PATH = "/nodes/las-1/enrolment"
SECOND = timedelta(seconds=1)
UID = bytes.fromhex("04deadbeef0102")


@pytest.fixture
def node(store, cast):
    """las-1 stands there, and is heard."""

    def stand(tx):
        found(tx, NOW, demo=False)
        tx.nodes.add("las-1", ADC, "LAS-1", VAULT.seal(NODE_KEY), NOW)
        tx.nodes.seen("las-1", NOW, {"online": True})

    store.write(stand)


def laid(store, uid: bytes, at) -> bool:
    secret = hidden(Keys.of(NODE_KEY).conceal, uid, "n")
    ask = Ask("q", "n", at, Badge("k"), Purpose.ENROL, secret)
    answer = store.write(lambda tx: asking.answer(tx, "las-1", ask, VAULT, at))
    return answer.decision.allowed


def test_dora_with_a_second_factor_opens_it_and_reads_the_figures_that_the_display_shows(
    as_, store, cast, node
):
    answer = as_("dora", Scope.CERTIFY).post(PATH, {"member": cast.nils})
    assert answer.status_code == 202
    (order,) = store.write(lambda tx: tx.outbox.latest("order", "las-1", NOW - SECOND))
    assert answer.json["check"] == order.payload["args"]["check"]
    assert (answer.json["member"], answer.json["node"]) == (cast.nils, "las-1")
    assert answer.json["until"] == "2026-11-24T08:01:30.000Z"
    assert "uid" not in str(answer.json).lower()


@pytest.mark.parametrize("scope", [Scope.READ, Scope.BOOK, Scope.STAFF])
def test_a_token_without_a_second_factor_opens_nothing(as_, store, cast, node, scope):
    assert as_("dora", scope).post(PATH, {"member": cast.nils}).status_code == 403
    assert not store.write(lambda tx: tx.outbox.latest("order", "las-1", NOW - SECOND))


@pytest.mark.parametrize("who", ["amelie", "tom", "olga"])
def test_members_trainers_and_another_labs_people_learn_nothing_of_it(as_, cast, node, who):
    by = as_(who, Scope.CERTIFY)
    told = [by.post(path, {"member": cast.nils}) for path in (PATH, "/nodes/las-9/enrolment")]
    assert {one.status_code for one in told} <= {403, 404}
    assert told[0].status_code == told[1].status_code


@pytest.mark.parametrize("body", [{}, {"member": 7}, {"member": None}, [], b"no json"])
def test_rubbish_opens_nothing(as_, cast, node, body):
    assert as_("dora", Scope.CERTIFY).post(PATH, body).status_code == 422


def test_a_stranger_to_the_lab_or_a_node_out_of_reach_is_told_so(as_, store, cast, node):
    dora = as_("dora", Scope.CERTIFY)
    assert dora.post(PATH, {"member": "nobody"}).status_code == 404
    assert dora.post("/nodes/las-9/enrolment", {"member": cast.nils}).status_code == 404
    store.write(lambda tx: tx.nodes.seen("las-1", NOW, {"online": False}))
    refused = dora.post(PATH, {"member": cast.nils})
    assert (refused.status_code, refused.json["code"]) == (422, "NODE_OFFLINE")


@pytest.mark.parametrize(("after", "taken"), [(89, True), (90, False)])
def test_the_badge_is_taken_for_ninety_seconds(as_, store, cast, node, after: int, taken: bool):
    as_("dora", Scope.CERTIFY).post(PATH, {"member": cast.nils})
    assert laid(store, UID, NOW + after * SECOND) is taken


def test_a_telephone_that_invents_its_number_is_refused_and_the_real_badge_still_taken(
    as_, store, cast, node
):  # E39
    as_("dora", Scope.CERTIFY).post(PATH, {"member": cast.nils})
    assert not laid(store, bytes.fromhex("08a1b2c3"), NOW + SECOND)
    assert laid(store, UID, NOW + 2 * SECOND)
    assert not laid(store, bytes.fromhex("04deadbeef0103"), NOW + 3 * SECOND)  # one badge
