"""A member reports a machine from its page; staff answer, note upkeep, and say what machines share is down (R46, R48, R49)."""

import re
from datetime import timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import ReservationStatus
from hub.ports import Report, Resource, Severity, Upkeep, Verdict
from hub.services import reports, resources, ruling, upkeep
from hub.services.reports import Said
from hub.services.resources import Failure
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW, OTHER
from tests.hub.web.test_pages import TEN, reserved

PAGE = "/staff/upkeep"
MACHINE = "/machines/LAS-1"
FORM = f"{MACHINE}/report"
DAY = timedelta(days=1)


def says(browser, who, severity="danger", words="it smells of burning", lang="en"):
    return browser(who).post(f"{FORM}?lang={lang}", {"severity": severity, "words": words}, form=MACHINE)


def reported(store, person, severity=Severity.OUT_OF_ORDER) -> Report:
    said = Said("LAS-1", severity, "the belt is torn")
    return store.write(lambda tx: reports.report(tx, tx.people.get(person), said, NOW))


def present(store, one: Report) -> Report:
    return store.read(lambda tx: tx.reports.get(one.id))


def shared(store, cast) -> Resource:
    said = ("Extraction", ("LAS-1", "LAS-2"))
    return store.write(lambda tx: resources.save(tx, tx.people.get(cast.dora), None, said, NOW))


def due(store, cast) -> None:
    """LAS-1 wants to be looked after each ten days, and ten have gone by."""
    where, why = RulesAt(ADC, Level.MACHINE, "LAS-1"), ("upkeep", NOW - 10 * DAY)
    rules = {"upkeep_d": 10, "upkeep_h": 50}
    store.write(lambda tx: ruling.save(tx, tx.people.get(cast.max), where, rules, why))
    store.write(lambda tx: upkeep.look(tx, NOW - 10 * DAY))
    store.write(lambda tx: upkeep.look(tx, NOW))


# -- a member says so


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        ("danger", "Nobody can start LAS-1 from now on"),
        ("out_of_order", "can still be used, until a second member says so too"),
        ("notice", "Staff are told. LAS-1 can still be used."),
    ],
)
def test_who_reports_a_problem_reads_what_happens_now(browser, store, cast, severity, words):
    bram = browser("bram")
    fields = {"severity": severity, "words": "it smells"}
    answer = bram.post(f"{FORM}?lang=en", fields, form=MACHINE)
    assert (answer.status_code, answer.location) == (303, MACHINE)
    assert words in bram.get(f"{MACHINE}?lang=en").text
    (made,) = store.read(lambda tx: tx.reports.of(cast.bram))
    assert (made.severity, made.words, made.lock is not None) == (severity, "it smells", severity == "danger")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "Un deuxième membre le dit"),
        ("nl", "Een tweede lid zegt het"),
        ("en", "A second member says so"),
    ],
)
def test_the_second_who_says_that_it_is_out_of_order_reads_that_it_counts(browser, store, cast, lang, words):
    reported(store, cast.amelie)
    bram = browser("bram")
    bram.post(f"{FORM}?lang={lang}", {"severity": "out_of_order", "words": "dead"}, form=MACHINE)
    assert words in bram.get(f"{MACHINE}?lang={lang}").text
    assert all(one.lock for one in store.read(lambda tx: tx.reports.unanswered("LAS-1")))


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "pour aujourd’hui"), ("nl", "voor vandaag"), ("en", "enough for today")]
)
def test_the_third_danger_of_a_day_is_refused_in_words_and_what_was_typed_stays(
    browser, store, cast, lang, words
):
    for _ in range(2):
        reported(store, cast.bram, Severity.DANGER)
    answer = says(browser, "bram", lang=lang)
    assert answer.status_code == 422
    assert words in answer.text
    assert "it smells of burning</textarea>" in answer.text
    assert len(store.read(lambda tx: tx.reports.of(cast.bram))) == 2


@pytest.mark.parametrize(
    ("severity", "words", "said"),
    [("", "it smells", "Say how bad it is."), ("danger", "  ", "Say in a few words what is wrong.")],
)
def test_a_report_that_lacks_something_says_what(browser, store, cast, severity, words, said):
    answer = says(browser, "bram", severity, words)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert not store.read(lambda tx: tx.reports.of(cast.bram))


def test_a_stranger_has_no_form_and_who_belongs_to_another_lab_neither(browser, store, cast):
    assert FORM not in browser().get(MACHINE).text
    assert browser().get(FORM).status_code == 303
    olga = browser("olga")
    assert olga.get(FORM).status_code == 404
    assert olga.post(FORM, {"severity": "danger", "words": "x"}, form="/mine").status_code == 404
    assert not store.read(lambda tx: tx.reports.unanswered("LAS-1"))


# -- staff answer


def test_staff_read_who_reported_what_and_let_it_take_effect(browser, store, cast):
    one = reported(store, cast.bram)
    dora = browser("dora")
    page = dora.get(f"{PAGE}?lang=en").text
    assert "Bram Tester" in page
    assert "the belt is torn" in page
    assert "The machine can still be used." in page
    path = f"{PAGE}/reports/{one.id}/confirm"
    assert dora.post(path, form=PAGE).status_code == 303
    assert present(store, one).lock is not None
    page = dora.get(f"{PAGE}?lang=en").text
    assert "Nobody can start the machine until this is answered." in page
    assert path not in page
    assert dora.post(path, form=PAGE).status_code == 409


def test_a_false_alarm_is_asked_once_more_and_says_that_it_is_a_warning(browser, store, cast):
    one = reported(store, cast.bram, Severity.DANGER)
    dora, path = browser("dora"), f"{PAGE}/reports/{one.id}/false-alarm"
    page = dora.get(f"{path}?lang=en").text
    said = (
        "A false alarm at LAS-1?",
        "It is a warning for who reported it.",
        "It was a false alarm</button>",
    )
    assert [words for words in said if words not in page] == []
    assert present(store, one).answer is None
    assert dora.post(path, {"reason": " "}).status_code == 422
    assert dora.post(path, {"reason": "steam, no smoke"}).status_code == 303
    found = present(store, one)
    assert (found.answer, found.reason) == (Verdict.FALSE_ALARM, "steam, no smoke")
    assert store.read(lambda tx: tx.locks.get(found.lock)).lifted is not None
    assert "No report waits for an answer." in dora.get(f"{PAGE}?lang=en").text
    assert dora.post(path, {"reason": "again"}).status_code == 409
    assert "You reported a danger that was none" in browser("bram").get("/mine?lang=en").text


def test_what_was_mended_costs_nobody_a_warning_and_the_page_says_so(browser, store, cast):
    one = reported(store, cast.bram, Severity.DANGER)
    dora, path = browser("dora"), f"{PAGE}/reports/{one.id}/mended"
    page = dora.get(f"{path}?lang=en").text
    said = ("Is LAS-1 mended?", "It costs nobody a warning.", "It is mended</button>")
    assert [words for words in said if words not in page] == []
    assert dora.post(path, {"reason": "new belt"}).status_code == 303
    assert present(store, one).answer is Verdict.MENDED


def test_nobody_calls_his_own_report_a_false_alarm(browser, store, cast):
    one = reported(store, cast.dora, Severity.DANGER)
    dora, path = browser("dora"), f"{PAGE}/reports/{one.id}/false-alarm"
    assert path not in dora.get(PAGE).text
    assert dora.post(path, {"reason": "mine"}).status_code == 403
    assert present(store, one).answer is None


# -- upkeep


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "10 jours sur 10"), ("nl", "10 van 10 dagen"), ("en", "10 of 10 days")],
)
def test_upkeep_that_is_due_shows_what_was_used(browser, store, cast, lang, words):
    due(store, cast)
    page = browser("dora").get(f"{PAGE}?lang={lang}").text
    assert words in page


def test_who_notes_upkeep_says_what_was_done_and_it_counts_anew(browser, store, cast):
    due(store, cast)
    dora, path = browser("dora"), f"{PAGE}/machines/LAS-1/done"
    assert dora.post(path, {"note": ""}, form=PAGE).status_code == 422
    assert dora.post(path, {"note": "lens cleaned"}, form=PAGE).status_code == 303
    last: Upkeep = store.read(lambda tx: tx.upkeeps.last("LAS-1"))
    assert (last.by, last.note, last.at) == (cast.dora, "lens cleaned", NOW)
    page = dora.get(f"{PAGE}?lang=en").text
    assert "0 of 10 days" in page
    assert "Not due yet" in page


# -- what machines share


def test_before_the_extraction_is_down_staff_see_whom_it_hits_and_nothing_is_written(browser, store, cast):
    one, slot = shared(store, cast), reserved(store, cast.bram, TEN, machine="LAS-2")
    path = f"{PAGE}/resources/{one.id}/down"
    fields = {"reason": "the fan is broken", "until": "2026-11-24T18:00"}
    page = browser("dora").post(f"{path}?lang=en", fields)
    assert page.status_code == 200
    assert "1 person is told" in page.text
    assert "Bram Tester" in page.text
    assert store.read(lambda tx: tx.resources.get(one.id)).down is None
    assert store.read(lambda tx: tx.bookings.get(slot.id)).status is ReservationStatus.CONFIRMED


def test_the_preview_confirmed_takes_both_lasers_down_until_it_works_again(browser, store, cast):
    one, slot = shared(store, cast), reserved(store, cast.bram, TEN, machine="LAS-2")
    dora, path = browser("dora"), f"{PAGE}/resources/{one.id}/down"
    page = dora.post(path, {"reason": "the fan is broken", "until": "2026-11-24T18:00"})
    fields = dict(re.findall(r'<input type="hidden" name="(until|reason|sure)" value="([^"]*)"', page.text))
    assert dora.post(path, fields).status_code == 303
    assert store.read(lambda tx: tx.resources.get(one.id)).down == NOW
    assert store.read(lambda tx: tx.bookings.get(slot.id)).status is ReservationStatus.CANCELLED_LAB
    assert "the fan is broken" in dora.get(PAGE).text
    back = f"{PAGE}/resources/{one.id}/up"
    assert dora.post(back, form=PAGE).status_code == 303
    assert store.read(lambda tx: tx.resources.get(one.id)).down is None
    assert dora.post(back, form=PAGE).status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"until": "yesterday"}, {"until": "2026-11-20T10:00"}, {"sure": "yes", "reason": ""}]
)  # fmt: skip
def test_what_makes_no_sense_takes_nothing_down(browser, store, cast, wrong):
    one = shared(store, cast)
    fields = {"reason": "the fan", "until": ""} | wrong
    assert browser("dora").post(f"{PAGE}/resources/{one.id}/down", fields).status_code == 422
    assert store.read(lambda tx: tx.resources.get(one.id)).down is None


# -- whose pages they are


@pytest.mark.parametrize("who", ["amélie", "tom", None])
def test_members_trainers_and_strangers_have_no_door_there(browser, store, cast, who):
    one, fan = reported(store, cast.bram), shared(store, cast)
    shut = 303 if who is None else 403
    own = browser(who)
    pages = (PAGE, f"{PAGE}/reports/{one.id}/mended", f"{PAGE}/resources/{fan.id}/down")
    assert {own.get(path).status_code for path in pages} == {shut}
    posts = (
        f"{PAGE}/reports/{one.id}/confirm", f"{PAGE}/reports/{one.id}/mended", f"{PAGE}/machines/LAS-1/done",
        f"{PAGE}/resources/{fan.id}/down", f"{PAGE}/resources/{fan.id}/up",
    )  # fmt: skip
    form = "/sign-in" if who is None else "/mine"
    fields = {"reason": "x", "note": "x", "sure": "yes"}
    assert {own.post(path, fields, form=form).status_code for path in posts} == {shut}
    assert present(store, one).answer is None


def test_what_belongs_to_another_lab_is_not_there(browser, store, cast):
    fan = Resource("fan-x", OTHER, "Their fan", ())
    store.write(lambda tx: tx.resources.save(fan))
    dora = browser("dora")
    assert dora.get(f"{PAGE}/resources/fan-x/down").status_code == 404
    assert dora.post(f"{PAGE}/resources/fan-x/up", form=PAGE).status_code == 404
    assert dora.get(f"{PAGE}/reports/nobody/mended").status_code == 404
    assert dora.get(f"{PAGE}/reports/nobody/eaten").status_code == 404
    assert dora.post(f"{PAGE}/machines/X-1/done", {"note": "x"}, form=PAGE).status_code == 404
    assert "Their fan" not in dora.get(PAGE).text


def test_the_table_of_now_leads_to_the_staffs_page(browser):
    assert PAGE in browser("dora").get("/staff").text
    assert PAGE not in browser("tom").get("/staff").text


def test_a_resource_down_without_a_known_end_says_since_when(browser, store, cast):
    one = shared(store, cast)
    failure = Failure(one.id, None, "the fan")
    store.write(lambda tx: resources.take_down(tx, tx.people.get(cast.dora), failure, NOW))
    assert "Down since" in browser("dora").get(f"{PAGE}?lang=en").text
