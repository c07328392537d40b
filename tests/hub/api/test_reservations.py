"""What does a member get who books, moves, gives back; and what does everybody else see of it?"""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import MachineStatus, ReservationKind
from hub.ports import NewReservation, ReservationFilter
from hub.ports.planning import Level, RuleSet
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW
from tests.hub.api.conftest import Client, token_for

HOUR = timedelta(hours=1)
START = NOW + 2 * HOUR


def slot(start=START, end=None, **more):
    return {"machine": "LAS-1", "start": stamp(start), "end": stamp(end or start + HOUR)} | more


def kept(store):
    return store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC)))


def test_amelie_books_a_slot_and_finds_it_at_its_address(as_, cast, store):
    amelie = as_("amelie")
    made = amelie.post("/reservations", slot(note="acrylic"))
    assert made.status_code == 201
    body = made.get_json()
    assert (
        body | {"machine": "LAS-1", "member": cast.amelie, "kind": "booking", "status": "confirmed"} == body
    )
    assert (body["start"], body["end"]) == (stamp(START), stamp(START + HOUR))
    assert made.headers["Location"] == f"/api/v1/reservations/{body['id']}"
    again = amelie.get(f"/reservations/{body['id']}")
    assert (again.status_code, again.get_json()) == (200, body)
    assert again.headers["Cache-Control"] == "private, no-store"


def test_bram_hears_that_somebody_was_first_and_what_is_free_instead(as_, store):
    as_("amelie").post("/reservations", slot())
    bram = as_("bram")
    refused = bram.post("/reservations", slot(START + HOUR / 2))
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    body = refused.get_json()
    assert body["code"] == "OVERLAP"
    assert len(body["alternatives"]) == 3
    for free in body["alternatives"]:
        assert set(free) == {"machine", "start", "end"}
        assert bram.post("/reservations", free).status_code == 201
    assert len(kept(store)) == 4


def test_who_comes_second_is_told_of_the_machine_beside_it_at_the_same_time(as_, store, cast):
    as_("amelie").post("/reservations", slot())
    late = as_("bram").post("/reservations", slot())
    beside = slot() | {"machine": "LAS-2"}
    assert late.get_json()["alternatives"][0] == beside
    assert {one["machine"] for one in late.get_json()["alternatives"]} == {"LAS-1", "LAS-2"}
    store.write(lambda tx: tx.machines.set_status("LAS-2", MachineStatus.OUT_OF_ORDER, "mirror"))
    broken = as_("bram").post("/reservations", slot()).get_json()["alternatives"]
    assert {one["machine"] for one in broken} == {"LAS-1"}


def test_who_cannot_move_there_is_told_of_the_machine_beside_it_as_for_a_new_one(as_):
    as_("amelie").post("/reservations", slot())
    bram = as_("bram")
    mine = bram.post("/reservations", slot(START + 3 * HOUR)).get_json()["id"]
    wish = {name: slot()[name] for name in ("start", "end")}
    late = bram.send("PATCH", f"/reservations/{mine}", wish)
    assert late.status_code == 409
    assert late.get_json()["alternatives"][0] == slot() | {"machine": "LAS-2"}
    series = {"machine": "LAS-1", "rrule": "FREQ=DAILY;COUNT=1", **wish}
    none = bram.post("/reservations/series", series)
    assert none.status_code == 409
    assert none.get_json()["alternatives"][0] == slot() | {"machine": "LAS-2"}


def test_an_overlap_with_another_fault_is_422_with_both_and_no_alternatives(as_):
    as_("amelie").post("/reservations", slot())
    refused = as_("nils").post("/reservations", slot())
    assert refused.status_code == 422
    codes = [one["code"] for one in refused.get_json()["objections"]]
    assert "OVERLAP" in codes
    assert "CERT_MISSING" in codes
    assert refused.get_json()["code"] == codes[0]
    assert "alternatives" not in refused.get_json()


def test_nils_without_the_certificate_is_told_what_is_missing_and_the_next_step(as_, store):
    refused = as_("nils").post("/reservations", slot())
    (objection,) = refused.get_json()["objections"]
    assert (refused.status_code, objection["code"], objection["params"]) == (
        422,
        "CERT_MISSING",
        {"course": "LAS1"},
    )
    assert objection["message"]
    assert objection["next"]
    assert kept(store) == []


def test_lise_whose_membership_is_over_books_nothing(as_, store):
    refused = as_("lise").post("/reservations", slot())
    assert (refused.status_code, refused.get_json()["code"]) == (422, "MEMBER_EXPIRED")
    assert kept(store) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"start": START + timedelta(minutes=7), "end": START + HOUR}, "GRID"),
        ({"start": START, "end": START + timedelta(minutes=15)}, "DURATION"),
        ({"start": START, "end": START + 3 * HOUR}, "DURATION"),
        ({"start": NOW - HOUR, "end": NOW}, "PAST"),
        ({"start": NOW + timedelta(days=30), "end": NOW + timedelta(days=30, hours=1)}, "HORIZON"),
    ],
)
def test_every_rule_of_booking_is_told_by_its_code(as_, store, wrong, code):
    refused = as_("amelie").post("/reservations", slot(**wrong))
    assert (refused.status_code, code in [one["code"] for one in refused.get_json()["objections"]]) == (
        422,
        True,
    )
    assert kept(store) == []


@pytest.mark.parametrize(
    "liberty",
    [
        {"kind": "class"},
        {"kind": "maintenance"},
        {"member": "x"},
        {"status": "done"},
        {"price": 0},
        {"price_cents": 0},
    ],
)
def test_a_member_takes_no_liberties(as_, store, liberty):
    refused = as_("amelie").post("/reservations", slot(**liberty))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "FORBIDDEN")
    assert kept(store) == []


def test_staff_book_for_a_member(as_, cast):
    made = as_("dora", Scope.STAFF).post("/reservations", slot(member=cast.bram))
    assert (made.status_code, made.get_json()["member"]) == (201, cast.bram)


def test_staff_with_a_mere_booking_token_are_members_like_any_other(as_, cast):
    assert as_("dora").post("/reservations", slot(member=cast.bram)).status_code == 403


def test_any_laser_will_do_for_who_asks_for_the_family(as_):
    wish = {"family": "laser", "start": stamp(START), "end": stamp(START + HOUR)}
    answers = [as_(name).post("/reservations", wish) for name in ("amelie", "bram", "tom")]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert {answer.get_json()["machine"] for answer in answers[:2]} == {"LAS-1", "LAS-2"}
    assert answers[2].get_json()["alternatives"]


def test_a_refused_move_keeps_the_old_slot_and_a_good_one_takes_the_new(as_):
    amelie = as_("amelie")
    mine = amelie.post("/reservations", slot()).get_json()
    as_("bram").post("/reservations", slot(START + HOUR))
    path = f"/reservations/{mine['id']}"
    refused = amelie.send(
        "PATCH", path, {"start": stamp(START + HOUR / 2), "end": stamp(START + 3 * HOUR / 2)}
    )
    assert (refused.status_code, refused.get_json()["code"]) == (409, "OVERLAP")
    assert amelie.get(path).get_json() == mine
    moved = amelie.send("PATCH", path, {"end": stamp(START + HOUR / 2)})
    assert (moved.status_code, moved.get_json()["start"], moved.get_json()["end"]) == (
        200, stamp(START), stamp(START + HOUR / 2),
    )  # fmt: skip


def test_a_slot_given_back_is_shown_as_cancelled_and_free_for_the_next(as_):
    amelie = as_("amelie")
    mine = amelie.post("/reservations", slot()).get_json()
    given = amelie.send("DELETE", f"/reservations/{mine['id']}")
    assert (given.status_code, given.get_json()["status"]) == (200, "cancelled_late")
    assert amelie.send("DELETE", f"/reservations/{mine['id']}").get_json() == given.get_json()
    assert as_("bram").post("/reservations", slot()).status_code == 201


@pytest.mark.parametrize("verb", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["bram", "olga"])
def test_somebody_elses_reservation_answers_like_one_that_does_not_exist(as_, store, name, verb):
    mine = as_("amelie").post("/reservations", slot()).get_json()
    before = kept(store)
    body = {"start": stamp(START + HOUR)} if verb == "PATCH" else None
    theirs, none = (as_(name).send(verb, f"/reservations/{one}", body) for one in (mine["id"], "A" * 22))
    assert (theirs.status_code, theirs.get_json()) == (404, none.get_json())
    assert kept(store) == before


def test_a_change_of_what_changed_meanwhile_is_412(as_):
    amelie = as_("amelie")
    mine = amelie.post("/reservations", slot())
    path, tag = f"/reservations/{mine.get_json()['id']}", mine.headers["ETag"]
    assert amelie.send("PATCH", path, {"end": stamp(START + HOUR / 2)}, If_Match=tag).status_code == 200
    stale = amelie.send("DELETE", path, If_Match=tag)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "CHANGED")
    assert amelie.get(path).get_json()["status"] == "confirmed"


def test_the_same_key_and_body_books_once_and_answers_twice(as_, store):
    amelie = as_("amelie")
    first, second = (amelie.post("/reservations", slot(), Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, first.data) == (201, second.data)
    assert second.status_code == 201
    assert first.headers["Location"] == second.headers["Location"]
    other = amelie.post("/reservations", slot(START + 2 * HOUR), Idempotency_Key="k1")
    assert (other.status_code, other.get_json()["code"]) == (422, "IDEMPOTENCY")
    assert len(kept(store)) == 1


def test_a_key_is_ones_own(as_):
    as_("amelie").post("/reservations", slot(), Idempotency_Key="k1")
    assert as_("bram").post("/reservations", slot(), Idempotency_Key="k1").status_code == 409


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(hours=24) - timedelta(milliseconds=1), 201), (timedelta(hours=24), 409)]
)
def test_a_key_keeps_its_answer_for_a_day_and_no_longer(as_, store, cast, clock, later, status):
    amelie, wish = as_("amelie"), slot(NOW + timedelta(days=3))
    clock.at = NOW - later
    early = Client(amelie.http, token_for(store, cast.amelie, Scope.BOOK))
    early.post("/reservations", wish, Idempotency_Key="k1")
    clock.at = NOW
    assert amelie.post("/reservations", wish, Idempotency_Key="k1").status_code == status


def test_a_list_comes_in_pages_newest_first(as_):
    amelie = as_("amelie")
    made = [amelie.post("/reservations", slot(START + n * HOUR)).get_json() for n in range(5)]
    first = amelie.get("/reservations?mine=1&limit=2").get_json()
    second = amelie.get(f"/reservations?mine=1&limit=2&cursor={first['next']}").get_json()
    third = amelie.get(f"/reservations?mine=1&limit=2&cursor={second['next']}").get_json()
    assert first["items"] + second["items"] + third["items"] == made[::-1]
    assert third["next"] is None
    assert as_("bram").get("/reservations").get_json()["items"] == []


def test_what_you_have_already_is_not_sent_again(as_):
    amelie = as_("amelie")
    for path in ("/reservations", "/me", "/machines", "/machines/LAS-1"):
        first = amelie.get(path)
        assert amelie.get(path, If_None_Match=first.headers["ETag"]).status_code == 304


def test_a_local_time_is_read_in_the_labs_zone(as_):
    made = as_("amelie").post(
        "/reservations", slot() | {"start": "2026-11-24T14:00", "end": "2026-11-24T15:00:00"}
    )
    assert (made.get_json()["start"], made.get_json()["end"]) == (
        "2026-11-24T13:00:00.000Z", "2026-11-24T14:00:00.000Z",
    )  # fmt: skip


def test_a_local_time_that_does_not_exist_is_refused_with_two_proposals(as_):
    refused = as_("amelie").post(
        "/reservations", slot() | {"start": "2027-03-28T02:30", "end": "2027-03-28T04:00"}
    )
    body = refused.get_json()
    assert (refused.status_code, body["code"]) == (422, "NONEXISTENT_TIME")
    assert body["objections"][0]["params"]["proposals"] == [
        "2027-03-28T00:30:00.000Z",
        "2027-03-28T01:30:00.000Z",
    ]


def test_a_local_time_that_exists_twice_is_refused_naming_both(as_):
    refused = as_("amelie").post(
        "/reservations", slot() | {"start": "2026-10-25T02:30", "end": "2026-10-25T04:00"}
    )
    body = refused.get_json()
    assert (refused.status_code, body["code"]) == (422, "AMBIGUOUS_TIME")
    assert body["objections"][0]["params"]["instants"] == [
        "2026-10-25T00:30:00.000Z",
        "2026-10-25T01:30:00.000Z",
    ]


def test_a_class_in_somebody_elses_time_is_seen_by_strangers_as_one_busy_block(as_, stranger, store, cast):
    seat = store.read(lambda tx: tx.machines.seats("LAS-1")[0].id)
    for n, who in enumerate((cast.amelie, cast.bram)):
        span = (START + n * HOUR, START + (n + 1) * HOUR)
        new = NewReservation(ADC, "LAS-1", seat, who, *span, kind=ReservationKind.CLASS)
        store.write(lambda tx, new=new: tx.bookings.add(new, NOW))
    seen = stranger.get("/machines/LAS-1/calendar")
    (block,) = seen.get_json()["reservations"]
    assert (block["start"], block["end"], block["mine"]) == (stamp(START), stamp(START + 2 * HOUR), False)
    assert cast.amelie not in seen.text
    assert "Tester" not in seen.text
    own = as_("amelie").get("/machines/LAS-1/calendar").get_json()["reservations"]
    assert [(one["mine"], one["end"]) for one in own] == [
        (True, stamp(START + HOUR)),
        (False, stamp(START + 2 * HOUR)),
    ]
    staff = as_("dora", Scope.STAFF).get("/machines/LAS-1/calendar").get_json()["reservations"]
    assert [one["name"] for one in staff] == ["Amélie Tester", "Bram Tester"]


def test_only_staff_go_beyond_the_houses_comfort_and_they_say_why(as_):
    far = slot(NOW + timedelta(days=20))
    assert as_("amelie").post("/reservations", far | {"override": True}).status_code == 403
    assert as_("amelie").post("/reservations", far | {"displace": True}).status_code == 403
    silent = as_("dora", Scope.STAFF).post("/reservations", far | {"override": True})
    assert (silent.status_code, silent.get_json()["objections"][0]["params"]) == (422, {"field": "note"})
    assert as_("dora", Scope.STAFF).post("/reservations", far).get_json()["code"] == "HORIZON"
    spoken = as_("dora", Scope.STAFF).post("/reservations", far | {"override": True, "note": "open day"})
    assert spoken.status_code == 201


def test_a_member_with_the_quota_used_up_reads_what_is_left(as_, store, cast):
    rules = RuleSet(ADC, Level.FAMILY, "laser", 1, {"quota_week_min": 90}, "a test", cast.max, NOW)
    store.write(lambda tx: tx.rules.save(rules))
    amelie = as_("amelie")
    assert amelie.post("/reservations", slot(NOW + timedelta(days=2))).status_code == 201
    refused = amelie.post("/reservations", slot(NOW + timedelta(days=3)))
    (said,) = refused.get_json()["objections"]
    assert (refused.status_code, said["code"], said["params"]["left"], said["next"]) == (
        422,
        "QUOTA",
        30,
        "Cancel or move one of your bookings.",
    )
    assert "30" in said["message"]
    assert "90" in said["message"]
