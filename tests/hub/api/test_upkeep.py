"""The upkeep over the API: what do staff read, and note? (R48)"""

from hub.services.letting_in import Scope


def test_staff_note_what_was_done_and_read_it_again(as_, cast):
    dora = as_("dora", Scope.STAFF)
    made = dora.post("/machines/LAS-1/upkeep", {"note": "lens cleaned"})
    assert (made.status_code, made.get_json()["by"]) == (201, cast.dora)
    here = dora.get("/machines/LAS-1/upkeep").get_json()
    assert [one["note"] for one in here["done"]] == ["lens cleaned"]
    assert (here["stands"], here["after_h"], here["power_s"]) == ("", None, 0)


def test_no_member_notes_one(as_):
    assert as_("amelie").post("/machines/LAS-1/upkeep", {"note": "x"}).status_code == 403
    assert as_("olga", Scope.STAFF).get("/machines/LAS-1/upkeep").status_code in (403, 404)
