"""Does every answer look as the OpenAPI document says, whatever is sent? Schemathesis tries all doors, for three kinds of callers."""

import base64
from collections import Counter
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.sanctions import Cause
from core.timeline import stamp
from core.vocabulary import LockKind
from hub.api import shapes, stream
from hub.api.openapi import document
from hub.api.registering import ROUTES
from hub.api.schemas import SCHEMAS
from hub.ports import FeedSubject, IncidentKind
from hub.services import enrolling, fitting, incidents, locking_out, resources, sanctions, teaching
from hub.services.feeding import make_feed
from hub.services.incidents import Happened
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from hub.services.teaching import Plan
from tests.cast import NOW
from tests.hub.api.conftest import Client, app_over, token_for
from tests.hub.pictures import picture

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATHS = sorted({route.path for route in ROUTES} - {stream.PATH})  # that one has no end: test_stream.py
CALLERS = {"a stranger": None, "a member": ("amelie", Scope.BOOK), "a manager": ("max", Scope.CERTIFY)}
LET_IN = {"a stranger": 0.05, "a member": 0.35, "a manager": 0.9}  # at least this share is not 401 or 403
HOUR = timedelta(hours=1)
VAULT = Vault(b"v" * 32)


@pytest.fixture
def app(store, clock):
    return app_over(store, clock, VAULT)


@pytest.fixture
def real(app, store, cast):
    """What stands in the lab already: a real id for each kind of place in a path."""
    amelie = Client(app.test_client(), token_for(store, cast.amelie, Scope.BOOK))
    slot = {"machine": "LAS-1", "start": stamp(NOW + HOUR), "end": stamp(NOW + 2 * HOUR)}
    later = {"machine": "LAS-1", "start": stamp(NOW + 5 * HOUR), "end": stamp(NOW + 9 * HOUR)}
    person = store.read(lambda tx: tx.people.get(cast.amelie))
    feed, secret = store.write(lambda tx: make_feed(tx, person, FeedSubject.PERSON, None, NOW))
    lock = store.write(lambda tx: locking_out.lock(tx, cast.max, "LAS-2", LockKind.LOCKOUT, "lens", NOW))
    reservation = amelie.post("/reservations", slot).get_json()["id"]
    struck = store.write(
        lambda tx: sanctions.strike(tx, tx.bookings.get(reservation), Cause.NO_SHOW, NOW - HOUR)
    )
    shared = ("compressor", ["SOL-1"])
    resource = store.write(lambda tx: resources.save(tx, tx.people.get(cast.max), None, shared, NOW))
    seen = base64.b64encode(picture()).decode()
    squeak = {"severity": "notice", "words": "it squeaks", "category": "tool", "photo": seen}
    told = amelie.post("/machines/LAS-2/reports", squeak)
    store.write(lambda tx: fitting.announce(tx, tx.people.get(cast.max), "las-2", "LAS-2", NOW))
    card = bytes.fromhex("04AABBCCDDEE80")
    badge = store.write(lambda tx: enrolling.enrol_badge(tx, VAULT, cast.amelie, card, "desk", NOW))
    return {
        "machine": "LAS-1",
        "reservation": reservation,
        "entry": amelie.post("/waitlist", later | {"min_minutes": 60}).get_json()["id"],
        "certificate": store.read(lambda tx: tx.certificates.of(cast.amelie)[0].id),
        "member": cast.bram,
        "feed": feed.id,
        "secret": secret,
        "lockout": lock.id,
        "strike": struck.strike,
        "resource": resource.id,
        "report": told.get_json()["id"],
        **staffs(store, cast),
        "node": "las-2",
        "badge": badge.id,
        "level": "family",
        "subject": "laser",
    }


def staffs(store, cast):
    """What only staff and trainers have."""
    max_ = store.read(lambda tx: tx.people.get(cast.max))
    missed = Happened(IncidentKind.NEAR_MISS, "LAS-2", NOW - HOUR, "a sleeve near the belt")
    incident = store.write(lambda tx: incidents.log(tx, max_, max_.lab, missed, NOW))
    class_ = Plan("GEN", ("SOL-1",), NOW + 2 * HOUR, NOW + 3 * HOUR, cast.max, 4)
    return {"incident": incident.id, "training": teaching.plan(store, max_, class_, NOW).id}


@pytest.mark.parametrize("caller", CALLERS)
def test_no_door_breaks_and_every_answer_is_as_it_is_written(app, store, cast, real, caller):
    who = CALLERS[caller]
    if who:
        bearing(app, token_for(store, getattr(cast, who[0]), who[1]))
    doors = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    heard: Counter[int] = Counter()
    for path in PATHS:
        for method in doors[path]:
            heard += knock(doors[path][method], real, 20 if who else 3)
    let_in = heard.total() - heard[401] - heard[403]
    assert (heard[401] == 0) is (who is not None)
    assert let_in > LET_IN[caller] * heard.total(), heard
    assert heard[200] + heard[201] > LET_IN[caller] / 10 * heard.total(), heard


def bearing(app, token):
    """Every request brings the token: schemathesis would leave it out of those that it means to be wrong."""
    inner = app.wsgi_app
    app.wsgi_app = lambda environ, start: inner(environ | {"HTTP_AUTHORIZATION": f"Bearer {token}"}, start)


def knock(door, real, times):
    """Send what the document allows, and where there is a body also what it forbids; how often each status was heard."""
    heard: Counter[int] = Counter()
    sent = door.as_strategy()
    if door.body:
        sent |= door.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=times,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=sent, there=st.booleans())
    def tried(case, there):
        if there:
            named = case.path_parameters or {}
            case.path_parameters = {name: real.get(name, value) for name, value in named.items()}
        heard[case.call_and_validate(checks=CHECKS).status_code] += 1

    tried()
    return heard


def test_an_answer_that_is_not_as_written_is_found(app, real, monkeypatch):
    monkeypatch.setattr(shapes, "machine", lambda _shown: {"id": 7})
    door = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)["/api/v1/machines"]["GET"]
    with pytest.raises(FailureGroup):
        knock(door, real, 20)


def test_every_route_says_what_it_answers():
    assert {route.answer for route in ROUTES} - set(SCHEMAS) == {
        "image/jpeg",
        "text/calendar",
        "text/event-stream",
    }


def test_no_form_takes_the_name_of_an_answer():
    named = document(ROUTES)["components"]["schemas"]
    assert all(named[name] == shape for name, shape in SCHEMAS.items())
