"""Is it really Tom? His badges, his PIN, his presence, and what machines wrote in his name, on his own pages."""

from datetime import timedelta

import pytest

from core.timeline import stamp
from core.vocabulary import SessionKind
from hub.ports import Session, Tx
from hub.services import resting
from hub.services.enrolling import enrol_badge
from hub.services.sealing import Vault
from tests.cast import ADC, NOW
from tests.hub.web.conftest import PASSWORD
from tests.hub.web.test_pages import with_node

VAULT = Vault(bytes.fromhex("ab" * 32))
HOUR = timedelta(hours=1)


def badge_of(store, cast, name):
    def enrol(tx: Tx):
        return enrol_badge(tx, VAULT, cast.ids[name], bytes([4, 9, 9, 9, 9, 9, len(name)]), cast.dora, NOW)

    return store.write(enrol)


def resting_badge(store, cast, name="amelie"):
    badge = badge_of(store, cast, name)
    store.write(lambda tx: resting.rest(tx, badge, resting.Why.TWO_PLACES, NOW))
    return badge


def rests(store, badge):
    return store.read(lambda tx: tx.badges.get(badge.id)).rests is not None


def supervised(store, cast):
    with_node(store, phase="in-use", relay="closed")
    session = Session("s1", ADC, "las-1", "LAS-1", cast.nils, cast.tom, None, SessionKind.USE, NOW)
    store.write(lambda tx: tx.sessions.save(session))


def signed(store, cast):
    ends = {"alone_until": stamp(NOW + HOUR), "lapses": stamp(NOW + 72 * HOUR)}

    def claim(tx: Tx) -> int:
        certificate = tx.certificates.open(ADC, cast.nils, "LAS1")
        data = {"machine": "LAS-1", **ends}
        return tx.certificates.record(certificate, "practical", NOW, by=cast.tom, data=data).id

    return store.write(claim)


def test_amelie_reads_why_her_badge_rests_and_wakes_it_with_her_password(browser, store, cast):
    badge = resting_badge(store, cast)
    amelie = browser("amélie")
    assert "laid on two readers" in amelie.get("/mine/badges?lang=en").text
    revive = f"/mine/badges/{badge.id}/revive"
    assert amelie.post(revive, {"password": "guessed"}, form="/mine/badges").status_code == 401
    assert rests(store, badge)
    assert amelie.post(revive, {"password": PASSWORD}, form="/mine/badges").status_code == 303
    assert not rests(store, badge)


@pytest.mark.parametrize("who", ["bram", "dora"])
def test_nobody_wakes_or_loses_anothers_badge(browser, store, cast, who):
    badge = resting_badge(store, cast)
    other = browser(who)
    assert other.post(f"/mine/badges/{badge.id}/revive", {"password": PASSWORD}).status_code == 404
    assert other.post(f"/mine/badges/{badge.id}/lost").status_code == 404
    assert rests(store, badge)
    assert store.read(lambda tx: tx.badges.get(badge.id)).state == "active"


def test_a_badge_is_reported_lost_in_one_tap(browser, store, cast):
    badge = badge_of(store, cast, "amelie")
    amelie = browser("amélie")
    assert amelie.post(f"/mine/badges/{badge.id}/lost", form="/mine/badges").status_code == 303
    assert store.read(lambda tx: tx.badges.get(badge.id)).state == "lost"
    assert "reported lost" in amelie.get("/mine/badges?lang=en").text


def test_a_pin_is_set_with_the_password_alone_and_taken_away_again(browser, store, cast):
    amelie = browser("amélie")

    def pin():
        return store.write(lambda tx: tx.assurance.pin(cast.amelie))

    assert amelie.post("/mine/pin", {"pin": "4071"}, form="/mine/badges").status_code == 401
    assert amelie.post("/mine/pin", {"pin": "1234", "password": PASSWORD}).status_code == 422
    assert pin() is None
    assert amelie.post("/mine/pin", {"pin": "4071", "password": PASSWORD}).status_code == 303
    assert pin() is not None
    assert amelie.post("/mine/pin", {"pin": "", "password": PASSWORD}).status_code == 303
    assert pin() is None


def test_ten_wrong_passwords_and_the_page_is_shut_for_a_while(browser, store, cast):
    amelie = browser("amélie")
    tried = [amelie.post("/mine/pin", {"pin": "4071", "password": "no"}).status_code for _ in range(11)]
    assert tried == [401] * 10 + [429]


def test_tom_says_that_he_is_there_for_four_hours_and_that_he_leaves(browser, store, cast, clock):
    supervised(store, cast)
    tom = browser("tom")
    assert tom.post("/mine/presence", {"password": "no"}, form="/mine/presence").status_code == 401
    assert tom.post("/mine/presence", {"password": PASSWORD}, form="/mine/presence").status_code == 303
    assert "Known until" in tom.get("/mine/presence?lang=en").text
    clock.at = NOW + 4 * HOUR
    assert "Known until" not in tom.get("/mine/presence?lang=en").text
    clock.at = NOW + HOUR
    assert tom.post("/mine/presence/leave").status_code == 303
    assert "Known until" not in tom.get("/mine/presence?lang=en").text
    (order,) = store.write(lambda tx: tx.outbox.latest("order", "las-1", NOW - HOUR))
    assert order.payload["args"] == {"wind_down": True}


def test_amelie_who_answers_for_nobody_has_no_such_page(browser, store):
    assert browser("amélie").get("/mine/presence").status_code == 403


def test_who_hosts_a_guest_today_says_that_he_is_there_so_that_the_guest_may_start(browser, store, cast):
    amelie = browser("amélie")
    assert "/mine/presence" not in amelie.get("/mine").text
    guest = {"pass_day": NOW.date(), "host": cast.amelie}
    store.write(lambda tx: tx.people.change(cast.nils, guest))
    assert "/mine/presence" in amelie.get("/mine").text
    assert amelie.post("/mine/presence", {"password": PASSWORD}, form="/mine/presence").status_code == 303
    assert "Known until" in amelie.get("/mine/presence?lang=en").text


def test_that_was_not_me_is_one_button_behind_the_link_of_the_letter(browser, store, cast):
    supervised(store, cast)
    tom = browser("tom")
    link = "/mine/name/sessions/s1/not-me"
    assert "LAS-1" in tom.get(f"{link}?lang=en").text
    assert not store.write(
        lambda tx: tx.outbox.latest("order", "las-1", NOW - HOUR)
    )  # reading changes nothing
    assert tom.post(link).status_code == 303
    (order,) = store.write(lambda tx: tx.outbox.latest("order", "las-1", NOW - HOUR))
    assert (order.payload["order"], order.payload["reason"]) == ("stop", "revoked")


def test_another_members_session_or_signature_is_not_there(browser, store, cast):
    supervised(store, cast)
    key = signed(store, cast)
    for path in ("/mine/name/sessions/s1/not-me", f"/mine/name/signed/{key}/disown"):
        bram = browser("bram")
        assert bram.get(path).status_code == 404
        assert bram.post(path).status_code == 404


def test_tom_confirms_the_class_with_his_password(browser, store, cast):
    key = signed(store, cast)
    tom = browser("tom")
    assert "Nils" in tom.get("/mine/name?lang=en").text
    wanted = {"signed": str(key)}
    assert tom.post("/mine/name/confirm", wanted | {"password": "no"}, form="/mine/name").status_code == 401
    assert tom.post("/mine/name/confirm", wanted | {"password": PASSWORD}).status_code == 303
    kinds = [
        one.kind for one in store.read(lambda tx: tx.certificates.events(cast.nils)) if one.by == cast.tom
    ]
    assert kinds == ["practical", "grant"]


def test_tom_disowns_a_signature(browser, store, cast):
    key = signed(store, cast)
    tom = browser("tom")
    assert (
        tom.post(f"/mine/name/signed/{key}/disown", form=f"/mine/name/signed/{key}/disown").status_code == 303
    )
    kinds = [
        one.kind for one in store.read(lambda tx: tx.certificates.events(cast.nils)) if one.by == cast.tom
    ]
    assert kinds == ["practical", "suspend"]
    assert "not me" in tom.get("/mine/name?lang=en").text


@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
@pytest.mark.parametrize("page", ["/mine/badges", "/mine/presence", "/mine/name"])
def test_the_pages_stand_in_three_languages_and_strangers_sign_in_first(
    browser, app, store, cast, lang, page
):
    supervised(store, cast)
    signed(store, cast)
    assert browser("tom").get(f"{page}?lang={lang}").status_code == 200
    assert app.test_client().get(page).status_code == 303
