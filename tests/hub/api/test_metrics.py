"""At the root the figures are for bearers of a token alone, and every refusal of a door is among them."""

import pytest

from hub.app import create_app
from hub.services.letting_in import Scope
from hub.services.tally import TALLY
from hub.settings import load, write_new
from tests.cast import NOW
from tests.hub.api.conftest import Client, StoppedClock, token_for


@pytest.fixture
def http(store, cast, tmp_path):
    write_new(tmp_path / "var", "https://lab.example/", {"hub": {"production": False}})
    app = create_app(load(tmp_path / "var", {}), store=store, clock=StoppedClock())
    app.testing = True
    return app.test_client(use_cookies=False)


def test_a_token_opens_the_figures_and_without_one_there_is_no_such_page(http, store, cast):
    assert http.get("/metrics").status_code == 404
    assert http.get("/metrics", headers={"Authorization": "Bearer rubbish"}).status_code == 404
    token = token_for(store, cast.dora, Scope.READ, NOW)
    answer = http.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "# TYPE loquet_write_seconds histogram" in answer.text


@pytest.mark.parametrize("key", [None, "k1"])
def test_a_refused_booking_is_counted_once_by_each_code_with_a_key_and_without(http, store, cast, key):
    amelie = Client(http, token_for(store, cast.amelie, Scope.BOOK, NOW))
    before = TALLY.refusals().get(("api", "NOT_FOUND"), 0)
    wanted = {"machine": "LAS-9", "start": "2026-11-24T12:00:00Z", "end": "2026-11-24T13:00:00Z"}
    more = {"Idempotency_Key": key} if key else {}
    assert amelie.post("/reservations", wanted, **more).status_code == 404
    assert TALLY.refusals()["api", "NOT_FOUND"] == before + 1
