"""What strangers, members and staff see, and what they can do there."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from core.vocabulary import LockKind, ReservationKind, SessionKind
from hub.ports import Busy, Lock, NewReservation, Session
from hub.web import board
from tests.cast import ADC, NOW

TEN = NOW + timedelta(hours=1)  # 10:00 in Brussels


def seat(tx, machine="LAS-1"):
    return tx.machines.seats(machine)[0].id


def reserved(store, person, start=TEN, minutes=60, machine="LAS-1", kind=ReservationKind.BOOKING):
    def task(tx):
        end = start + timedelta(minutes=minutes)
        return tx.bookings.add(NewReservation(ADC, machine, seat(tx, machine), person, start, end, kind), NOW)

    return store.write(task)


def with_node(store, machine="LAS-1", **said):
    node = machine.lower()

    def task(tx):
        if tx.nodes.get(node) is None:
            tx.nodes.add(node, ADC, machine, b"sealed", NOW)
        tx.nodes.seen(
            node, NOW, {"online": True, "live": {"phase": "idle", "inhibits": [], "relay": "open"} | said}
        )

    store.write(task)


def running(store, person, until, machine="LAS-1"):
    session = Session("s-1", ADC, machine.lower(), machine, person, None, None, SessionKind.USE, NOW, until)
    store.write(lambda tx: tx.sessions.save(session))


# -- the board


def test_the_board_answers_a_stranger_at_once(browser):
    page = browser().get("/?lang=en").text
    assert "Three machines are free" in page
    assert all(f'id="{name}"' in page for name in ("LAS-1", "LAS-2", "SOL-1"))
    assert "4 seats free" in page


def test_the_board_names_nobody(browser, store, cast):
    with_node(store)
    running(store, cast.amelie, NOW + timedelta(hours=1))
    reserved(store, cast.bram, machine="LAS-2", start=NOW - timedelta(minutes=15))
    for path in ("/", "/machines/LAS-1", "/machines/LAS-2", "/board.json"):
        page = browser().get(path).text
        assert "Amélie" not in page
        assert "Bram" not in page


def test_a_running_session_is_shown_with_its_end(browser, store, cast):
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    for path in ("/board/live", "/machines/LAS-1/live"):
        page = browser().get(f"{path}?lang=en").text
        assert "In use" in page
        assert "until 10:00" in page


def test_the_last_ten_minutes_are_announced_and_not_before(browser, store, cast, clock):
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    clock.at = NOW + timedelta(minutes=49, seconds=59)
    assert "Ending soon" not in browser().get("/machines/LAS-1/live?lang=en").text
    clock.at = NOW + timedelta(minutes=50)
    assert "Ending soon" in browser().get("/machines/LAS-1/live?lang=en").text


def test_a_silent_node_is_offline_with_the_time_it_was_seen(browser, store):
    with_node(store)
    store.write(lambda tx: tx.nodes.seen("las-1", NOW - timedelta(minutes=27), {"online": False}))
    page = browser().get("/machines/LAS-1/live?lang=en").text
    assert "Offline" in page
    assert "seen at 08:33" in page


def test_the_polled_part_is_sent_again_only_when_its_words_change(browser, store, cast):
    stranger = browser()
    first = stranger.get("/board/live")
    again = stranger.get("/board/live", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with_node(store, phase="in-use")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    assert stranger.get("/board/live", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_member_sees_first_what_she_may_use(browser):
    page = browser("nils").get("/?lang=en").text
    assert page.index('id="SOL-1"') < page.index('id="LAS-1"')
    assert "You need the certificate LAS1." in page
    assert "You may use it" in page


def test_the_same_page_in_three_languages_and_the_choice_is_kept(browser):
    stranger = browser()
    answers = {code: stranger.get(f"/machines/LAS-1?lang={code}") for code in ("fr", "nl", "en")}
    assert [answer.headers["Content-Language"] for answer in answers.values()] == ["fr", "nl", "en"]
    assert '<html lang="en">' in stranger.get("/machines/LAS-1").text
    assert "Regels van deze machine" in answers["nl"].text
    assert "R\u00e8gles de cette machine" in answers["fr"].text
    assert 'href="/machines/LAS-1?lang=nl"' in answers["fr"].text


def test_a_browser_that_asks_for_dutch_gets_dutch_and_one_that_asks_for_german_gets_french(browser):
    wants = {"nl-BE,nl;q=0.9,en;q=0.5": "nl", "de": "fr", "en;q=0.4,nl;q=0": "en"}
    for header, expected in wants.items():
        assert browser().get("/", headers={"Accept-Language": header}).headers["Content-Language"] == expected


# -- may I?


def test_nils_reads_everything_that_he_lacks_and_the_way_there(browser):
    page = browser("nils").get("/machines/LAS-1?lang=en").text
    assert "You need the certificate LAS1." in page
    assert "Ask a trainer for the training LAS1." in page


def test_amelie_may_and_is_told_until_when(browser):
    assert "You may use this machine" in browser("amélie").get("/machines/LAS-1?lang=en").text


def test_a_stranger_is_asked_in(browser):
    assert "Sign in to see what applies to you." in browser().get("/machines/LAS-1?lang=en").text


# -- booking


def test_amelie_books_a_slot_sees_it_and_gives_it_back(browser, store, cast):
    amelie = browser("amélie")
    day = amelie.get("/machines/LAS-1/book?lang=en")
    assert "10:00\u201311:00" in day.text
    answer = amelie.post("/machines/LAS-1/book", {"start": TEN.isoformat(), "minutes": "60", "note": "sign"})
    assert answer.status_code == 303
    page = amelie.get(answer.location).text
    assert "10:00\u201311:00" in page
    assert "10:00\u201311:00" in amelie.get("/mine").text
    gone = amelie.post(f"{answer.location}/cancel")
    assert gone.status_code == 303
    assert not store.read(lambda tx: tx.bookings.taken("LAS-1", TEN, TEN + timedelta(hours=1)))


def test_who_comes_second_gets_three_alternatives_and_keeps_what_he_wrote(browser, store, cast):
    reserved(store, cast.bram)
    answer = browser("amélie").post(
        "/machines/LAS-1/book?lang=en", {"start": TEN.isoformat(), "minutes": "60", "note": "my sign"},
        form="/machines/LAS-1/book",
    )  # fmt: skip
    assert answer.status_code == 409
    assert "This slot has just been taken" in answer.text
    assert len(re.findall(r'class="slot offer"', answer.text)) == 3
    assert "my sign" in answer.text
    assert "Bram" not in answer.text
    assert "LAS-2" in answer.text


def test_every_offered_alternative_can_be_had(browser, store, cast):
    reserved(store, cast.bram)
    amelie = browser("amélie")
    answer = amelie.post("/machines/LAS-1/book", {"start": TEN.isoformat(), "minutes": "60"})
    offer = re.search(
        r'action="([^"]+)"><input[^>]+><input type="hidden" name="start" value="([^"]+)"', answer.text
    )
    assert amelie.post(offer[1], {"start": offer[2], "minutes": "60"}).status_code == 303


def test_nils_is_refused_with_every_reason_and_nothing_is_written(browser, store):
    answer = browser("nils").post(
        "/machines/LAS-1/book?lang=en", {"start": (TEN + timedelta(minutes=7)).isoformat(), "minutes": "60"},
        form="/mine",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "You need the certificate LAS1." in answer.text
    assert "Bookings start and end on a grid" in answer.text
    assert not store.read(lambda tx: tx.bookings.taken("LAS-1", NOW, NOW + timedelta(days=1)))


@pytest.mark.parametrize(
    ("start", "minutes"),
    [("", "60"), ("soon", "60"), ("2026-11-24T10:00:00+00:00", "x"), ("9999-12-31T23:59:00+00:00", "60"),
     ("2026-11-24T10:00:00+00:00", "-5"), ("2026-11-24T10:00:00+00:00", "99999999999999999999"),
     ("0001-01-01T00:00:00+14:00", "60"), ("2027-03-28T02:30:00", "60")],
)  # fmt: skip
def test_rubbish_is_refused_kindly(browser, start, minutes):
    answer = browser("amélie").post("/machines/LAS-1/book", {"start": start, "minutes": minutes})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "day=x",
        "day=9999-12-31",
        "day=0001-01-01",
        "minutes=x",
        "start=x",
        "start=9999-12-31T23:00:00Z",
        "start=0001-01-01T00:00:00+14:00",
    ],
)
def test_a_strange_address_of_the_day_list_shows_a_day(browser, query):
    assert browser("amélie").get(f"/machines/LAS-1/book?{query}").status_code == 200


def test_a_colleague_and_a_stranger_do_not_even_learn_that_the_booking_exists(browser, store, cast):
    key = reserved(store, cast.bram).id
    for path in (f"/reservations/{key}", f"/reservations/{key}/cancel"):
        assert browser("bram").get(path).status_code == 200
        assert browser("amélie").get(path).status_code == 404
        assert browser().get(path).status_code == 303
        assert browser("dora").get(path).status_code == 200
    assert browser("amélie").post(f"/reservations/{key}/cancel", form="/mine").status_code == 404
    assert store.read(lambda tx: tx.bookings.get(key)).status == "confirmed"


def test_a_machine_of_another_lab_is_not_there(browser):
    assert browser("amélie").get("/machines/NOPE/book").status_code == 404
    assert browser("amélie").get("/machines/NOPE").status_code == 404


# -- mine


def test_amelie_sees_her_minutes_and_her_certificates(browser, store, cast):
    with_node(store)
    done = Session(
        "s-9", ADC, "las-1", "LAS-1", cast.amelie, None, None, SessionKind.USE, NOW - timedelta(hours=2)
    )
    store.write(lambda tx: tx.sessions.save(replace(done, end=NOW - timedelta(hours=1), minutes=60)))
    page = browser("amélie").get("/mine?lang=en").text
    assert "1\u00a0h" in page
    assert "Laser basic" in page
    assert "valid" in page
    assert "1\u00a0h" not in browser("bram").get("/mine?lang=en").text


# -- staff


@pytest.mark.parametrize("path", ["/staff", "/staff/live", "/staff/certify", "/staff/machines/LAS-1/lock"])
def test_the_staffs_pages_are_theirs(browser, path):
    assert browser().get(path).status_code == 303
    assert browser("amélie").get(path).status_code == 403
    for name in ("tom", "dora", "max"):
        assert browser(name).get(path).status_code == 200


def test_staff_see_who_is_at_the_machine(browser, store, cast):
    with_node(store, phase="in-use", relay="closed", power_w=48.2)
    running(store, cast.amelie, NOW + timedelta(hours=1))
    page = browser("dora").get("/staff/live").text
    assert "Amélie Tester" in page
    assert ">48<" in page


def test_a_lockout_is_shown_as_pending_until_the_machine_has_said_so(browser, store):
    with_node(store)
    dora = browser("dora")
    assert (
        dora.post(
            "/staff/machines/LAS-1/lock?lang=en", {"reason": "noisy"}, form="/staff/machines/LAS-1/lock"
        ).status_code
        == 303
    )
    assert "Not yet effective: the machine may be running." in dora.get("/staff").text
    assert "not in force yet" in browser().get("/machines/LAS-1/live?lang=en").text
    lock = store.read(lambda tx: tx.locks.on("LAS-1"))[0]
    store.write(lambda tx: tx.locks.save(replace(lock, in_force=NOW)))
    page = dora.get("/staff").text
    assert "Not yet effective" not in page
    assert "In force. Dora Tester: noisy" in page
    assert dora.post(f"/staff/locks/{lock.id}/lift", {"reason": ""}).status_code == 303
    assert "the machine has not confirmed it yet" in dora.get("/staff").text


def test_a_lockout_wants_a_reason_and_a_trainer_may_not(browser, store):
    answer = browser("dora").post("/staff/machines/LAS-1/lock", {"reason": "  "})
    assert answer.status_code == 422
    assert browser("tom").post("/staff/machines/LAS-1/lock", {"reason": "x"}).status_code == 403
    assert not store.read(lambda tx: tx.locks.on("LAS-1"))


def test_only_its_owner_or_a_manager_with_a_reason_lifts_a_lock(browser, store, cast):
    store.write(
        lambda tx: tx.locks.save(Lock("lk", ADC, "LAS-1", LockKind.LOCKOUT, cast.max, cast.max, "mine", NOW))
    )
    assert browser("dora").post("/staff/locks/lk/lift", {"reason": "done"}).status_code == 403
    assert browser("max").post("/staff/locks/lk/lift").status_code == 303
    assert browser("max").post("/staff/locks/lk/lift").status_code == 409


def test_tom_certifies_nils_and_revokes_it_again(browser, store, cast):
    tom = browser("tom")
    assert tom.post("/staff/certify", {"member": cast.nils, "course": "LAS1"}).status_code == 303
    assert "You may use this machine" in browser("nils").get("/machines/LAS-1?lang=en").text
    key = next(one.id for one in store.read(lambda tx: tx.certificates.of(cast.nils)) if one.course == "LAS1")
    assert tom.post(f"/staff/certificates/{key}/revoke").status_code == 422
    assert tom.post(f"/staff/certificates/{key}/revoke", {"reason": "unsafe"}).status_code == 303
    assert "Your certificate LAS1 was revoked." in browser("nils").get("/machines/LAS-1?lang=en").text


def test_nobody_certifies_himself_and_a_made_up_member_is_not_there(browser, cast):
    assert browser("tom").post("/staff/certify", {"member": cast.tom, "course": "LAS1"}).status_code == 403
    assert browser("tom").post("/staff/certify", {"member": "nobody", "course": "LAS1"}).status_code == 404
    assert browser("dora").get("/staff/certificates/nothing/revoke").status_code == 404
    assert browser("dora").get("/staff/locks/nothing/lift").status_code == 404


# -- hostile words


def test_no_name_note_or_reason_becomes_markup(browser, store, cast):
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    store.write(lambda tx: tx.people.change(cast.amelie, {"name": evil, "short": evil}))
    with_node(store, phase="in-use")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    dora = browser("dora")
    dora.post("/staff/machines/LAS-2/lock", {"reason": evil})
    reserved(store, cast.bram)
    bram = browser("amélie").post(
        "/machines/LAS-1/book", {"start": TEN.isoformat(), "minutes": "60", "note": evil}
    )
    pages = [dora.get("/staff").text, dora.get(f"/staff/certify?member={cast.amelie}").text, bram.text,
             browser("amélie").get("/mine").text, browser().get(f"/?family={evil}").text,
             browser().get(f"/sign-in?next=/{evil}").text]  # fmt: skip
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page


# -- when it breaks


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "Cette page n\u2019existe pas"),
        ("nl", "Deze pagina bestaat niet"),
        ("en", "There is no such page"),
    ],
)
def test_a_lost_reader_is_told_so_in_his_language_and_shown_the_way(browser, lang, said):
    answer = browser().get(f"/nowhere?lang={lang}")
    assert answer.status_code == 404
    assert said in answer.text
    assert 'href="/"' in answer.text


def test_a_busy_store_is_a_page_that_says_try_again(browser, app, monkeypatch):
    def busy(*_args):
        raise Busy

    monkeypatch.setattr(board, "workshop", busy)
    answer = browser().get("/?lang=en")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "The system is busy" in answer.text


def test_a_defect_shows_nothing_of_the_inside(browser, app, monkeypatch):
    def broken(*_args):
        raise RuntimeError("the secret inside")

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(board, "workshop", broken)
    answer = browser().get("/?lang=en")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Something broke on our side." in answer.text


# -- another one is free


def test_a_machine_in_somebody_elses_use_names_the_free_one_beside_it(browser, store, cast):
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.amelie, NOW + timedelta(hours=1))
    reserved(store, cast.amelie, start=NOW, minutes=60)
    page = browser("bram").get("/machines/LAS-1?lang=en").text
    assert "LAS-2 is free now: you may use it." in page
    assert 'href="/machines/LAS-2"' in page


def test_no_machine_is_named_that_is_taken_too_or_for_whom_it_is_not(browser, store, cast):
    reserved(store, cast.amelie, start=NOW, minutes=60)
    assert "is free now" not in browser("nils").get("/machines/LAS-1?lang=en").text
    reserved(store, cast.tom, start=NOW, minutes=60, machine="LAS-2")
    assert "is free now" not in browser("bram").get("/machines/LAS-1?lang=en").text


# -- all that is held


def test_everybody_takes_home_what_is_held_of_him_and_of_nobody_else(browser, cast):
    bram = browser("bram")
    (link,) = re.findall(r'<a class="button" href="([^"]+)" download>', bram.get("/mine").text)
    answer = bram.get(link)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "bram@lab.example" in answer.text
    assert "Amélie" not in answer.text
    assert browser().get(link).status_code == 303
