"""Who gets in, who does not, and what an attacker learns from it: nothing."""

import pytest
from argon2 import PasswordHasher
from limits.errors import StorageError

from hub.web.signing import is_ours


def test_amelie_signs_in_and_comes_back_to_where_she_was(browser):
    answer = browser().sign_in("amélie", next="/machines/LAS-1")
    assert answer.status_code == 303
    assert answer.location == "/machines/LAS-1"


def test_after_signing_in_the_page_greets_her_and_after_leaving_no_more(browser):
    amelie = browser("amélie")
    assert "Amélie" in amelie.get("/").text
    assert amelie.post("/sign-out", form="/mine").status_code == 303
    assert "Amélie" not in amelie.get("/").text
    assert amelie.get("/mine").status_code == 303


def test_a_wrong_password_and_an_unknown_address_read_alike(browser):
    wrong = browser().sign_in("bram", "guess")
    unknown = browser().sign_in("nobody", "guess")
    assert (wrong.status_code, unknown.status_code) == (401, 401)

    def without_what_was_typed(answer):
        return [line for line in answer.text.splitlines() if "csrf_token" not in line and "nonce" not in line and 'name="email"' not in line]  # fmt: skip

    assert without_what_was_typed(wrong) == without_what_was_typed(unknown)
    assert "guess" not in wrong.text


def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one(browser, store, cast):
    store.write(lambda tx: tx.people.change(cast.bram, {"password": None}))
    assert browser().sign_in("bram", "").status_code == 401


def test_a_blocked_account_stays_out(browser, store, cast):
    store.write(lambda tx: tx.people.change(cast.bram, {"active": False}))
    assert browser().sign_in("bram").status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "/a\nb",
        "javascript:alert(1)",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browser, target):
    assert not is_ours(target)
    assert browser().sign_in("bram", next=target).location == "/"


def test_the_eleventh_guess_is_not_even_tried(browser):
    thief = browser(address="198.51.100.9")
    assert [thief.sign_in("bram", f"guess {n}").status_code for n in range(10)] == [401] * 10
    assert thief.sign_in("bram").status_code == 429


def test_bram_gets_in_while_somebody_guesses_his_password_from_afar(browser):
    thief = browser(address="198.51.100.9")
    for n in range(11):
        thief.sign_in("bram", f"guess {n}")
    assert browser().sign_in("bram").status_code == 303


def test_brams_own_browser_gets_in_while_his_neighbour_in_the_lab_guesses(browser):
    bram = browser("bram")
    bram.post("/sign-out", form="/mine")
    for n in range(11):
        browser().sign_in("bram", f"guess {n}")
    assert browser().sign_in("bram").status_code == 429
    assert bram.sign_in("bram").status_code == 303


def test_a_device_cookie_of_one_account_is_nothing_for_another(browser):
    amelie = browser("amélie")
    amelie.post("/sign-out", form="/mine")
    for n in range(11):
        amelie.sign_in("bram", f"guess {n}")
    assert amelie.sign_in("bram").status_code == 429


def test_without_its_limiter_the_door_stays_shut(browser, app, monkeypatch):
    limiter = next(iter(app.extensions["limiter"]))

    def broken(*_args, **_more):
        raise StorageError(OSError("no storage"))

    monkeypatch.setattr(limiter.limiter, "test", broken)
    stranger = browser()
    assert stranger.sign_in("bram").status_code == 503
    assert stranger.get("/mine").status_code == 303


def test_a_session_is_new_after_signing_in(browser):
    bram = browser()
    before = bram.token()
    bram.sign_in("bram")
    with bram.client.session_transaction() as session:
        assert session["_fresh"]
    answer = bram.client.post("/sign-out", data={"csrf_token": before})
    assert answer.status_code == 400


def test_an_old_hash_is_renewed_through_the_store(browser, store, cast):
    old = PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1).hash("open sesame")
    store.write(lambda tx: tx.people.change(cast.bram, {"password": old}))
    assert browser().sign_in("bram").status_code == 303
    kept = store.read(lambda tx: tx.people.account(person=cast.bram)).password
    assert "m=19456,t=2,p=1" in kept
    assert browser().sign_in("bram").status_code == 303
