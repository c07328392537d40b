"""Does the API keep to its page (api.md) at every door: methods, media types, preconditions, keys, and its own description?"""

import re

import pytest

from hub.api.registering import ROUTES
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from tests.hub.api.conftest import app_over
from tests.hub.api.test_others import Things, address, owned, things, wanted

__all__ = ["Things", "things"]  # Amélie's things, as the walk of test_others knows them
DOCUMENTED = ("get", "post", "put", "patch", "delete")
TABLE = {  # api.md, "REST, version 1", row by row
    "GET": "/machines /machines/{} /machines/{}/calendar /machines/{}/decision /free /reservations /reservations/{} /me"
    " /me/certificates /me/usage /members /badges /nodes /closures /lockouts /rules /sessions /audit /stream",
    "POST": "/reservations /reservations/{}/extend /reservations/{}/release /reservations/{}/late /reservations/series"
    " /waitlist /waitlist/{}/accept /waitlist/{}/pass /certificates /certificates/{}/suspend /certificates/{}/revoke"
    " /members /badges /nodes /closures /lockouts /rules",
    "PATCH": "/reservations/{} /members/{} /badges/{} /nodes/{} /lockouts/{} /rules/{}/{}",
    "DELETE": "/reservations/{} /waitlist/{}",
}


@pytest.fixture
def app(store, clock):
    return app_over(store, clock, Vault(b"v" * 32))


def described(stranger):
    paths = stranger.get("/openapi.json").get_json()["paths"]
    return {(method.upper(), path) for path, ways in paths.items() for method in ways if method in DOCUMENTED}


def test_the_document_and_the_doors_are_the_same(app, stranger):
    adapter = app.url_map.bind("hub.example")
    doors = {
        (method, path): adapter.match(re.sub(r"{\w+}", "x", path), method=method)[0]
        for method, path in described(stranger)
    }
    assert set(doors) == {(route.method, route.path) for route in ROUTES}
    assert not [door for door, view in doors.items() if "lost" in view]


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, paths in TABLE.items() for path in paths.split()]
)
def test_every_door_that_the_page_promises_is_described(stranger, method, path):
    shapes = {(way, re.sub(r"{\w+}", "{}", one)) for way, one in described(stranger)}
    assert (method, f"/api/v1{path}") in shapes


@pytest.mark.parametrize("path", ["/board.json", "/calendar/{secret}.ics", "/spaceapi.json"])
def test_what_stands_at_the_root_is_described_too(stranger, path):
    assert ("GET", path) in described(stranger)


SENT = [route for route in ROUTES if route.form is not None]


@pytest.mark.parametrize("route", SENT, ids=lambda route: route.name)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_what_is_not_said_to_be_json_is_not_read(as_, route, kind):
    path = address_of(route)
    answer = as_("max", Scope.CERTIFY).send(route.method, path, b'{"reason": "x"}', Content_Type=kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert answer.get_json()["objections"][0]["params"] == {"field": "Content-Type"}


def address_of(route):
    return re.sub(r"{\w+}", "x", route.path.replace("/api/v1", "", 1))


@pytest.mark.parametrize("kind", ["", "application/json", "application/json; charset=utf-8"])
def test_json_is_read_whether_it_says_so_or_says_nothing(as_, kind):
    answer = as_("amelie").post("/reservations/series", b"{}", Content_Type=kind)
    assert answer.get_json()["objections"][0]["params"]["field"] == "machine"


CHANGES = [
    route for route in ROUTES if owned(route) and route.method != "GET" and "/enrolment" not in route.path
]


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.name)
def test_no_change_is_made_to_a_thing_that_is_no_longer_what_the_caller_saw(as_, store, things, route):
    who, scope = ("amelie", Scope.BOOK) if route.scope < Scope.STAFF else ("max", Scope.CERTIFY)
    client, before = as_(who, scope), store.read(lambda tx: tx.audit.head()[0])
    answer = client.send(
        route.method, address(route, things.ids[owned(route)]), wanted(route), If_Match='"seen-long-ago"'
    )
    assert (answer.status_code, answer.get_json()["code"]) == (412, "CHANGED")
    assert store.read(lambda tx: tx.audit.head()[0]) == before


def test_a_machine_is_changed_by_whoever_saw_it_as_it_is(as_, stranger):
    max_, out = as_("max", Scope.STAFF), {"status": "out_of_order", "reason": "mirror"}
    seen = stranger.get("/machines/LAS-1").headers["ETag"]
    assert max_.send("PATCH", "/machines/LAS-1", out, If_Match='"old"').status_code == 412
    assert max_.send("PATCH", "/machines/LAS-1", out, If_Match=seen).status_code == 200


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD"])
def test_a_door_says_which_methods_it_has(stranger, method):
    answer = stranger.send(method, "/machines")
    assert answer.status_code == (204 if method == "OPTIONS" else 200)
    assert method == "HEAD" or answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_secret_is_said_again_to_the_same_key_and_is_kept_sealed(as_, store, tmp_path):
    amelie = as_("amelie")
    first, again = (amelie.post("/me/feeds", {}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, first.data, first.headers["ETag"]) == (201, again.data, again.headers["ETag"])
    assert len(amelie.get("/me/feeds").get_json()["items"]) == 1
    secret = first.get_json()["url"].rpartition("/")[2].removesuffix(".ics").encode()
    store.close()
    assert not any(secret in file.read_bytes() for file in tmp_path.glob("loquet.db*"))


def test_a_badge_is_enrolled_once_for_a_key_and_its_uid_is_nowhere(as_, store, cast, tmp_path):
    max_, wish = as_("max", Scope.CERTIFY), {"member": cast.amelie, "uid": "04AABBCCDDEE80"}
    first, again = (max_.post("/badges", wish, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, first.data) == (201, again.data)
    other = max_.post("/badges", wish | {"uid": "04AABBCCDDEE81"}, Idempotency_Key="k")
    assert (other.status_code, other.get_json()["code"]) == (422, "IDEMPOTENCY")
    assert len(max_.get(f"/badges?member={cast.amelie}").get_json()["items"]) == 1
    store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("loquet.db*"))
    assert bytes.fromhex(wish["uid"]) not in kept
    assert wish["uid"].encode() not in kept


@pytest.mark.parametrize(
    ("asked", "own", "answered"),
    [("nl", "fr", "nl"), ("de", "nl", "nl"), ("", "nl", "nl"), ("de, en;q=0.5", "nl", "en")],
)
def test_a_language_that_we_do_not_speak_gives_way_to_one_s_own(as_, store, cast, asked, own, answered):
    words = {"fr": "Il n’y a rien ici.", "nl": "Hier is niets.", "en": "There is nothing here."}
    store.write(lambda tx: tx.people.change(cast.amelie, {"lang": own}))
    said = as_("amelie").get("/nowhere", Accept_Language=asked).get_json()["detail"]
    assert said == words[answered]
