"""What does another member get who knows an id? What he would get for an id that never was; and nothing changes."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.sanctions import Cause
from core.timeline import stamp
from core.vocabulary import LockKind
from hub.api import Deps, register
from hub.api.registering import ROUTES
from hub.ports import FeedSubject, IncidentKind, Severity
from hub.services import enrolling, incidents, locking_out, reports, resources, sanctions
from hub.services.feeding import make_feed
from hub.services.incidents import Happened
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from tests.cast import ADC, NOW

HOUR = timedelta(hours=1)
NEVER = "A" * 22
OWNED = (
    "reservation",
    "entry",
    "certificate",
    "feed",
    "member",
    "badge",
    "lockout",
    "node",
    "series",
    "strike",
    "report",
    "resource",
    "incident",
)
BODIES = {
    "lifted": True,
    "answer": "mended",
    "machines": ["LAS-2"],
    "scope": "this",
    "reason": "because",
    "state": "lost",
    "name": "Somebody",
    "start": stamp(NOW + 4 * HOUR),
    "end": stamp(NOW + 5 * HOUR),
}


def owned(route):
    return next((name for name in OWNED if f"{{{name}}}" in route.path), None)


WALK = [route for route in ROUTES if owned(route)]


@dataclass
class Things:
    """What Amélie has, by the name that a path gives it."""

    ids: dict[str, str]


@pytest.fixture
def things(as_, store, cast):
    amelie, vault = as_("amelie"), Vault(b"v" * 32)
    slot = {"machine": "LAS-1", "start": stamp(NOW + HOUR), "end": stamp(NOW + 2 * HOUR)}
    wait = {"machine": "LAS-1", "start": slot["start"], "end": stamp(NOW + 9 * HOUR), "min_minutes": 60}
    person = store.read(lambda tx: tx.people.get(cast.amelie))
    feed, _ = store.write(lambda tx: make_feed(tx, person, FeedSubject.PERSON, None, NOW))
    badge = store.write(
        lambda tx: enrolling.enrol_badge(tx, vault, cast.amelie, bytes.fromhex("04AABBCCDDEE80"), "desk", NOW)
    )
    lock = store.write(lambda tx: locking_out.lock(tx, cast.max, "LAS-2", LockKind.LOCKOUT, "lens", NOW))
    store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", b"sealed", NOW))
    shared = ("compressor", ["LAS-2"])
    resource = store.write(lambda tx: resources.save(tx, tx.people.get(cast.max), None, shared, NOW))
    said = reports.Said("LAS-2", Severity.OUT_OF_ORDER, "the belt slips", picture=b"as made anew")
    report = store.write(lambda tx: reports.report(tx, tx.people.get(cast.amelie), said, NOW))
    missed = Happened(IncidentKind.NEAR_MISS, "LAS-2", NOW - HOUR, "a sleeve near the belt")
    incident = store.write(lambda tx: incidents.log(tx, tx.people.get(cast.max), ADC, missed, NOW))
    reservation = amelie.post("/reservations", slot).get_json()["id"]
    struck = store.write(
        lambda tx: sanctions.strike(tx, tx.bookings.get(reservation), Cause.NO_SHOW, NOW - HOUR)
    )
    appealed = {"reason": "I was there"}
    assert amelie.post(f"/strikes/{struck.strike}/appeal", appealed).status_code == 200
    return Things(
        {
            "reservation": reservation,
            "strike": struck.strike,
            "report": report.id,
            "resource": resource.id,
            "incident": incident.id,
            "entry": amelie.post("/waitlist", wait).get_json()["id"],
            "certificate": store.read(lambda tx: tx.certificates.of(cast.amelie)[0].id),
            "feed": feed.id,
            "member": cast.amelie,
            "badge": badge.id,
            "lockout": lock.id,
            "node": "las-1",
        }
    )


def address(route, identity):
    return route.path.replace("/api/v1", "", 1).replace(f"{{{owned(route)}}}", identity)


def wanted(route):
    if route.form is None:
        return None
    return {name: value for name, value in BODIES.items() if name in route.form.model_fields}


@pytest.mark.parametrize("who", ["bram", "olga"])
@pytest.mark.parametrize("route", WALK, ids=lambda route: route.name)
def test_another_s_thing_is_as_if_it_were_not(as_, store, things, route, who):
    other = as_(who, Scope.CERTIFY)
    before = store.read(lambda tx: tx.audit.head())
    real = other.send(route.method, address(route, things.ids[owned(route)]), wanted(route))
    never = other.send(route.method, address(route, NEVER), wanted(route))
    assert real.status_code in (403, 404), real.text
    assert (real.status_code, real.get_json()) == (never.status_code, never.get_json())
    assert store.read(lambda tx: tx.audit.head()) == before


@pytest.mark.parametrize("route", WALK, ids=lambda route: route.name)
def test_the_owner_is_no_stranger_to_his_own_things(as_, things, route):
    """So that the walk above tries doors that open for somebody."""
    who, scope = ("amelie", Scope.BOOK) if route.scope < Scope.STAFF else ("max", Scope.CERTIFY)
    answer = as_(who, scope).send(route.method, address(route, things.ids[owned(route)]), wanted(route))
    assert answer.status_code not in (401, 403, 404, 405) or route.path.endswith("/lift"), answer.text


def test_staff_of_one_lab_see_nothing_of_another(as_, store, cast, things):
    store.write(lambda tx: tx.people.give_role(cast.olga, "other", "manager"))
    olga = as_("olga", Scope.CERTIFY)
    for route in WALK:
        answer = olga.send(route.method, address(route, things.ids[owned(route)]), wanted(route))
        assert answer.status_code in (403, 404), (route.name, answer.text)
    for path in ("/members", "/badges", "/nodes", "/audit", "/lockouts", "/sessions", "/reservations"):
        shown = olga.get(path)
        assert shown.status_code == 200
        assert not any(known in shown.text for known in (*things.ids.values(), cast.amelie, cast.max)), path


@pytest.mark.parametrize(
    "route",
    [one for one in ROUTES if one.method != "GET"],
    ids=lambda route: route.name,
)
def test_a_cookie_without_the_csrf_header_opens_no_door_that_writes(app, store, cast, clock, route):
    """A foreign page can make a browser send the cookie, but not the header."""
    app = type(app)("with pages")
    app.testing = True
    register(app, Deps(store, clock, signed_in=lambda: cast.max, csrf_ok=lambda: False))
    path = route.path
    for name in ("{machine}", "{level}", "{subject}", *(f"{{{name}}}" for name in (*OWNED, "closure"))):
        path = path.replace(name, "LAS-1")
    answer = app.test_client().open(path, method=route.method, json={})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "UNAUTHENTICATED")
