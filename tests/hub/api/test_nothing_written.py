"""What does the whole hub do with nonsense? A clear 4xx in the one shape; and not one row in any table is another."""

import json
import sqlite3
from datetime import timedelta

import pytest

from core.timeline import stamp
from hub.app import create_app
from hub.services.letting_in import Scope
from hub.settings import load, write_new
from tests.cast import NOW
from tests.hub.api.conftest import Client, StoppedClock, token_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def slot(start=NOW + DAY, length=HOUR, **more):
    return {"machine": "LAS-1", "start": stamp(start), "end": stamp(start + length), **more}


SPAN = {"start": slot()["start"], "end": slot()["end"]}
MILLION = "FREQ=SECONDLY;COUNT=1000000"
DEEP = b'{"machine":' + b'{"a":' * 5000 + b"1" + b"}" * 5001
TWICE = b'{"machine":"LAS-1","machine":"LAS-2",' + json.dumps(SPAN).encode()[1:]
NAN = b'{"machine":"LAS-1","start":NaN,"end":Infinity}'
TEN_MB = b'{"note":"' + b"x" * 10_000_000 + b'"}'
LONE = json.dumps(slot(note="\ud800")).encode()


@pytest.fixture
def http(store, cast, tmp_path):
    write_new(tmp_path / "var", "https://lab.example/", {"hub": {"production": False}})
    app = create_app(load(tmp_path / "var", {}), store=store, clock=StoppedClock())
    app.testing = True
    return app.test_client(use_cookies=False)


@pytest.fixture
def amelie(http, store, cast):
    return Client(http, token_for(store, cast.amelie, Scope.CERTIFY))


@pytest.fixture
def max_(http, store, cast):
    return Client(http, token_for(store, cast.max, Scope.CERTIFY))


@pytest.fixture
def brams(http, store, cast):
    """What Bram has booked, which is none of Amélie's business."""
    made = Client(http, token_for(store, cast.bram, Scope.BOOK)).post("/reservations", slot(NOW + 2 * DAY))
    return made.get_json()["id"]


@pytest.fixture
def rows(tmp_path):
    """Everything that is in the database, row by row."""

    def read():
        with sqlite3.connect(tmp_path / "loquet.db") as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"'))) for name in tables}

    return read


def refused(answer, status):
    body = answer.get_json()
    assert (answer.status_code, answer.mimetype, body["status"]) == (
        status,
        "application/problem+json",
        status,
    )
    assert body["code"] == body["objections"][0]["code"]
    assert body["detail"]
    return body


BOOKINGS = [
    pytest.param(slot(machine="LAS-9"), 404, id="unknown machine"),
    pytest.param(slot(NOW - DAY), 422, id="in the past"),
    pytest.param(slot(length=-HOUR), 422, id="its end before its start"),
    pytest.param(slot(length=0 * HOUR), 422, id="no time at all"),
    pytest.param(slot() | {"end": "9999-12-31T23:59:59Z"}, 422, id="till the year 9999"),
    pytest.param(slot() | {"start": "0001-01-01T00:00:00Z"}, 422, id="from the year 1"),
    pytest.param(slot(NOW + 400 * DAY), 422, id="in more than a year"),
    pytest.param(slot(length=100 * DAY), 422, id="for a hundred days"),
    pytest.param(slot(kind="class"), 403, id="a member's class"),
    pytest.param(slot(kind="training"), 403, id="a member's training"),
    pytest.param(slot(kind="maintenance"), 403, id="a member's maintenance"),
    pytest.param(slot(member="somebody"), 403, id="for somebody else"),
    pytest.param(slot(status="done"), 403, id="done already"),
    pytest.param(slot(price_cents=0), 403, id="for nothing"),
    pytest.param(slot(override=True), 403, id="over the rules"),
    pytest.param(slot(colour="red"), 422, id="a field that is none"),
    pytest.param(slot() | {"start": "2027-03-28T02:30:00"}, 422, id="a time that does not exist"),
    pytest.param(DEEP, 422, id="very deep"),
    pytest.param(TWICE, 422, id="one name twice"),
    pytest.param(NAN, 422, id="not a number"),
    pytest.param(LONE, 422, id="half a letter"),
    pytest.param(TEN_MB, 413, id="ten megabytes"),
    pytest.param(b"\x00" * 100, 422, id="zeros"),
    pytest.param(b"[]", 422, id="a list"),
]


@pytest.mark.parametrize(("body", "status"), BOOKINGS)
def test_a_booking_that_makes_no_sense_changes_nothing(amelie, rows, body, status):
    before = rows()
    refused(amelie.post("/reservations", body), status)
    assert rows() == before


SERIES = [
    pytest.param(slot(rrule=MILLION), id="a million times"),
    pytest.param(slot(rrule="FREQ=DAILY;COUNT=1000000"), id="a million days"),
    pytest.param(slot(rrule="FREQ=DAILY"), id="for ever"),
    pytest.param(slot(rrule="FREQ=DAILY;UNTIL=99991231T000000Z"), id="till the year 9999"),
    pytest.param(slot(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5"), id="on a day that never comes"),
    pytest.param(slot(rrule="FREQ=DAILY;INTERVAL=0;COUNT=5"), id="every zero days"),
    pytest.param(slot(rrule="FREQ=DAILY;COUNT=-1"), id="less than once"),
    pytest.param(slot(rrule="rubbish"), id="rubbish"),
    pytest.param(slot(NOW - DAY, rrule="FREQ=DAILY;COUNT=1"), id="in the past"),
]


@pytest.mark.parametrize("body", SERIES)
def test_a_series_that_makes_no_sense_changes_nothing(amelie, rows, body):
    before = rows()
    refused(amelie.post("/reservations/series", body), 422)
    assert rows() == before


@pytest.mark.parametrize(
    ("method", "end", "body"),
    [
        ("PATCH", "", SPAN),
        ("DELETE", "", None),
        ("POST", "/extend", None),
        ("POST", "/release", None),
        ("POST", "/late", None),
        ("PATCH", "/series", SPAN | {"scope": "all"}),
        ("DELETE", "/series?scope=all", None),
    ],
)
def test_another_s_booking_is_as_if_it_were_none(amelie, brams, rows, method, end, body):
    amelie.get("/me")
    before = rows()
    refused(amelie.send(method, f"/reservations/{brams}{end}", body), 404)
    assert rows() == before


STAFF = [
    ("POST", "/reservations", slot(kind="walkup"), 422),
    ("POST", "/reservations/series", slot(kind="walkup", rrule="FREQ=DAILY;COUNT=2"), 422),
    ("POST", "/reservations", slot(override=True), 422),
    ("POST", "/reservations", slot(member="nobody"), 404),
    ("POST", "/closures", SPAN | {"reason": ""}, 422),
    ("POST", "/closures", {"start": SPAN["end"], "end": SPAN["start"], "reason": "x"}, 422),
    ("POST", "/closures", SPAN | {"reason": "x", "machine": "LAS-9"}, 404),
    ("POST", "/closures", SPAN | {"reason": "x", "end": "9999-01-01T00:00:00Z"}, 422),
    ("POST", "/lockouts", {"machine": "LAS-9", "reason": "x"}, 404),
    ("POST", "/lockouts", {"machine": "LAS-1", "reason": " "}, 422),
    ("POST", "/members", {"email": "no address", "name": "x"}, 422),
    ("POST", "/members", {"email": "amélie@lab.example", "name": "x"}, 422),
    ("POST", "/badges", {"member": "nobody", "uid": "04AABBCC"}, 404),
    ("POST", "/badges", {"member": "nobody", "uid": "zz"}, 422),
    ("POST", "/nodes", {"id": "hub", "machine": "LAS-1"}, 422),
    ("POST", "/rules", {"level": "family", "subject": "laser", "rules": {"x": 1}, "reason": "x"}, 422),
    ("PATCH", "/machines/LAS-1", {"status": "out_of_order", "reason": ""}, 422),
    ("PATCH", "/machines/LAS-1", {"status": "on_fire"}, 422),
    ("POST", "/certificates", {"member": "nobody", "course": "LAS1"}, 404),
    ("POST", "/reservations/group", SPAN | {"machines": ["LAS-1", "LAS-9"], "headcount": 2}, 404),
    ("POST", "/reservations/group", SPAN | {"machines": ["LAS-1"], "headcount": 10**9}, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), STAFF)
def test_what_staff_mistype_changes_nothing(max_, rows, method, path, body, status):
    before = rows()
    refused(max_.send(method, path, body), status)
    assert rows() == before


def test_one_key_with_a_second_body_changes_nothing(amelie, rows):
    assert amelie.post("/reservations", slot(), Idempotency_Key="k").status_code == 201
    before = rows()
    second = amelie.post("/reservations", slot(NOW + 3 * DAY), Idempotency_Key="k")
    assert refused(second, 422)["code"] == "IDEMPOTENCY"
    assert rows() == before
    assert amelie.post("/reservations", slot(), Idempotency_Key="k").status_code == 201
    assert rows() == before


def test_reading_writes_nothing(amelie, max_, rows):
    before = rows()
    for path in (
        "/machines",
        "/me",
        "/me/usage",
        "/reservations",
        "/waitlist",
        "/me/strikes",
        "/free?family=laser",
    ):
        assert amelie.get(path).status_code == 200
    for path in ("/members", "/badges", "/nodes", "/lockouts", "/rules", "/sessions", "/audit", "/closures"):
        assert max_.get(path).status_code == 200
    assert rows() == before
