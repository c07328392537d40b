"""Who may open which door? Every route is tried by a stranger, by every kind of token, by the wrong person."""

from datetime import timedelta

import pytest

from hub.api import Deps, register
from hub.api.registering import ROUTES
from hub.services.letting_in import Scope, issue_token
from tests.cast import NOW
from tests.hub.api.conftest import Client, token_for

CLOSED = [route for route in ROUTES if route.scope is not None]
FOR_STAFF = [route for route in CLOSED if route.scope >= Scope.STAFF]


def address(route):
    path = route.path.replace("/api/v1", "", 1)
    return path.replace("{machine}", "LAS-1").replace("{", "").replace("}", "")


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_a_stranger_is_asked_for_a_token(stranger, route):
    answer = stranger.send(route.method, address(route))
    assert (answer.status_code, answer.get_json()["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "route", [one for one in CLOSED if one.scope > Scope.READ], ids=lambda route: route.name
)
def test_a_token_with_too_small_a_scope_is_refused_even_for_a_manager(as_, route):
    answer = as_("max", Scope(route.scope - 1)).send(route.method, address(route))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("route", FOR_STAFF, ids=lambda route: route.name)
def test_a_member_with_the_greatest_token_is_no_staff(as_, route):
    body = {
        "lifted": True,
        "reason": "x",
        "machine": "LAS-1",
        "state": "lost",
        "member": "x",
        "course": "LAS1",
    }
    wanted = {k: v for k, v in body.items() if route.form and k in route.form.model_fields}
    answer = as_("amelie", Scope.CERTIFY).send(route.method, address(route), wanted if route.form else None)
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Basic abc", "Bearer lqt_wrong", "lqt_x", "Bearer " + "x" * 9000]
)
def test_a_token_that_is_none_is_refused_even_where_anyone_may_look(stranger, header):
    answer = stranger.get("/machines", Authorization=header)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "UNAUTHENTICATED")


def test_a_token_works_to_its_last_millisecond_and_not_after(as_, clock):
    amelie = as_("amelie")
    clock.at = NOW + timedelta(hours=12) - timedelta(milliseconds=1)
    assert amelie.get("/me").status_code == 200
    clock.at = NOW + timedelta(hours=12)
    assert amelie.get("/me").status_code == 401


def test_a_revoked_token_and_one_of_a_closed_account_are_void(as_, store, cast):
    amelie, bram = as_("amelie"), as_("bram")
    (token,) = store.read(lambda tx: tx.tokens.of(cast.amelie))
    store.write(lambda tx: tx.tokens.revoke(token.id, NOW))
    store.write(lambda tx: tx.people.change(cast.bram, {"active": False}))
    assert (amelie.get("/me").status_code, bram.get("/me").status_code) == (401, 401)


def test_a_role_that_was_taken_away_is_gone_from_the_next_request(as_, store, cast):
    dora = as_("dora", Scope.STAFF)
    assert dora.get("/members").status_code == 200
    store.write(lambda tx: tx.people.take_role(cast.dora, "adc", "staff"))
    assert dora.get("/members").status_code == 403


def test_a_certify_token_lasts_twelve_hours_at_most(store, cast):
    def issue(hours):
        return store.write(
            lambda tx: issue_token(
                tx, tx.people.get(cast.max), Scope.CERTIFY, timedelta(hours=hours), "cli", NOW
            )
        )

    assert issue(12)
    with pytest.raises(ValueError, match="12 hours"):
        issue(12.001)


def test_the_database_does_not_know_a_token(store, cast, tmp_path):
    clear = token_for(store, cast.amelie, Scope.BOOK)
    store.close()
    assert clear.encode() not in (tmp_path / "loquet.db").read_bytes()


def test_a_page_s_cookie_counts_only_with_the_csrf_header(app, store, cast, clock):
    app = type(app)("with pages")
    app.testing = True
    allowed = []
    register(app, Deps(store, clock, signed_in=lambda: cast.amelie, csrf_ok=lambda: bool(allowed)))
    page = Client(app.test_client())
    assert page.get("/me").status_code == 401
    allowed.append("yes")
    assert page.get("/me").get_json()["id"] == cast.amelie


def test_nobody_else_s_words_are_in_the_open_answers(stranger, cast, store):
    for path in ("/machines", "/machines/LAS-1", "/machines/LAS-1/calendar", "/free?family=laser"):
        text = stranger.get(path).text
        assert not any(word in text for word in ("Tester", "@", *cast.ids.values()))
