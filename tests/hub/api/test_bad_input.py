"""What does rubbish get? A clear 4xx in the one shape, and nothing is written."""

import io
import json
from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import Reason
from hub.ports import ReservationFilter
from hub.services.letting_in import Scope
from tests.cast import ADC, NOW

START, END = stamp(NOW + timedelta(hours=2)), stamp(NOW + timedelta(hours=3))
GOOD = {"machine": "LAS-1", "start": START, "end": END}


@pytest.fixture(autouse=True)
def nothing_is_written(store, cast):
    yield
    assert store.read(lambda tx: tx.bookings.page(ReservationFilter(lab=ADC))) == []
    assert store.read(lambda tx: tx.outbox.waiting(["mail", "view", "locks"])) == 0


def is_problem(answer, status, code):
    body = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert set(body) >= {"type", "title", "status", "code", "detail", "objections"}
    assert (body["status"], body["code"], body["objections"][0]["code"]) == (status, code, code)
    assert all(set(one) >= {"code", "params", "message", "next"} for one in body["objections"])
    assert body["code"] in set(Reason)
    return body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"machine": "LAS-1", "start": NaN}',
        b'{"machine": "LAS-1", "machine": "LAS-2"}',
        b'{"machine": "LAS-1", "start": 1e400}',
        b'{"machine": "\\ud800"}',
        b'{"machine": "LAS-1\\u0000"}',
        b"[" * 100_000,
        b'{"a":' * 30 + b"1" + b"}" * 30,
        json.dumps(GOOD | {"note": "x" * 501}).encode(),
    ],
)
def test_rubbish_for_a_body_is_invalid(as_, body):
    answer = as_("amelie").post("/reservations", body)
    if len(body) > 64 * 1024:
        is_problem(answer, 413, "INVALID")
    else:
        is_problem(answer, 422, "INVALID")


def test_a_huge_body_is_refused_unread(as_):
    is_problem(as_("amelie").post("/reservations", b" " * (64 * 1024 + 1)), 413, "INVALID")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", 0),
        ("start", None),
        ("start", True),
        ("start", ["2026-11-24T10:00:00Z"]),
        ("start", "tomorrow"),
        ("start", "2026-11-24"),
        ("start", "2026-11-24T25:00:00Z"),
        ("start", "2026-02-30T10:00:00Z"),
        ("start", "9999-12-31T23:59:59Z"),
        ("start", "0001-01-01T00:00:00Z"),
        ("start", "2026-11-24T10:00:00+99:99"),
        ("start", "2026-11-24T10:00:00Z; DROP TABLE reservation"),
        ("start", "２０２６-11-24T10:00:00Z"),
        ("end", ""),
        ("end", START),
        ("end", stamp(NOW)),
        ("machine", 7),
        ("machine", ""),
        ("machine", "x" * 65),
        ("machine", None),
        ("kind", "party"),
        ("kind", 3),
        ("note", {"a": 1}),
        ("colour", "red"),
    ],
)
def test_each_field_that_is_wrong_is_named(as_, field, value):
    answer = as_("amelie").post("/reservations", GOOD | {field: value})
    named = is_problem(answer, 422, "INVALID")["objections"][0]["params"]["field"]
    assert named == field


@pytest.mark.parametrize("missing", ["start", "end", "machine"])
def test_a_field_that_is_missing_is_named(as_, missing):
    body = {name: value for name, value in GOOD.items() if name != missing}
    answer = as_("amelie").post("/reservations", body)
    assert is_problem(answer, 422, "INVALID")["objections"][0]["params"]["field"] == missing


def test_machine_and_family_at_once_are_one_too_many(as_):
    is_problem(as_("amelie").post("/reservations", GOOD | {"family": "laser"}), 422, "INVALID")


@pytest.mark.parametrize(
    "body",
    [GOOD | {"machine": "LAS-9"}, {k: v for k, v in GOOD.items() if k != "machine"} | {"family": "none"}],
)
def test_a_machine_or_family_that_does_not_exist_is_not_found(as_, body):
    is_problem(as_("amelie").post("/reservations", body), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        "/reservations?limit=0",
        "/reservations?limit=-1",
        "/reservations?limit=201",
        "/reservations?limit=ten",
        "/reservations?limit=" + "9" * 5000,
        "/reservations?limit=٣",
        "/reservations?cursor=rubbish",
        "/reservations?cursor=%00",
        "/reservations?cursor=AAAA",
        "/reservations?from=yesterday",
        "/reservations?mine=yes",
        "/machines?usable=maybe",
        "/machines/LAS-1/decision?at=9999-01-01T00:00:00Z",
        "/machines/LAS-1/calendar?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z",
        "/machines/LAS-1/calendar?from=2026-11-24T00:00:00Z&to=2027-11-24T00:00:00Z",
        "/free",
        "/free?family=laser&minutes=0",
        "/free?family=laser&minutes=-30",
        "/free?family=laser&minutes=99999999999999",
        "/free?family=laser&limit=1000",
        "/free?family=laser&from=never",
    ],
)
def test_a_question_that_makes_no_sense_is_invalid(as_, path):
    is_problem(as_("amelie").get(path), 422, "INVALID")


@pytest.mark.parametrize(
    "path",
    [
        "/machines/LAS-9",
        "/machines/%27%20OR%201=1",
        "/machines/LAS-9/calendar",
        "/machines/LAS-9/decision",
        "/free?family=none",
        "/nothing",
        "/reservations/" + "A" * 22,
        "/certificates/none",
    ],
)
def test_what_is_not_there_is_404_in_the_same_shape(as_, path):
    is_problem(as_("amelie").get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_length_or_too_much_is_invalid(as_, key):
    is_problem(as_("amelie").post("/reservations", GOOD, Idempotency_Key=key), 422, "INVALID")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": 3}, {"reason": " "}])
def test_nothing_is_revoked_without_a_reason(as_, store, cast, body):
    certificate = store.read(lambda tx: tx.certificates.of(cast.amelie)[0].id)
    is_problem(as_("max", Scope.CERTIFY).post(f"/certificates/{certificate}/revoke", body), 422, "INVALID")


def test_a_refusal_speaks_the_callers_language(as_):
    said = {
        lang: as_("amelie")
        .get("/machines/LAS-9", Accept_Language=lang)
        .get_json()["objections"][0]["message"]
        for lang in ("fr", "nl", "en")
    }
    assert len(set(said.values())) == 3


class Torn(io.RawIOBase):
    """What a server's reader of chunks does with chunks that are none: it raises its own exception."""

    def readable(self):
        return True

    def readinto(self, _buffer):
        raise LookupError("Invalid chunk size")


def in_chunks(client, stream):
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
    chunked = {"wsgi.input": stream, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.http.post("/api/v1/reservations", headers=headers, environ_overrides=chunked)


def test_a_body_in_chunks_that_are_none_is_the_sender_s_mistake(as_):
    is_problem(in_chunks(as_("amelie"), Torn()), 400, "INVALID")


def test_a_body_in_chunks_is_refused_when_it_is_too_long_and_never_cut(as_):
    whole = json.dumps(GOOD).encode()
    is_problem(in_chunks(as_("amelie"), io.BytesIO(whole.ljust(64 * 1024 + 1))), 413, "INVALID")
    known = json.dumps(GOOD | {"machine": "LAS-9"}).encode()
    is_problem(in_chunks(as_("amelie"), io.BytesIO(known.ljust(64 * 1024))), 404, "NOT_FOUND")
