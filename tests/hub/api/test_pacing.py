"""What does a script that runs wild hear? 429 and when to come back; nobody else hears anything."""

import pytest

from hub.api import Deps, register
from hub.api.pacing import MOST, Pace
from hub.services.letting_in import Scope
from tests.hub.api.conftest import Client, token_for


def test_each_bearer_has_a_bucket_of_his_own_that_fills_again():
    pace = Pace(burst=2, refill_s=0.5)
    assert [pace.wait_s("a", 0) for _ in range(3)] == [0, 0, 2]
    assert pace.wait_s("b", 0) == 0
    assert pace.wait_s("a", 1999) == 1
    assert pace.wait_s("a", 2000) == 0


def test_a_clock_that_steps_back_gives_nothing_away():
    pace = Pace(burst=1, refill_s=1)
    assert [pace.wait_s("a", 10_000), pace.wait_s("a", 0), pace.wait_s("a", 0)] == [0, 1, 1]


def test_a_flood_of_names_does_not_fill_the_memory_and_forgets_no_debt():
    pace = Pace(burst=1, refill_s=0.001)
    pace.wait_s("wild", 0)
    fuller = Pace(burst=2, refill_s=0.001)
    fuller.wait_s("wild", 0)
    fuller.wait_s("wild", 0)
    for n in range(MOST + 10):
        fuller.wait_s(str(n), 0)
    assert len(fuller._buckets) == MOST
    assert fuller.wait_s("wild", 0) > 0


@pytest.fixture
def app(app, store, clock):
    app = type(app)("paced")
    app.testing = True
    register(app, Deps(store, clock, pace=Pace(burst=3, refill_s=1)))
    return app


def test_the_fourth_request_at_once_is_told_when_to_come_back(app, store, cast):
    amelie = Client(app.test_client(), token_for(store, cast.amelie, Scope.BOOK))
    bram = Client(app.test_client(), token_for(store, cast.bram, Scope.BOOK))
    heard = [amelie.get("/me") for _ in range(4)]
    assert [one.status_code for one in heard] == [200, 200, 200, 429]
    assert (heard[3].headers["Retry-After"], heard[3].get_json()["code"]) == ("1", "RATE_LIMITED")
    assert bram.get("/me").status_code == 200
