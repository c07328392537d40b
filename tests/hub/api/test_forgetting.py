"""What does the house hold of me, and what stays when I want to be forgotten? Everything, to me alone; then a pseudonym."""

import sqlite3
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core.sanctions import Cause
from core.timeline import stamp
from core.vocabulary import Role, SessionKind
from hub.api import Deps, register
from hub.ports import Session
from hub.services import certifying, enrolling, granting, sanctions
from hub.services.letting_in import Scope
from hub.services.sealing import Vault
from hub.store.books.audit import first_broken
from hub.store.making import found
from tests.cast import ADC, NOW
from tests.hub.api.conftest import Client, token_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VAULT = Vault(b"v" * 32)
UID = bytes.fromhex("04AABBCCDDEE80")


def slot(start, **more):
    return {"machine": "LAS-1", "start": stamp(start), "end": stamp(start + HOUR), **more}


@pytest.fixture
def page(store, clock, cast):
    """`page("amelie")`: her browser, signed in, sending the CSRF header."""

    def opened(name):
        app = Flask("with pages")
        app.testing = True
        who = getattr(cast, name)
        register(app, Deps(store, clock, lambda: who, lambda: True, "https://hub.example", VAULT))
        return Client(app.test_client())

    return opened


@pytest.fixture
def life(as_, store, cast):
    """What Amélie has done here; the address of her calendar."""
    amelie = as_("amelie")
    done = amelie.post("/reservations", slot(NOW + HOUR, note="the lamp for my sister")).get_json()
    coming = amelie.post("/reservations", slot(NOW + 3 * DAY)).get_json()
    amelie.post("/waitlist", slot(NOW + 5 * DAY, min_minutes=60))
    used = Session(
        "s1", ADC, None, "LAS-1", cast.amelie, None, None, SessionKind.USE, NOW - DAY, NOW, NOW - HOUR
    )
    store.write(lambda tx: tx.sessions.save(used))
    store.write(lambda tx: sanctions.strike(tx, tx.bookings.get(done["id"]), Cause.NO_SHOW, NOW))
    store.write(lambda tx: enrolling.enrol_badge(tx, VAULT, cast.amelie, UID, "desk", NOW))
    amelie.post("/machines/LAS-1/reports", {"severity": "notice", "words": "Amélie here: it squeaks"})
    feed = amelie.post("/me/feeds", {}).get_json()["url"]
    return {"coming": coming["id"], "feed": urlsplit(feed).path}


def written(tmp_path):
    with sqlite3.connect(tmp_path / "loquet.db") as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(
            f"{name}: {row!r}" for name in tables for row in db.execute(f'SELECT * FROM "{name}"')
        )


def test_a_person_gets_everything_that_is_held_of_him(page, life, cast):
    answer = page("amelie").get("/me/export")
    held = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    counts = {name: len(rows) for name, rows in held.items() if isinstance(rows, list)}
    assert counts | {"audit": 0, "tokens": 0} == {
        "badges": 1, "certificate_events": 2, "reservations": 2, "sessions": 1, "waiting": 1, "strikes": 1,
        "reports": 1, "incidents": 0,
        "rebookings": 0, "feeds": 1, "tokens": 0, "audit": 0,
    }  # fmt: skip
    assert counts["audit"] >= 5
    assert counts["tokens"] >= 1
    assert (held["member"]["name"], held["member"]["birth"]) == ("Amélie Tester", "1990-02-03")
    assert held["reservations"][-1]["note"] == "the lamp for my sister"


def test_an_export_holds_no_secret_and_no_one_else_s_name(page, life, store):
    text = page("amelie").get("/me/export").text
    (token, *_) = store.read(lambda tx: tx.tokens.of(tx.people.by_email("amélie@lab.example").id))
    for secret in (UID.hex(), UID.hex().upper(), VAULT.key(UID), token.hash, "password", "sealed"):
        assert secret not in text
    assert "Tester" in text
    assert not any(name in text for name in ("Bram", "Dora", "Max", "Tom"))


@pytest.mark.parametrize("scope", list(Scope))
def test_no_token_exports_or_erases_whatever_its_scope(as_, store, cast, scope):
    amelie = as_("amelie", scope)
    assert amelie.get("/me/export").status_code == 403
    assert amelie.send("DELETE", "/me").status_code == 403
    assert store.read(lambda tx: tx.people.get(cast.amelie).name) == "Amélie Tester"


def test_who_wants_to_be_forgotten_leaves_a_pseudonym_and_no_trace_of_the_name(
    page, life, store, cast, tmp_path
):
    assert "Amélie" in written(tmp_path)
    answer = page("amelie").send("DELETE", "/me")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "archived")
    kept = written(tmp_path)
    assert not [word for word in ("Amélie", "amélie", "sister", VAULT.key(UID)) if word in kept]
    assert store.read(lambda tx: tx.people.get(cast.amelie).birth) is None


def test_the_audit_chain_still_verifies_and_use_and_certificates_stay(page, life, store, cast):
    page("amelie").send("DELETE", "/me")
    assert store.read(lambda tx: first_broken(tx.audit.read(0, 10_000))) is None
    assert store.read(lambda tx: tx.audit.newest(ADC, 1)[0].action) == "member.erased"
    assert store.read(lambda tx: tx.sessions.get("s1").person) == cast.amelie
    shown = store.read(lambda tx: certifying.certificates_of(tx, cast.amelie, NOW))
    assert [one.course for one in shown] == ["GEN", "LAS1"]


def test_every_door_is_closed_behind_who_left(page, as_, stranger, life, store, cast):
    amelie = as_("amelie")
    page("amelie").send("DELETE", "/me")
    assert amelie.get("/me").status_code == 401
    assert stranger.http.get(life["feed"]).status_code == 404
    assert store.read(lambda tx: tx.badges.by_key(VAULT.key(UID))) is None
    assert store.read(lambda tx: tx.people.by_email("amélie@lab.example")) is None


def test_what_he_had_booked_is_free_again_without_a_strike(page, as_, life, store, cast):
    before = store.read(lambda tx: len(tx.strikes.of(cast.amelie, ADC)))
    page("amelie").send("DELETE", "/me")
    assert as_("bram").post("/reservations", slot(NOW + 3 * DAY)).status_code == 201
    assert as_("bram").post("/reservations", slot(NOW + HOUR)).status_code == 201
    assert store.read(lambda tx: len(tx.strikes.of(cast.amelie, ADC))) == before
    assert [one.status for one in store.read(lambda tx: tx.waiting.of(cast.amelie))] == ["left"]


def test_the_machines_hear_of_it_at_once(page, life, store):
    store.write(lambda tx: found(tx, NOW, demo=False))
    store.write(lambda tx: tx.nodes.add("las-1", ADC, "LAS-1", VAULT.seal(bytes(32)), NOW))
    store.write(lambda tx: granting.recompile_all(tx, NOW))
    known = store.read(lambda tx: granting.view_body(tx, "las-1", VAULT, NOW))
    page("amelie").send("DELETE", "/me")
    told = store.read(lambda tx: granting.view_body(tx, "las-1", VAULT, NOW))
    assert "Amélie" in str(known)
    assert "Amélie" not in str(told)
    assert store.read(lambda tx: tx.outbox.waiting(["view"])) == 1


def test_his_address_may_come_back_as_somebody_new(page, as_, life):
    page("amelie").send("DELETE", "/me")
    wish = {"email": "amélie@lab.example", "name": "Amélie Again"}
    assert as_("max", Scope.STAFF).post("/members", wish).status_code == 201


def test_who_is_at_a_machine_or_works_here_is_not_forgotten_yet(page, store, cast):
    running = Session("s2", ADC, None, "LAS-1", cast.bram, None, None, SessionKind.USE, NOW - HOUR)
    store.write(lambda tx: tx.sessions.save(running))
    at_work, crew = page("bram").send("DELETE", "/me"), page("dora").send("DELETE", "/me")
    assert (at_work.status_code, at_work.get_json()["code"]) == (422, "OCCUPIED")
    assert (crew.status_code, crew.get_json()["code"]) == (403, "FORBIDDEN")
    store.write(lambda tx: tx.people.take_role(cast.dora, ADC, Role.STAFF))
    assert page("dora").send("DELETE", "/me").status_code == 200


def test_nobody_is_forgotten_who_has_changed_in_the_meantime(page, store, cast):
    assert page("amelie").send("DELETE", "/me", If_Match='"old"').status_code == 412
    token_for(store, cast.amelie, Scope.READ)
    assert store.read(lambda tx: tx.people.get(cast.amelie).name) == "Amélie Tester"
