"""Report a machine over the API, and answer the report: what does each of the two see? (R46)"""

import base64

import pytest

from hub.services.letting_in import Scope
from hub.services.pictures import MOST_BYTES
from tests.hub.pictures import bomb, opened, picture, with_place

TOLD = {"severity": "danger", "words": "it smokes"}


def test_a_danger_takes_the_machine_out_for_everybody_and_the_answer_gives_it_back(as_, stranger):
    amelie, dora = as_("amelie"), as_("dora", Scope.STAFF)
    told = amelie.post("/machines/LAS-1/reports", TOLD)
    assert (told.status_code, told.get_json()["severity"]) == (201, "danger")
    assert stranger.get("/machines/LAS-1").get_json()["status"] == "out_of_order"
    identity = told.get_json()["id"]
    assert told.headers["Location"].endswith(f"/reports/{identity}")
    assert [one["id"] for one in dora.get("/reports").get_json()["items"]] == [identity]
    said = {"answer": "false-alarm", "reason": "a cloth lay on it"}
    assert dora.post(f"/reports/{identity}/answer", said).get_json()["answer"] == "false-alarm"
    assert stranger.get("/machines/LAS-1").get_json()["status"] == "ok"
    (strike,) = amelie.get("/me/strikes").get_json()["items"]
    assert (strike["cause"], strike["machine"], strike["reservation"]) == ("false-alarm", "LAS-1", None)
    assert amelie.get(f"/reports/{identity}").get_json()["reason"] == "a cloth lay on it"


def test_the_third_danger_of_a_day_is_429_and_says_when_again(as_):
    amelie = as_("amelie")
    for _ in range(2):
        assert amelie.post("/machines/LAS-1/reports", TOLD).status_code == 201
    third = amelie.post("/machines/LAS-1/reports", TOLD)
    assert (third.status_code, third.get_json()["code"]) == (429, "RATE_LIMITED")
    assert int(third.headers["Retry-After"]) == 15 * 3600  # it is nine in Brussels


def test_members_neither_list_what_others_reported_nor_answer_it(as_):
    identity = as_("amelie").post("/machines/LAS-1/reports", TOLD).get_json()["id"]
    assert as_("bram").get(f"/reports/{identity}").status_code == 404
    assert as_("amelie").get("/reports").status_code == 403
    said = {"answer": "mended", "reason": "x"}
    assert as_("amelie").post(f"/reports/{identity}/answer", said).status_code == 403


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_photo_comes_with_the_report_and_only_staff_and_who_sent_it_see_it(as_, stranger):
    amelie = as_("amelie")
    told = amelie.post(
        "/machines/LAS-1/reports", TOLD | {"category": "fire", "photo": in_base64(with_place())}
    )
    body = told.get_json()
    assert (told.status_code, body["category"]) == (201, "fire")
    path = body["photo"].removeprefix("/api/v1")
    for who in (amelie, as_("dora", Scope.STAFF)):
        seen = who.get(path)
        assert (seen.status_code, seen.mimetype, opened(seen.data).size) == (200, "image/jpeg", (64, 48))
        assert seen.headers["Cache-Control"] == "private, no-store"
        assert b"Pocket Camera" not in seen.data
    assert as_("bram").get(path).status_code == 404
    assert as_("tom", Scope.STAFF).get(path).status_code == 404
    assert as_("olga", Scope.CERTIFY).get(path).status_code == 404
    assert stranger.get(path).status_code == 401


def test_a_report_without_a_photo_has_none_to_show(as_):
    body = as_("amelie").post("/machines/LAS-1/reports", TOLD).get_json()
    assert (body["photo"], body["category"]) == (None, "other")
    assert as_("amelie").get(f"/reports/{body['id']}/photo").status_code == 404


@pytest.mark.parametrize(
    ("photo", "status", "why"),
    [
        (in_base64(b"GIF89a, says the name"), 422, "no-picture"),
        (in_base64(bomb()), 422, "too-many-pixels"),
        (in_base64(picture() + bytes(MOST_BYTES)), 422, "too-large"),
        ("not base64!", 422, None),
        ("caf\u00e9", 422, None),
        ("", 422, "no-picture"),
        (["x"], 422, None),
        ("A" * (7 * 1024 * 1024 + 100_000), 413, None),
    ],
    ids=range(8),
)
def test_a_photo_that_is_none_is_refused_and_nothing_is_written(as_, store, cast, photo, status, why):
    amelie = as_("amelie")
    before = store.read(lambda tx: tx.audit.head())
    answer = amelie.post("/machines/LAS-1/reports", TOLD | {"photo": photo})
    assert (answer.status_code, answer.get_json()["code"]) == (status, "INVALID")
    assert answer.get_json()["objections"][0]["params"].get("why") == why
    assert store.read(lambda tx: tx.audit.head()) == before
    assert store.read(lambda tx: tx.reports.of(cast.amelie)) == []


def test_another_door_takes_no_more_than_before(as_):
    big = {"machine": "LAS-1", "start": "x", "end": "y", "note": "n" * 70_000}
    assert as_("amelie").post("/reservations", big).status_code == 413


def test_the_same_report_sent_twice_with_a_key_is_one_with_one_photo(as_, store, cast):
    amelie, said = as_("amelie"), TOLD | {"photo": in_base64(picture())}
    first = amelie.post("/machines/LAS-1/reports", said, Idempotency_Key="k1")
    again = amelie.post("/machines/LAS-1/reports", said, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(store.read(lambda tx: tx.reports.of(cast.amelie))) == 1


def test_a_word_that_is_no_category_is_refused(as_):
    answer = as_("amelie").post("/machines/LAS-1/reports", TOLD | {"category": "ghosts"})
    assert (answer.status_code, answer.get_json()["objections"][0]["params"]["field"]) == (422, "category")
