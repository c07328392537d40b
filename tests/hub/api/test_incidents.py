"""The log of incidents over the API: for staff alone, page by page, and nobody overwrites what he has not seen (R50)."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from hub.services.letting_in import Scope
from tests.cast import NOW

MISS = {"kind": "near-miss", "at": stamp(NOW - timedelta(hours=1)), "words": "a sleeve near the belt"}


@pytest.fixture
def dora(as_):
    return as_("dora", Scope.STAFF)


def test_staff_write_it_down_and_close_it_with_what_was_done(as_, cast, dora):
    made = dora.post("/incidents", MISS | {"machine": "LAS-1", "concerned": [cast.bram]})
    body = made.get_json()
    assert (made.status_code, body["concerned"], body["closed"]) == (201, [cast.bram], None)
    path = made.headers["Location"].removeprefix("/api/v1")
    assert dora.get(path).get_json() == body
    assert dora.send("PATCH", path, {"closed": True}).get_json()["objections"][0]["params"]["field"] == "done"
    closed = as_("max", Scope.STAFF).send("PATCH", path, {"closed": True, "done": "a guard"}).get_json()
    assert (closed["done"], closed["closed_by"], closed["words"]) == ("a guard", cast.max, MISS["words"])


def test_who_changes_what_somebody_changed_meanwhile_hears_412(dora):
    made = dora.post("/incidents", MISS)
    path, seen = made.headers["Location"].removeprefix("/api/v1"), made.headers["ETag"]
    assert dora.send("PATCH", path, {"words": "a glove"}, If_Match=seen).status_code == 200
    late = dora.send("PATCH", path, {"words": "a scarf"}, If_Match=seen)
    assert (late.status_code, late.get_json()["code"]) == (412, "CHANGED")
    assert dora.get(path).get_json()["words"] == "a glove"


def test_the_log_comes_newest_first_in_pages(dora):
    for hours in (3, 1, 2):
        dora.post("/incidents", MISS | {"at": stamp(NOW - timedelta(hours=hours)), "words": f"{hours} h ago"})
    first = dora.get("/incidents?limit=2").get_json()
    assert [one["words"] for one in first["items"]] == ["1 h ago", "2 h ago"]
    rest = dora.get(f"/incidents?limit=2&cursor={first['next']}").get_json()
    assert ([one["words"] for one in rest["items"]], rest["next"]) == (["3 h ago"], None)
    assert dora.get("/incidents?cursor=rubbish").status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "drama"}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"at": stamp(NOW + timedelta(hours=1))}, "at"),
        ({"words": ""}, "words"),
        ({"machine": "LAS-9"}, "machine"),
        ({"concerned": ["nobody"]}, "concerned"),
        ({"concerned": ["x"] * 51}, "concerned"),
        ({"severity": "danger"}, "severity"),
        ({"closed": True}, "closed"),
    ],
)
def test_nonsense_is_422_and_names_the_field(dora, wrong, field):
    answer = dora.post("/incidents", MISS | wrong)
    assert (answer.status_code, answer.get_json()["objections"][0]["params"]["field"]) == (422, field)
    assert dora.get("/incidents").get_json()["items"] == []


def test_neither_members_nor_trainers_nor_another_lab_see_anything_of_it(as_, stranger, dora):
    path = dora.post("/incidents", MISS).headers["Location"].removeprefix("/api/v1")
    for who in (as_("amelie"), as_("tom", Scope.STAFF)):
        assert (who.get("/incidents").status_code, who.post("/incidents", MISS).status_code) == (403, 403)
        assert who.get(path).status_code in (403, 404)
    assert as_("olga", Scope.CERTIFY).get(path).status_code == 404
    assert stranger.get("/incidents").status_code == 401
