"""What do the machines' doors say: free, busy, why not, and where else?"""

from datetime import timedelta

from core.timeline import stamp
from core.vocabulary import LockKind
from hub.services import locking_out
from hub.services.letting_in import Scope
from tests.cast import NOW

HOUR = timedelta(hours=1)


def book(client, start, machine="LAS-1", hours=1):
    body = {"machine": machine, "start": stamp(start), "end": stamp(start + hours * HOUR)}
    answer = client.post("/reservations", body)
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def test_a_free_machine_says_until_when_and_a_taken_one_from_when_on(as_, stranger, clock):
    book(as_("amelie"), NOW + 2 * HOUR)
    book(as_("bram"), NOW + 3 * HOUR)
    free = stranger.get("/machines/LAS-1").get_json()
    assert (free["free_until"], free["busy_until"]) == (stamp(NOW + 2 * HOUR), None)
    clock.at = NOW + 2 * HOUR
    busy = stranger.get("/machines/LAS-1").get_json()
    assert (busy["free_until"], busy["busy_until"]) == (None, stamp(NOW + 4 * HOUR))


def test_a_bench_of_four_is_free_while_one_seat_is(as_, stranger, clock):
    for name in ("amelie", "bram", "tom"):
        book(as_(name), NOW + HOUR, "SOL-1")
    clock.at = NOW + HOUR
    assert stranger.get("/machines/SOL-1").get_json()["busy_until"] is None
    clock.at = NOW
    book(as_("dora"), NOW + HOUR, "SOL-1")
    clock.at = NOW + HOUR
    assert stranger.get("/machines/SOL-1").get_json()["busy_until"] == stamp(NOW + 2 * HOUR)


def test_the_catalogue_has_the_words_of_the_contract(stranger):
    body = stranger.get("/machines?family=laser").get_json()
    assert [one["id"] for one in body["items"]] == ["LAS-1", "LAS-2"]
    assert body["next"] is None
    words = {
        "id",
        "name",
        "family",
        "lab",
        "model",
        "room",
        "status",
        "phase",
        "free_until",
        "busy_until",
        "needs",
    }
    assert words | {"rules", "materials"} <= set(body["items"][0])
    assert (body["items"][0]["status"], body["items"][0]["phase"]) == ("ok", None)


def test_usable_machines_are_those_i_am_certified_for(as_, stranger):
    assert stranger.get("/machines?usable=1").status_code == 401
    assert [one["id"] for one in as_("nils").get("/machines?usable=1").get_json()["items"]] == ["SOL-1"]
    assert len(as_("amelie").get("/machines?usable=1").get_json()["items"]) == 3


def test_a_locked_machine_says_maintenance_and_why_not(as_, store, cast, stranger):
    store.write(lambda tx: locking_out.lock(tx, cast.dora, "LAS-1", LockKind.LOCKOUT, "lens", NOW))
    assert stranger.get("/machines/LAS-1").get_json()["status"] == "maintenance"
    said = as_("amelie").get("/machines/LAS-1/decision").get_json()
    assert (said["allowed"], said["objections"][0]["code"]) == (False, "LOCKOUT")


def test_amelie_may_use_the_laser_now_and_nils_hears_why_not(as_):
    may = as_("amelie").get("/machines/LAS-1/decision").get_json()
    assert (may["allowed"], may["objections"]) == (True, [])
    assert may["until"] > stamp(NOW)
    may_not = as_("nils").get("/machines/LAS-1/decision").get_json()
    assert (may_not["allowed"], [one["code"] for one in may_not["objections"]]) == (False, ["CERT_MISSING"])


def test_the_next_free_slots_come_in_order_over_the_whole_family(as_, stranger):
    book(as_("amelie"), NOW + HOUR, "LAS-1")
    asked = f"/free?family=laser&minutes=60&from={stamp(NOW + HOUR)}&limit=3"
    items = stranger.get(asked).get_json()["items"]
    assert [(one["machine"], one["start"]) for one in items] == [
        ("LAS-2", stamp(NOW + HOUR)),
        ("LAS-1", stamp(NOW + 2 * HOUR)),
        ("LAS-2", stamp(NOW + 2 * HOUR)),
    ]


def test_staff_lock_and_lift_and_a_member_sees_no_lockout(as_):
    dora = as_("dora", Scope.STAFF)
    seen = dora.post("/lockouts?preview=1", {"machine": "LAS-1", "reason": "lens"})
    assert (seen.status_code, seen.get_json()) == (200, {"reservations": [], "sessions": []})
    assert dora.get("/lockouts").get_json()["items"] == []
    made = dora.post("/lockouts", {"machine": "LAS-1", "reason": "lens"})
    assert (made.status_code, made.get_json()["in_force"]) == (201, False)
    path = f"/lockouts/{made.get_json()['id']}"
    assert dora.get(path).get_json() == made.get_json()
    lifted = dora.send("PATCH", path, {"lifted": True})
    assert (lifted.status_code, lifted.get_json()["lifted"]) == (200, stamp(NOW))
    assert as_("amelie", Scope.STAFF).get(path).status_code == 404


def test_a_certificate_is_signed_suspended_and_revoked_and_the_laser_follows(as_, cast):
    tom, nils = as_("tom", Scope.CERTIFY), as_("nils")
    made = tom.post("/certificates", {"member": cast.nils, "course": "LAS1"})
    assert (made.status_code, made.get_json()["state"]) == (201, "active")
    assert nils.get("/machines/LAS-1/decision").get_json()["allowed"] is True
    path = f"/certificates/{made.get_json()['id']}"
    assert nils.get(path).get_json() == made.get_json()
    assert tom.post(f"{path}/suspend", {"reason": "left it alone"}).get_json()["state"] == "suspended"
    assert nils.get("/machines/LAS-1/decision").get_json()["objections"][0]["code"] == "CERT_SUSPENDED"
    assert tom.post(f"{path}/revoke", {"reason": "again"}).get_json()["state"] == "revoked"
    assert [one["state"] for one in nils.get("/me/certificates").get_json()["items"]] == ["active", "revoked"]


def test_nobody_certifies_himself_and_no_member_certifies_anybody(as_, cast):
    own = as_("tom", Scope.CERTIFY).post("/certificates", {"member": cast.tom, "course": "LAS1"})
    friend = as_("amelie", Scope.CERTIFY).post("/certificates", {"member": cast.nils, "course": "LAS1"})
    assert (own.status_code, friend.status_code) == (403, 403)


def test_i_am_who_i_am(as_, cast):
    body = as_("amelie").get("/me").get_json()
    assert {
        "id": cast.amelie,
        "email": "amélie@lab.example",
        "lang": "fr",
        "status": "active",
    }.items() <= body.items()
    assert as_("lise").get("/me").get_json()["status"] == "expired"
    assert as_("amelie").get("/me/usage").get_json() == {"items": [], "next": None}


def test_staff_see_members_badges_nodes_and_sessions_of_their_lab(as_, cast):
    dora = as_("dora", Scope.STAFF)
    members = [one["id"] for one in dora.get("/members").get_json()["items"]]
    assert cast.amelie in members
    assert cast.olga not in members
    for path in ("/badges", "/nodes", "/sessions", "/lockouts"):
        assert dora.get(path).get_json() == {"items": [], "next": None}


def test_the_board_is_for_anybody_and_names_nobody(as_, app, cast):
    book(as_("amelie"), NOW + HOUR)
    board = app.test_client().get("/board.json")
    assert [one["id"] for one in board.get_json()["machines"]] == ["LAS-1", "LAS-2", "SOL-1"]
    assert not any(word in board.text for word in ("Tester", "@", *cast.ids.values()))


def test_the_description_is_openapi_and_names_every_door(stranger):
    about = stranger.get("/openapi.json").get_json()
    assert about["openapi"].startswith("3.1")
    assert "post" in about["paths"]["/api/v1/reservations"]
    assert "NewReservationForm" in about["components"]["schemas"]


def test_a_trainer_finds_the_certificates_of_a_member_and_a_member_does_not(as_, cast):
    tom = as_("tom", Scope.STAFF).get(f"/certificates?member={cast.nils}")
    assert [one["course"] for one in tom.get_json()["items"]] == ["GEN"]
    assert as_("amelie", Scope.STAFF).get(f"/certificates?member={cast.nils}").status_code == 403
    identity = tom.get_json()["items"][0]["id"]
    assert as_("amelie", Scope.STAFF).get(f"/certificates/{identity}").status_code == 404


def test_a_certificate_of_the_other_lab_s_member_is_not_found(as_, cast):
    assert as_("dora", Scope.STAFF).get(f"/certificates?member={cast.olga}").status_code == 404
    assert as_("dora", Scope.STAFF).get(f"/members/{cast.olga}").status_code == 404


def test_a_new_name_stands_in_the_staffs_calendar_at_once(as_, store, cast):
    slot = {
        "machine": "LAS-1",
        "start": stamp(NOW + timedelta(days=1)),
        "end": stamp(NOW + timedelta(days=1, hours=1)),
    }
    assert as_("amelie").post("/reservations", slot).status_code == 201
    dora = as_("dora", Scope.STAFF)
    before = dora.get("/machines/LAS-1/calendar")
    assert [one["name"] for one in before.json["reservations"]] == ["Amélie Tester"]
    store.write(lambda tx: tx.people.change(cast.amelie, {"name": "Amélie Anders"}))
    after = dora.get("/machines/LAS-1/calendar", If_None_Match=before.headers["ETag"])
    assert [one["name"] for one in after.json["reservations"]] == ["Amélie Anders"]
