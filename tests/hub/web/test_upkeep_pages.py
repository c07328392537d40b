"""A member reports a machine from its page; staff answer, note upkeep, and say what machines share is down (R46, R48, R49)."""

import io
import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from core.rulebook import Level
from core.vocabulary import ReservationStatus
from hub.ports import Report, Resource, Severity, Upkeep, Verdict
from hub.services import reports, resources, ruling, upkeep
from hub.services.erasing import erase
from hub.services.exporting import everything
from hub.services.pictures import MOST_BYTES
from hub.services.reports import Said
from hub.services.resources import Failure
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW, OTHER
from tests.hub.pictures import bomb, opened, picture, with_place
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
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(15 * 3600)  # from nine in the morning to midnight
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
    assert "You reported a problem that was none" in browser("bram").get("/mine?lang=en").text


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


# -- a report with a photo


def with_photo(who, content: bytes, at: str = FORM, form: str = MACHINE, **fields):
    """Send the form as a browser does, in one piece that nobody keeps in a file."""
    said = {"csrf_token": who.token(form), "severity": "notice", "words": "a crack", "category": "tool"}
    boundary, body = encode_multipart(said | fields | {"photo": FileStorage(io.BytesIO(content), "lens.jpg")})
    return who.client.post(at, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def test_a_photo_from_a_phone_is_seen_by_staff_and_by_who_sent_it_and_by_nobody_else(browser, store, cast):
    bram = browser("bram")
    assert with_photo(bram, with_place((3000, 2000))).status_code == 303
    (made,) = store.read(lambda tx: tx.reports.of(cast.bram))
    assert (made.category, made.photo) == ("tool", True)
    path = f"/reports/{made.id}/photo"
    assert path in browser("dora").get(PAGE).text
    for who in ("bram", "dora"):
        seen = browser(who).get(path)
        assert (seen.status_code, seen.mimetype, opened(seen.data).size) == (200, "image/jpeg", (1600, 1067))
        assert seen.headers["Cache-Control"] == "private, no-store"
        assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert {browser(who).get(path).status_code for who in ("amélie", "tom", "olga")} == {404}
    assert browser().get(path).status_code == 303


@pytest.mark.parametrize(
    ("content", "lang", "said"),
    [
        (b"MZ this is a program", "fr", "Cette image n’est pas lisible"),
        (b"", "nl", "Deze afbeelding kunnen we niet lezen"),
        (bomb(), "en", "This picture has too many pixels"),
        (picture() + bytes(MOST_BYTES), "en", "This picture is too large: 5 MB at most."),
    ],
    ids=range(4),
)
def test_what_is_no_photo_is_refused_in_words_and_what_was_typed_stays(
    browser, store, cast, content, lang, said
):
    bram = browser("bram")
    bram.get(f"{FORM}?lang={lang}")
    answer = with_photo(bram, content)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "a crack</textarea>" in answer.text
    assert '<option value="tool" selected>' in answer.text
    assert store.read(lambda tx: tx.reports.of(cast.bram)) == []


def test_past_twelve_megabytes_nobody_reads_on_and_a_stranger_gets_no_room_at_all(browser, store, cast):
    assert with_photo(browser("bram"), bytes(13 * 1024 * 1024)).status_code == 413
    assert with_photo(browser(), bytes(2 * 1024 * 1024), form="/sign-in").status_code == 413
    assert store.read(lambda tx: tx.reports.of(cast.bram)) == []


def test_who_is_forgotten_takes_the_photo_along(browser, store, cast):
    assert with_photo(browser("bram"), picture()).status_code == 303
    (made,) = store.read(lambda tx: tx.reports.of(cast.bram))
    held = store.read(lambda tx: everything(tx, tx.people.get(cast.bram)))
    assert list(held.pictures) == [made.id]
    store.write(lambda tx: erase(tx, tx.people.get(cast.bram), NOW))
    assert store.read(lambda tx: tx.reports.picture(made.id)) is None
    assert not present(store, made).photo


# -- what waits is seen from the start page on


def test_staff_see_how_many_reports_wait_until_the_last_is_answered(browser, store, cast):
    dora = browser("dora")
    assert 'class="waits"' not in dora.get("/").text
    one, two = reported(store, cast.bram), reported(store, cast.amelie, Severity.NOTICE)
    page = dora.get("/staff?lang=en").text
    assert "2 reports wait for an answer" in page
    assert '<span class="waits">2<' in dora.get("/").text
    for report in (one, two):
        dora.post(f"{PAGE}/reports/{report.id}/mended", {"reason": "new belt"})
    assert "for an answer" not in dora.get("/staff?lang=en").text
    assert 'class="waits"' not in dora.get("/").text


@pytest.mark.parametrize("who", ["bram", "tom", None])
def test_nobody_else_is_told_how_many_wait(browser, store, cast, who):
    reported(store, cast.bram)
    due(store, cast)
    assert 'class="waits"' not in browser(who).get("/").text
    page = browser("tom").get("/staff?lang=en").text
    assert "for an answer" not in page
    assert "Upkeep" not in page


def test_the_report_that_waits_longest_comes_first(browser, store, cast):
    late = Report("late", ADC, "LAS-1", cast.bram, Severity.DANGER, "it smokes", NOW)
    early = Report("early", ADC, "SOL-1", cast.amelie, Severity.NOTICE, "it squeaks", NOW - DAY)
    store.write(lambda tx: (tx.reports.save(late), tx.reports.save(early)))
    page = browser("dora").get(PAGE).text
    assert page.index("it squeaks") < page.index("it smokes")


def test_upkeep_that_is_due_stands_above_the_table_and_in_its_row(browser, store, cast):
    assert "Upkeep is due" not in browser("dora").get("/staff?lang=en").text
    due(store, cast)
    page = browser("dora").get("/staff?lang=en").text
    assert "Upkeep is due: LAS-1" in page
    assert "Upkeep: Due" in page
