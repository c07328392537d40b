"""Report a machine over the API, and answer the report: what does each of the two see? (R46)"""

from hub.services.letting_in import Scope

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
