"""What can be done with a slot, a wait, a closure and a rule through the API? And what is said to what makes no sense?"""

from datetime import timedelta

import pytest

from core.timeline import stamp
from hub.ports import ReservationFilter
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def slot(start, hours=1, **more):
    return {"machine": "LAS-1", "start": stamp(start), "end": stamp(start + hours * HOUR), **more}


def book(client, start, hours=1, **more):
    answer = client.post("/reservations", slot(start, hours, **more))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def codes(answer):
    return [one["code"] for one in answer.get_json()["objections"]]


def test_who_says_that_he_comes_late_keeps_his_slot_and_says_it_once(as_, clock):
    amelie = as_("amelie")
    made = book(amelie, NOW + HOUR)
    clock.at = NOW + HOUR + timedelta(minutes=10)
    path = f"/reservations/{made['id']}/late"
    kept, again = amelie.post(path), amelie.post(path)
    assert (kept.status_code, kept.get_json()["id"]) == (200, made["id"])
    assert again.status_code == 422


def test_what_is_released_before_it_began_is_free_for_the_next(as_):
    amelie, bram = as_("amelie"), as_("bram")
    made = book(amelie, NOW + DAY)
    gone = amelie.post(f"/reservations/{made['id']}/release")
    assert (gone.status_code, gone.get_json()["status"]) == (200, "cancelled")
    assert book(bram, NOW + DAY)["status"] == "confirmed"


def test_nobody_extends_what_has_not_begun(as_):
    amelie = as_("amelie")
    made = book(amelie, NOW + DAY)
    assert amelie.post(f"/reservations/{made['id']}/extend").status_code == 422
    assert amelie.get(f"/reservations/{made['id']}").get_json() == made


@pytest.mark.parametrize("act", ["extend", "release", "late"])
def test_an_act_takes_no_words_and_heeds_what_the_caller_has_seen(as_, act):
    amelie = as_("amelie")
    made = book(amelie, NOW + DAY)
    path = f"/reservations/{made['id']}/{act}"
    assert amelie.post(path, {"minutes": 10_000_000}).status_code == 422
    assert amelie.post(path, If_Match='"what-it-was"').status_code == 412
    assert amelie.get(f"/reservations/{made['id']}").get_json() == made


def test_who_waits_is_offered_what_is_given_back_and_takes_it(as_):
    amelie, bram = as_("amelie"), as_("bram")
    made = book(amelie, NOW + DAY)
    wait = bram.post("/waitlist", slot(NOW + DAY, min_minutes=60))
    assert (wait.status_code, wait.get_json()["offer"]) == (201, None)
    amelie.send("DELETE", f"/reservations/{made['id']}")
    (entry,) = bram.get("/waitlist").get_json()["items"]
    assert (entry["offer"]["machine"], entry["offer"]["held"]) == ("LAS-1", True)
    taken = bram.post(f"/waitlist/{entry['id']}/accept")
    assert (taken.status_code, taken.get_json()["status"]) == (200, "confirmed")
    assert bram.post(f"/waitlist/{entry['id']}/accept").status_code == 412


def test_what_one_passes_on_goes_to_the_next(as_, clock):
    amelie, bram, tom = as_("amelie"), as_("bram"), as_("tom")
    made = book(amelie, NOW + DAY)
    waits = []
    for who in (bram, tom):
        waits.append(who.post("/waitlist", slot(NOW + DAY, min_minutes=60)).get_json())
        clock.at += timedelta(minutes=1)
    amelie.send("DELETE", f"/reservations/{made['id']}")
    assert bram.post(f"/waitlist/{waits[0]['id']}/pass").status_code == 200
    (entry,) = tom.get("/waitlist").get_json()["items"]
    assert entry["offer"] is not None
    left = tom.send("DELETE", f"/waitlist/{entry['id']}")
    assert (left.status_code, left.get_json()["status"], left.get_json()["offer"]) == (200, "left", None)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"machine": "LAS-9"}, 404),
        ({"machine": None}, 404),
        ({"family": "laser"}, 404),
        ({"start": "9999-12-31T23:59:59Z"}, 422),
        ({"end": stamp(NOW)}, 422),
        ({"min_minutes": 0}, 422),
        ({"min_minutes": 10**9}, 422),
        ({"min_minutes": "60"}, 422),
        ({"min_minutes": True}, 422),
        ({"expires": stamp(NOW - HOUR)}, 422),
        ({"expires": "soon"}, 422),
        ({"member": "somebody"}, 422),
    ],
)
def test_a_wait_that_makes_no_sense_is_refused_and_not_kept(as_, change, status):
    amelie = as_("amelie")
    answer = amelie.post("/waitlist", slot(NOW + DAY, min_minutes=60) | change)
    assert answer.status_code == status, answer.text
    assert amelie.get("/waitlist").get_json()["items"] == []


def test_a_closure_is_seen_before_it_is_made_and_falls_only_then(as_):
    max_, amelie = as_("max", Scope.STAFF), as_("amelie")
    made = book(amelie, NOW + DAY)
    wanted = {"start": stamp(NOW + DAY), "end": stamp(NOW + DAY + HOUR), "reason": "lens"}
    seen = max_.post("/closures?preview=1", wanted)
    assert (seen.status_code, [one["id"] for one in seen.get_json()["cancelled"]]) == (200, [made["id"]])
    assert amelie.get(f"/reservations/{made['id']}").get_json()["status"] == "confirmed"
    closed = max_.post("/closures", wanted)
    assert closed.status_code == 201
    assert amelie.get(f"/reservations/{made['id']}").get_json()["status"] == "cancelled_lab"
    assert codes(amelie.post("/reservations", slot(NOW + DAY))) == ["LAB_CLOSED"]
    path = f"/closures/{closed.get_json()['id']}"
    assert [one["reason"] for one in amelie.get("/closures").get_json()["items"]] == ["lens"]
    assert max_.send("DELETE", path, If_Match='"old"').status_code == 412
    assert max_.send("DELETE", path).status_code == 200
    assert (max_.get(path).status_code, amelie.get(path).status_code) == (404, 404)
    assert amelie.get(f"/reservations/{made['id']}").get_json()["status"] == "cancelled_lab"


def test_a_machine_is_taken_out_and_brought_back(as_, stranger):
    max_ = as_("max", Scope.STAFF)
    book(as_("amelie"), NOW + HOUR)
    out = {"status": "out_of_order", "until": stamp(NOW + DAY), "reason": "mirror"}
    seen = max_.send("PATCH", "/machines/LAS-1?preview=1", out)
    assert (seen.status_code, len(seen.get_json()["cancelled"])) == (200, 1)
    assert stranger.get("/machines/LAS-1").get_json()["status"] == "ok"
    assert max_.send("PATCH", "/machines/LAS-1", out).get_json()["status"] == "out_of_order"
    assert max_.send("PATCH", "/machines/LAS-1", {"status": "ok"}).get_json()["status"] == "ok"
    assert as_("amelie", Scope.STAFF).send("PATCH", "/machines/LAS-1", out).status_code == 403


def test_rules_are_tried_before_they_hold_and_every_version_is_kept(as_):
    max_, amelie = as_("max", Scope.STAFF), as_("amelie")
    book(amelie, NOW + DAY, 2)
    wanted = {"rules": {"max_duration_min": 60}, "reason": "a busy month"}
    path = "/rules/family/laser"
    seen = max_.send("PATCH", f"{path}?simulate=1", wanted)
    assert (seen.status_code, [one["codes"] for one in seen.get_json()["coming"]]) == (200, [["DURATION"]])
    assert max_.get(path).get_json()["versions"] == []
    tag = max_.get(path).headers["ETag"]
    assert max_.send("PATCH", path, wanted, If_Match=tag).get_json()["version"] == 1
    assert max_.send("PATCH", path, wanted, If_Match=tag).status_code == 412
    assert codes(amelie.post("/reservations", slot(NOW + 2 * DAY, 2))) == ["DURATION"]
    back = max_.send("PATCH", path, {"rules": {"max_duration_min": None}, "reason": "over"})
    assert (back.status_code, back.get_json()["rules"]) == (200, {})
    assert [one["version"] for one in max_.get(path).get_json()["versions"]] == [2, 1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"level": "family", "subject": "laser", "rules": {"colour": "red"}, "reason": "x"}, 422),
        ({"level": "family", "subject": "laser", "rules": {"max_duration_min": -5}, "reason": "x"}, 422),
        ({"level": "family", "subject": "laser", "rules": {"max_duration_min": 60}, "reason": ""}, 422),
        ({"level": "family", "subject": "none", "rules": {}, "reason": "x"}, 404),
        ({"level": "planet", "subject": "laser", "rules": {}, "reason": "x"}, 404),
        ({"level": "machine", "subject": "LAS-9", "rules": {}, "reason": "x"}, 404),
        ({"level": "lab", "subject": "other", "rules": {}, "reason": "x"}, 404),
    ],
)
def test_rules_that_make_no_sense_are_refused(as_, body, status):
    assert as_("max", Scope.STAFF).post("/rules", body).status_code == status


def test_staff_let_somebody_in_and_change_what_staff_may(as_, store):
    max_ = as_("max", Scope.STAFF)
    made = max_.post("/members", {"email": "new@lab.example", "name": "Noor", "lang": "nl"})
    assert (made.status_code, made.get_json()["status"]) == (201, "active")
    path = f"/members/{made.get_json()['id']}"
    changed = max_.send("PATCH", path, {"status": "suspended"}, If_Match=max_.get(path).headers["ETag"])
    assert (changed.get_json()["status"], changed.get_json()["name"]) == ("suspended", "Noor")
    assert max_.post("/members", {"email": "NEW@lab.example", "name": "Twice"}).status_code == 422
    assert max_.get("/audit").get_json()["items"][0]["action"] == "member.changed"


@pytest.mark.parametrize(
    "change",
    [{"status": "archived"}, {"status": "expired"}, {"roles": ["manager"]}, {"email": "x@y.z"}, {"name": ""}],
)
def test_what_is_not_the_staff_s_to_change_stays(as_, cast, change):
    max_ = as_("max", Scope.CERTIFY)
    before = max_.get(f"/members/{cast.bram}").get_json()
    assert max_.send("PATCH", f"/members/{cast.bram}", change).status_code == 422
    assert max_.get(f"/members/{cast.bram}").get_json() == before


def test_nobody_suspends_or_prolongs_himself(as_, cast):
    max_ = as_("max", Scope.CERTIFY)
    assert max_.send("PATCH", f"/members/{cast.max}", {"member_until": None}).status_code == 403


def test_the_audit_comes_in_pages_newest_first(as_):
    max_ = as_("max", Scope.STAFF)
    for n in range(5):
        max_.post("/members", {"email": f"m{n}@lab.example", "name": "M"})
    first = max_.get("/audit?limit=3").get_json()
    second = max_.get(f"/audit?limit=3&cursor={first['next']}").get_json()
    seqs = [one["seq"] for one in first["items"] + second["items"]]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == 6


def test_a_slot_on_any_machine_of_a_family_is_given_where_there_is_room(as_):
    wish = {name: value for name, value in slot(NOW + DAY).items() if name != "machine"}
    wish["family"] = "laser"
    got = [as_(who).post("/reservations", wish) for who in ("amelie", "bram", "tom")]
    assert [one.status_code for one in got] == [201, 201, 409]
    assert {one.get_json()["machine"] for one in got[:2]} == {"LAS-1", "LAS-2"}
    assert len(got[2].get_json()["alternatives"]) == 3


@pytest.mark.parametrize(
    "path", ["/machines", "/me", "/waitlist", "/closures", "/rules", "/reservations/x/late"]
)
def test_a_wrong_method_is_405_and_says_what_would_be_right(as_, path):
    answer = as_("max", Scope.CERTIFY).send("PUT", path, {})
    assert (answer.status_code, answer.get_json()["status"]) == (405, 405)
    allowed = answer.headers["Allow"].split(", ")
    assert ("GET" in allowed) == (path != "/reservations/x/late")
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [{"kind": "class"}, {"kind": "maintenance"}, {"member": "x"}, {"status": "done"}, {"price": 0}],
)
def test_what_only_staff_may_say_is_forbidden_to_a_member_and_nothing_is_written(as_, store, change):
    answer = as_("amelie", Scope.CERTIFY).post("/reservations", slot(NOW + DAY) | change)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "FORBIDDEN")
    assert store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC))) == []


@pytest.mark.parametrize("kind", [[], {}, ["class"], 7, None])
def test_a_kind_that_is_no_word_is_invalid(as_, kind):
    assert as_("amelie").post("/reservations", slot(NOW + DAY, kind=kind)).status_code == 422


def series(client, rrule="FREQ=WEEKLY;COUNT=2", **more):
    return client.post("/reservations/series", slot(NOW + DAY, rrule=rrule) | more)


def test_a_series_answers_for_each_occurrence(as_):
    amelie, bram = as_("amelie"), as_("bram")
    book(bram, NOW + 8 * DAY)
    made = series(amelie)
    first, second = made.get_json()["items"]
    assert (made.status_code, first["objections"]) == (201, [])
    assert amelie.get(f"/reservations/{first['reservation']}").get_json()["start"] == first["start"]
    assert (second["reservation"], [one["code"] for one in second["objections"]]) == (None, ["OVERLAP"])
    gone = amelie.send("DELETE", f"/reservations/{first['reservation']}/series?scope=all")
    assert (gone.status_code, len(gone.get_json()["items"])) == (200, 1)


def test_a_series_is_moved_by_as_much_on_the_wall_clock(as_):
    amelie = as_("amelie")
    one = series(amelie).get_json()["items"][0]["reservation"]
    to = {"scope": "all", "start": stamp(NOW + DAY + HOUR), "end": stamp(NOW + DAY + 2 * HOUR)}
    moved = amelie.send("PATCH", f"/reservations/{one}/series", to).get_json()["items"]
    assert [item["start"] for item in moved] == [stamp(NOW + DAY + HOUR), stamp(NOW + 8 * DAY + HOUR)]
    assert as_("bram").send("PATCH", f"/reservations/{one}/series", to).status_code == 404


@pytest.mark.parametrize(
    ("rrule", "field"),
    [
        ("FREQ=SECONDLY;COUNT=1000000", "rrule"),
        ("FREQ=DAILY;COUNT=1000000", "rrule"),
        ("FREQ=DAILY", "rrule"),
        ("FREQ=DAILY;UNTIL=99991231", "rrule"),
        ("DTSTART:20260101\nRRULE:FREQ=DAILY;COUNT=2", "rrule"),
        ("", "rrule"),
        ("x" * 201, "rrule"),
        (7, "rrule"),
    ],
)
def test_a_series_without_sense_or_end_is_invalid_and_writes_nothing(as_, store, rrule, field):
    answer = series(as_("amelie"), rrule)
    assert (answer.status_code, answer.get_json()["objections"][0]["params"]["field"]) == (422, field)
    assert store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC))) == []


def test_a_series_of_which_nothing_can_be_had_says_why(as_):
    answer = series(as_("nils"))
    assert (answer.status_code, codes(answer)) == (422, ["CERT_MISSING"])
    assert series(as_("amelie"), kind="class").status_code == 403


def test_a_group_gets_all_its_machines_or_none(as_, store, cast):
    max_ = as_("max", Scope.STAFF)
    book(as_("bram"), NOW + DAY)
    wish = {"machines": ["LAS-1", "LAS-2"], "start": stamp(NOW + DAY), "end": stamp(NOW + DAY + HOUR)}
    refused = max_.post("/reservations/group", wish | {"headcount": 6})
    assert refused.status_code in (409, 422)
    assert len(store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC)))) == 1
    later = {"start": stamp(NOW + 2 * DAY), "end": stamp(NOW + 2 * DAY + HOUR)}
    made = max_.post("/reservations/group", wish | later | {"headcount": 6})
    assert (made.status_code, len(made.get_json()["items"])) == (201, 2)
    assert (
        as_("amelie", Scope.CERTIFY).post("/reservations/group", wish | {"headcount": 6}).status_code == 403
    )


def test_the_same_key_with_another_query_is_another_request(as_):
    max_ = as_("max", Scope.STAFF)
    wanted = {"start": stamp(NOW + DAY), "end": stamp(NOW + DAY + HOUR), "reason": "lens"}
    assert max_.post("/closures?preview=1", wanted, Idempotency_Key="k").status_code == 200
    assert codes(max_.post("/closures", wanted, Idempotency_Key="k")) == ["IDEMPOTENCY"]
    assert max_.get("/closures").get_json()["items"] == []


WHY = {"fr": "Objectif à changer", "nl": "Lens vervangen", "en": "Lens to change"}


def test_a_reason_said_in_three_languages_is_heard_by_each_in_his_own(as_, store, cast):
    amelie, max_ = as_("amelie"), as_("max", Scope.STAFF)
    store.write(lambda tx: tx.people.change(cast.amelie, {"lang": "nl"}))
    book(amelie, NOW + DAY)
    made = max_.post("/closures", slot(NOW + DAY, 2, reason=WHY))
    assert made.status_code == 201, made.text
    assert (made.get_json()["reason"], made.get_json()["reasons"]) == (WHY["fr"], WHY)
    week = f"?from={stamp(NOW)}&to={stamp(NOW + 5 * DAY)}".replace("+", "%2B")
    (shut,) = max_.get(f"/machines/LAS-1/calendar{week}").get_json()["closures"]
    assert (shut["reason"], shut["reasons"]) == (WHY["fr"], WHY)
    params = [one.payload["params"] for one in mails(store) if one.target == cast.amelie]
    assert [one["reason"] for one in params if "reason" in one] == [WHY]


def mails(store):
    return store.read(lambda tx: tx.outbox.due(NOW + DAY, ("mail",)))


@pytest.mark.parametrize(
    "reason",
    [
        {"fr": "x"},
        {**WHY, "en": ""},
        {**WHY, "en": " "},
        {**WHY, "de": "x"},
        {**WHY, "nl": 1},
        [],
        1,
        None,
        "",
    ],
)
def test_a_reason_with_a_language_too_few_or_too_many_closes_nothing(as_, reason):
    max_ = as_("max", Scope.STAFF)
    refused = max_.post("/closures", slot(NOW + DAY, reason=reason))
    assert (refused.status_code, refused.get_json()["objections"][0]["params"]) == (422, {"field": "reason"})
    assert max_.get("/closures").get_json()["items"] == []
