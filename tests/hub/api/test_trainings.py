"""Trainings over the API: trainers and staff plan them, see what comes, and give the places (api.md)."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from hub.services.letting_in import Scope
from tests.cast import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TEN = NOW + 2 * DAY + HOUR  # ten in Brussels
SAID = {
    "course": "LAS1",
    "machines": ["LAS-1"],
    "start": stamp(TEN),
    "end": stamp(TEN + 2 * HOUR),
    "places": 2,
}


@pytest.fixture
def tom(as_):
    return as_("tom", Scope.STAFF)


def test_a_trainer_plans_it_and_gives_its_places(as_, cast, tom):
    made = tom.post("/trainings", SAID)
    body = made.get_json()
    assert (made.status_code, body["trainer"], body["free"], body["machines"]) == (
        201,
        cast.tom,
        2,
        ["LAS-1"],
    )
    path = made.headers["Location"].removeprefix("/api/v1")
    place = tom.post(f"{path}/enrol", {"member": cast.nils, "course": "LAS1"})
    assert (place.status_code, place.get_json()["state"]) == (201, "enrolled")
    shown = tom.get(path).get_json()
    assert (shown["free"], shown["enrolled"]) == (1, [cast.nils])
    assert [one["id"] for one in as_("dora", Scope.STAFF).get("/trainings").get_json()["items"]] == [
        body["id"]
    ]


def test_the_reservation_is_there_and_cancelling_it_is_cancelling_the_training(tom):
    made = tom.post("/trainings", SAID).get_json()
    slot = tom.get(f"/reservations/{made['reservations'][0]}").get_json()
    assert (slot["kind"], slot["start"]) == ("training", SAID["start"])
    assert tom.send("DELETE", f"/reservations/{slot['id']}").status_code == 200
    assert tom.get("/trainings").get_json()["items"] == []
    assert tom.get(f"/trainings/{made['id']}").status_code == 404


def test_a_taken_machine_is_409_and_everything_else_422(as_, tom):
    slot = {"machine": "LAS-1", "start": stamp(TEN), "end": stamp(TEN + HOUR)}
    assert as_("amelie").post("/reservations", slot).status_code == 201
    late = tom.post("/trainings", SAID | {"machines": ["LAS-1", "LAS-2"]})
    assert (late.status_code, late.get_json()["code"]) == (409, "OVERLAP")
    assert late.get_json()["objections"][0]["params"]["machine"] == "LAS-1"
    off = SAID | {"machines": ["LAS-2"], "start": stamp(TEN + timedelta(minutes=7))}
    assert (tom.post("/trainings", off).status_code, tom.get("/trainings").get_json()["items"]) == (422, [])


def test_the_same_with_a_key_is_one_training_and_a_refused_one_leaves_nothing(as_, tom):
    first = tom.post("/trainings", SAID, Idempotency_Key="t")
    again = tom.post("/trainings", SAID, Idempotency_Key="t")
    assert (first.status_code, first.get_json()) == (201, again.get_json())
    more = SAID | {"machines": ["LAS-2", "LAS-1"]}
    assert tom.post("/trainings", more, Idempotency_Key="u").status_code == 409
    assert len(tom.get("/trainings").get_json()["items"]) == 1
    busy = as_("amelie").get(f"/machines/LAS-2/calendar?from={SAID['start']}&to={SAID['end']}").get_json()
    assert busy["reservations"] == []


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"places": 0}, 422, "places"),
        ({"places": "2"}, 422, "places"),
        ({"machines": []}, 422, "machines"),
        ({"machines": ["LAS-1"] * 21}, 422, "machines"),
        ({"start": "soon"}, 422, "start"),
        ({"end": SAID["start"]}, 422, "end"),
        ({"kind": "class"}, 422, "kind"),
        ({"course": "NONE"}, 404, None),
        ({"machines": ["X-1"]}, 404, None),
        ({"trainer": "nobody"}, 404, None),
    ],
)
def test_nonsense_names_the_field(tom, wrong, status, field):
    answer = tom.post("/trainings", SAID | wrong)
    assert answer.status_code == status
    assert answer.get_json()["objections"][0]["params"].get("field") == field
    assert tom.get("/trainings").get_json()["items"] == []


def test_members_neither_plan_nor_list_and_another_lab_sees_nothing(as_, stranger, tom):
    path = tom.post("/trainings", SAID).headers["Location"].removeprefix("/api/v1")
    amelie = as_("amelie")
    assert (amelie.get("/trainings").status_code, amelie.post("/trainings", SAID).status_code) == (403, 403)
    assert stranger.get("/trainings").status_code == 401
    assert {as_(who, Scope.CERTIFY).get(path).status_code for who in ("amelie", "olga")} == {404}


def test_two_pages_of_trainings_the_latest_first(tom):
    for days in (0, 2, 1):
        span = {"start": stamp(TEN + days * DAY), "end": stamp(TEN + days * DAY + HOUR)}
        assert tom.post("/trainings", SAID | span).status_code == 201
    first = tom.get("/trainings?limit=2").get_json()
    rest = tom.get(f"/trainings?limit=2&cursor={first['next']}").get_json()
    starts = [one["start"] for one in (*first["items"], *rest["items"])]
    assert starts == [stamp(TEN + days * DAY) for days in (2, 1, 0)]
    assert rest["next"] is None
