"""What does somebody with a calendar link see? Busy times, until the link is taken back; and nobody's name."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import vobject

from core.timeline import stamp
from hub.services.letting_in import Scope
from tests.cast import NOW

HOUR = timedelta(hours=1)


def book(client, start, machine="LAS-1"):
    body = {"machine": machine, "start": stamp(start), "end": stamp(start + HOUR)}
    answer = client.post("/reservations", body)
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def link(client, **wanted):
    answer = client.post("/me/feeds", wanted)
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def read(stranger, feed):
    return stranger.http.get(urlsplit(feed["url"]).path)


def events(answer):
    """As a calendar program of another hand reads it."""
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return list(vobject.readOne(answer.text).contents.get("vevent", []))


def test_a_link_shows_busy_times_to_whoever_has_it_and_no_name_or_machine(as_, stranger):
    amelie = as_("amelie")
    book(amelie, NOW + HOUR)
    answer = read(stranger, link(amelie))
    (event,) = events(answer)
    assert (event.dtstart.value, event.dtend.value) == (NOW + HOUR, NOW + 2 * HOUR)
    assert not any(word in answer.text for word in ("LAS-1", "Tester", "@lab.example", "Amélie"))
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_link_with_details_names_the_machine_in_the_owner_s_language(as_, stranger):
    amelie = as_("amelie")
    made = book(amelie, NOW + HOUR)
    (event,) = events(read(stranger, link(amelie, details=True)))
    assert "LAS-1" in event.summary.value
    assert event.uid.value.startswith(made["id"])


def test_a_cancelled_booking_leaves_the_calendar(as_, stranger):
    amelie = as_("amelie")
    made, feed = book(amelie, NOW + HOUR), link(amelie)
    assert len(events(read(stranger, feed))) == 1
    amelie.send("DELETE", f"/reservations/{made['id']}")
    assert events(read(stranger, feed)) == []


def test_a_link_taken_back_is_as_if_it_had_never_been(as_, stranger):
    amelie = as_("amelie")
    feed = link(amelie)
    assert amelie.send("DELETE", f"/me/feeds/{feed['id']}").status_code == 200
    gone, never = read(stranger, feed), stranger.http.get("/calendar/never-was.ics")
    assert (gone.status_code, gone.get_json()) == (404, never.get_json())
    assert amelie.get("/me/feeds").get_json()["items"] == []


def test_a_link_dies_with_its_owner_s_account(as_, stranger, store, cast):
    feed = link(as_("amelie"))
    store.write(lambda tx: tx.people.change(cast.amelie, {"active": False}))
    assert read(stranger, feed).status_code == 404


def test_nobody_takes_back_another_s_link(as_, stranger):
    feed = link(as_("amelie"))
    assert as_("bram").send("DELETE", f"/me/feeds/{feed['id']}").status_code == 404
    assert as_("max", Scope.CERTIFY).send("DELETE", f"/me/feeds/{feed['id']}").status_code == 404
    assert read(stranger, feed).status_code == 200


def test_a_machine_s_calendar_has_no_seam_between_two_people(as_, stranger):
    book(as_("bram"), NOW + HOUR)
    book(as_("amelie"), NOW + 2 * HOUR)
    (event,) = events(read(stranger, link(as_("amelie"), subject="machine", machine="LAS-1")))
    assert (event.dtstart.value, event.dtend.value) == (NOW + HOUR, NOW + 3 * HOUR)


def test_the_lab_s_calendar_shows_classes_and_no_member(as_, stranger):
    amelie = as_("amelie")
    book(amelie, NOW + HOUR)
    answer = as_("max", Scope.STAFF).post(
        "/reservations",
        {"machine": "LAS-2", "start": stamp(NOW + HOUR), "end": stamp(NOW + 2 * HOUR), "kind": "class"},
    )
    assert answer.status_code == 201, answer.text
    (event,) = events(read(stranger, link(amelie, subject="lab")))
    assert "LAS-2" in event.summary.value


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"subject": "machine"}, 422),
        ({"subject": "person", "machine": "LAS-1"}, 422),
        ({"subject": "machine", "machine": "LAS-9"}, 404),
        ({"subject": "machine", "machine": "LAS-1", "details": True}, 422),
        ({"subject": "everything"}, 422),
        ({"details": "yes"}, 422),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(as_, wanted, status):
    amelie = as_("amelie")
    assert amelie.post("/me/feeds", wanted).status_code == status
    assert amelie.get("/me/feeds").get_json()["items"] == []


def test_twenty_links_are_enough_for_anybody(as_):
    amelie = as_("amelie")
    for _ in range(20):
        link(amelie)
    assert amelie.post("/me/feeds", {}).status_code == 429


def test_the_secret_is_in_no_table_even_when_the_request_was_made_under_a_key(as_, store, tmp_path):
    feed = as_("amelie").post("/me/feeds", {}, Idempotency_Key="once").get_json()
    secret = urlsplit(feed["url"]).path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(secret) >= 43  # 256 bits in base64url
    store.close()
    assert secret.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("loquet.db*"))


def test_a_calendar_program_reads_the_same_instants_on_both_sides_of_the_clock_change(as_, stranger, clock):
    """2027-03-28: at 02:00 in Brussels it is 03:00; 10:00 there is 09:00Z the day before and 08:00Z that day."""
    clock.at = datetime(2027, 3, 20, 12, tzinfo=UTC)
    amelie = as_("amelie")
    for start in (datetime(2027, 3, 27, 9, tzinfo=UTC), datetime(2027, 3, 28, 8, tzinfo=UTC)):
        book(amelie, start)
    first, second = sorted(events(read(stranger, link(amelie))), key=lambda one: one.dtstart.value)
    assert first.dtstart.value == datetime(2027, 3, 27, 9, tzinfo=UTC)
    assert second.dtstart.value == datetime(2027, 3, 28, 8, tzinfo=UTC)


def test_who_has_the_calendar_already_is_not_sent_it_again(as_, stranger):
    amelie = as_("amelie")
    book(amelie, NOW + HOUR)
    path = urlsplit(link(amelie)["url"]).path
    tag = stranger.http.get(path).headers["ETag"]
    assert stranger.http.get(path, headers={"If-None-Match": tag}).status_code == 304
