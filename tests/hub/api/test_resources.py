"""What machines share, over the API: down, with all of them, and up again. (R49)"""

from core.timeline import stamp
from hub.services.letting_in import Scope
from tests.hub.services.desk import at


def test_the_compressor_takes_its_machines_with_it_after_a_look_at_whom_that_hits(as_, stranger):
    dora = as_("dora", Scope.STAFF)
    slot = {"machine": "LAS-2", "start": stamp(at(14)), "end": stamp(at(15))}
    hers = as_("amelie").post("/reservations", slot).get_json()["id"]
    made = dora.post("/resources", {"name": "compressor", "machines": ["LAS-1", "LAS-2"]})
    where = f"/resources/{made.get_json()['id']}"
    assert made.headers["Location"].endswith(where)
    wish = {"reason": "oil", "until": stamp(at(16))}
    seen = dora.post(f"{where}/down?preview=1", wish).get_json()
    assert [one["id"] for one in seen["cancelled"]] == [hers]
    assert stranger.get("/machines/LAS-2").get_json()["status"] == "ok"
    assert [one["id"] for one in dora.post(f"{where}/down", wish).get_json()["cancelled"]] == [hers]
    assert stranger.get("/machines/LAS-2").get_json()["status"] == "out_of_order"
    said = as_("bram").get("/machines/LAS-1/decision").get_json()["objections"]
    assert said[0]["code"] == "RESOURCE_DOWN"
    assert "compressor" in said[0]["message"]
    assert dora.post(f"{where}/up").get_json()["down"] is None
    assert stranger.get("/machines/LAS-2").get_json()["status"] == "ok"


def test_members_neither_see_nor_change_what_machines_share(as_):
    assert as_("amelie").get("/resources").status_code == 403
    assert as_("amelie").post("/resources", {"name": "air", "machines": []}).status_code == 403


def test_what_is_shared_no_more_is_removed_once_it_is_not_down(as_):
    dora = as_("dora", Scope.STAFF)
    made = dora.post("/resources", {"name": "compressor", "machines": ["LAS-1"]})
    where = f"/resources/{made.get_json()['id']}"
    dora.post(f"{where}/down", {"reason": "oil"})
    assert dora.send("DELETE", where).status_code == 412
    dora.post(f"{where}/up")
    assert as_("amelie").send("DELETE", where).status_code == 403
    assert dora.send("DELETE", where).get_json()["name"] == "compressor"
    assert dora.get(where).status_code == 404
    assert dora.send("DELETE", where).status_code == 404
