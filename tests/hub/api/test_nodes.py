"""How does a box come beside a machine? Announced by staff, without a key; it serves nobody before it is paired."""

import pytest

from core.timeline import stamp
from core.wire.codec import canonical
from hub.ports import NewRecord
from hub.services import granting
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW

WISH = {"id": "las-1", "machine": "LAS-1"}


@pytest.fixture
def staff(as_):
    return as_("dora", Scope.STAFF)


def test_a_box_that_is_announced_is_awaited_and_serves_nobody(staff, stranger, store):
    made = staff.post("/nodes", WISH)
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/nodes/las-1")
    assert {name: made.get_json()[name] for name in ("id", "machine", "online", "state")} == WISH | {
        "online": False,
        "state": "awaited",
    }
    assert stranger.get("/machines/LAS-1").get_json()["online"] is None
    assert store.read(lambda tx: granting.view_body(tx, "las-1", None, NOW)) is None


def test_no_key_of_a_node_is_ever_shown(staff, store):
    staff.post("/nodes", WISH)
    store.write(lambda tx: tx.nodes.add("las-2", ADC, "LAS-2", b"sealed-secret", NOW))
    said = staff.get("/nodes").text + staff.get("/nodes/las-2").text
    assert not any(word in said for word in ("sealed", "secret", "key"))


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({"id": "las-1", "machine": "LAS-2"}, 422, "id"),
        ({"id": "las-9", "machine": "LAS-1"}, 422, "machine"),
        ({"id": "hub", "machine": "LAS-2"}, 422, "id"),
        ({"id": "LAS 2", "machine": "LAS-2"}, 422, "id"),
        ({"id": "../etc", "machine": "LAS-2"}, 422, "id"),
        ({"id": "las-9", "machine": "LAS-9"}, 404, None),
        ({"id": "las-9"}, 422, "machine"),
    ],
)
def test_a_name_that_is_taken_or_none_and_a_machine_that_has_one_are_refused(
    staff, store, wish, status, field
):
    staff.post("/nodes", WISH)
    answer = staff.post("/nodes", wish)
    assert answer.status_code == status
    assert answer.get_json()["objections"][0]["params"].get("field") == field
    assert [one.id for one in store.read(lambda tx: tx.nodes.all())] == ["las-1"]


def test_one_that_is_awaited_is_moved_and_one_that_serves_is_not(staff, store):
    staff.post("/nodes", WISH)
    moved = staff.send("PATCH", "/nodes/las-1", {"machine": "LAS-2"})
    assert (moved.status_code, moved.get_json()["machine"]) == (200, "LAS-2")
    store.write(lambda tx: tx.nodes.add("sol-1", ADC, "SOL-1", b"sealed", NOW))
    assert staff.send("PATCH", "/nodes/sol-1", {"machine": "LAS-1"}).status_code == 422
    assert staff.send("PATCH", "/nodes/las-1", {"machine": "SOL-1"}).status_code == 422
    assert staff.send("PATCH", "/nodes/las-1", {"retired": False}).status_code == 422


def test_a_box_that_is_retired_serves_nobody_until_it_is_taken_back(staff, stranger, store):
    store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", b"sealed", NOW))
    assert stranger.get("/machines/LAS-1").get_json()["online"] is False
    tag = staff.get("/nodes/las-1").headers["ETag"]
    gone = staff.send("PATCH", "/nodes/las-1", {"retired": True}, If_Match=tag)
    assert (gone.status_code, gone.get_json()["state"]) == (200, "retired")
    assert stranger.get("/machines/LAS-1").get_json()["online"] is None
    assert staff.send("PATCH", "/nodes/las-1", {"retired": True}, If_Match=tag).status_code == 412
    back = staff.send("PATCH", "/nodes/las-1", {"retired": False})
    assert (back.get_json()["state"], back.get_json()["retired"]) == ("paired", None)


def test_a_member_announces_nothing(as_, store):
    assert as_("amelie", Scope.CERTIFY).post("/nodes", WISH).status_code == 403
    assert as_("olga", Scope.CERTIFY).post("/nodes", WISH).status_code == 403
    assert store.read(lambda tx: tx.nodes.all()) == []


def test_staff_read_what_a_box_found_in_itself_and_can_ask_for_it(staff, as_, store):
    staff.post("/nodes", WISH)
    said = {"result": "warn", "parts": {"voltage": "warn"}, "words": {"voltage": "under-voltage now"}}
    record = NewRecord(1, NOW, "selftest", None, canonical({"type": "selftest", "data": said}), "hash")
    store.write(lambda tx: tx.records.append("las-1", ADC, "j1", [record], NOW))
    (found,) = staff.get("/nodes/las-1/selftests").get_json()["items"]
    assert found == said | {"at": stamp(NOW)}
    assert staff.get("/nodes/las-9/selftests").status_code == 404
    assert as_("amelie", Scope.STAFF).get("/nodes/las-1/selftests").status_code == 404
    assert (
        staff.post("/machines/LAS-1/orders", {"order": "selftest"}).status_code == 422
    )  # it is not there yet
