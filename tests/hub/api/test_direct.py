"""Does a request with a token get, past the pages' app, what it gets through it: the same answers, the same headers?"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.vocabulary import Role
from hub.app import create_app
from hub.services.letting_in import Scope, issue_token
from hub.settings import load, write_new
from tests.cast import ADC, NOW
from tests.hub.api.conftest import StoppedClock, token_for

WEEK = "/api/v1/machines/LAS-1/calendar?from=2026-11-24T00:00:00Z&to=2026-12-01T00:00:00Z"


@pytest.fixture
def hub(store, cast, tmp_path) -> Iterator[Flask]:
    write_new(tmp_path / "var", "https://lab.example/", {"hub": {"production": False}})
    app = create_app(load(tmp_path / "var", {}), store=store, clock=StoppedClock())
    app.testing = True
    return app


@pytest.fixture
def http(hub) -> FlaskClient:
    return hub.test_client(use_cookies=False)


def bearing(store, person, scope=Scope.BOOK):
    return {"Authorization": f"Bearer {token_for(store, person, scope)}"}


def book(http, who, hour=1):
    start, end = NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 1)
    body = {"machine": "LAS-1", "start": start.isoformat(), "end": end.isoformat()}
    return http.post("/api/v1/reservations", json=body, headers=who)


def test_every_door_keeps_the_house_s_headers(http):
    for path in ("/api/v1/machines", "/api/v1/nowhere", WEEK, "/login"):
        answer = http.get(path)
        for name in (
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Strict-Transport-Security",
        ):
            assert len(answer.headers.getlist(name)) == 1, (path, name)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_with_a_cookie_and_without_the_same_is_said(hub, http):
    other = hub.test_client()
    other.set_cookie("theme", "dark")
    for path in ("/api/v1/machines", "/api/v1/me", "/api/v1/nowhere", WEEK):
        direct, paged = http.get(path), other.get(path)
        assert (direct.status_code, direct.get_json()) == (paged.status_code, paged.get_json())


def test_a_method_that_no_door_knows_is_a_problem_too(http):
    answer = http.open("/api/v1/machines/LAS-1", method="PROPFIND")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, PATCH"
    assert answer.get_json()["objections"][0]["params"] == {"field": "method"}


def test_a_token_books_and_its_revocation_holds_at_once(http, store, cast):
    who = bearing(store, cast.amelie)
    assert book(http, who).status_code == 201
    held = store.read(lambda tx: tx.tokens.of(cast.amelie))
    store.write(lambda tx: [tx.tokens.revoke(one.id, NOW) for one in held])
    assert book(http, who, hour=4).status_code == 401


def test_a_role_taken_away_counts_from_the_next_request(http, store, cast):
    who = bearing(store, cast.dora, Scope.STAFF)
    assert http.get("/api/v1/members", headers=who).status_code == 200
    store.write(lambda tx: tx.people.take_role(cast.dora, ADC, Role.STAFF))
    assert http.get("/api/v1/members", headers=who).status_code == 403


def test_a_token_that_has_run_out_opens_nothing(hub, http, store, cast):
    def short(tx):
        person = tx.people.get(cast.amelie)
        return issue_token(tx, person, Scope.READ, timedelta(hours=1), person.id, NOW - timedelta(hours=2))

    assert (
        http.get("/api/v1/me", headers={"Authorization": f"Bearer {store.write(short)}"}).status_code == 401
    )


def test_who_has_the_calendar_is_told_so_until_it_changes(http, store, cast):
    first = http.get(WEEK)
    known = {"If-None-Match": first.headers["ETag"]}
    again = http.get(WEEK, headers=known)
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert book(http, bearing(store, cast.amelie)).status_code == 201
    changed = http.get(WEEK, headers=known)
    assert changed.status_code == 200
    assert len(changed.get_json()["reservations"]) == 1


def test_a_stranger_s_tag_is_worth_nothing_to_a_bearer(http, store, cast):
    tag = http.get(WEEK).headers["ETag"]
    answer = http.get(WEEK, headers={"If-None-Match": tag} | bearing(store, cast.amelie))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")


ASKED = [
    ("GET", "/api/v1/machines", {}),
    ("HEAD", "/api/v1/machines", {}),
    ("OPTIONS", "/api/v1/machines", {}),
    ("DELETE", "/api/v1/machines", {}),
    ("GET", "/api/v1/machines/LAS-1", {"If-None-Match": "*"}),
    ("GET", "/api/v1/machines/LAS-1", {"If-Match": '"old"'}),
    ("GET", "/api/v1/machines/L%C3%89-1%20", {}),
    ("GET", "/api/v1/machines/%FF", {}),
    ("GET", "/api/v1/machines/", {}),
    ("GET", "/api/v1/me", {}),
    ("GET", "/api/v1/free?family=laser&minutes=60", {"Accept-Language": "nl"}),
    ("GET", "/api/v1/free?family=laser&minutes=x", {"Accept-Language": "nl"}),
    ("GET", "/api/v1/reservations/x", {}),
    ("POST", "/api/v1/reservations", {"Content-Type": "text/plain"}),
    ("POST", "/api/v1/reservations", {"Content-Type": "application/json", "Idempotency-Key": ""}),
    ("GET", "/api/v1/openapi.json", {}),
]


@pytest.mark.parametrize("name", ["amelie", None])
def test_past_the_framework_the_very_same_is_said(hub, http, store, cast, name):
    who = bearing(store, getattr(cast, name), Scope.READ) if name else {}
    for method, path, headers in ASKED:
        sent, data = headers | who, b"{" if method == "POST" else None
        direct = http.open(path, method=method, headers=sent, data=data)
        with hub.test_request_context(path, method=method, headers=sent, data=data) as there:
            paged = hub.full_dispatch_request()  # the pages' app, asked for its own doors
            environ = there.request.environ
            said, told = b"".join(paged.get_app_iter(environ)), paged.get_wsgi_headers(environ)
        assert (direct.status_code, direct.data) == (paged.status_code, said), path
        for header in ("Content-Type", "ETag", "Cache-Control", "Allow", "WWW-Authenticate"):
            assert direct.headers.getlist(header) == told.getlist(header), (method, path, header)
        if method == "GET" and paged.status_code == 200:
            assert direct.headers["Content-Length"] == str(len(said))


def test_a_body_too_large_is_a_problem_there_too(http, store, cast):
    answer = http.post("/api/v1/reservations", data=b" " * 70_000, headers=bearing(store, cast.amelie))
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_an_answer_to_a_key_is_the_same_through_both_ways(hub, http, store, cast):
    who = bearing(store, cast.amelie) | {"Idempotency-Key": "k"}
    first, again = book(http, who), book(http, who)
    assert (first.status_code, first.data, first.headers["Location"]) == (
        201, again.data, again.headers["Location"],
    )  # fmt: skip
