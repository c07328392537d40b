"""The staff close, rule and take warnings back: consequences first, versions kept, and members have no door there."""

import re
from datetime import timedelta

import pytest

from core.parameters import PARAMETERS
from core.rulebook import Level
from core.sanctions import Cause
from core.vocabulary import ReservationStatus
from hub.services import sanctions
from hub.web.rule_fields import LABELS
from tests.cast import ADC, NOW
from tests.hub.web.test_pages import TEN, reserved

TOMORROW = TEN + timedelta(days=1)
HOUR = timedelta(hours=1)
CLOSE = {"machine": "", "start": "2026-11-25T08:00", "end": "2026-11-25T18:00", "reason": "flood"}


def stands(store, one):
    return store.read(lambda tx: tx.bookings.get(one.id)).status


def closed(store):
    return store.read(lambda tx: tx.machines.closures_in(ADC, NOW, NOW + timedelta(days=9)))


@pytest.mark.parametrize("path", ["/staff/closures", "/staff/rules/lab/adc", "/staff/warnings"])
def test_neither_members_nor_trainers_have_a_door_there(browser, path):
    assert browser("amélie").get(path).status_code == 403
    assert browser("tom").get(path).status_code == 403
    assert browser().get(path).status_code == 303


def test_before_the_lab_is_closed_staff_see_whom_it_hits_and_nothing_is_written(browser, store, cast):
    one = reserved(store, cast.bram, TOMORROW)
    page = browser("dora").post("/staff/closures?lang=en", CLOSE, form="/staff/closures")
    assert page.status_code == 200
    assert "It cancels 1 booking" in page.text
    assert "Bram Tester" in page.text
    assert stands(store, one) is ReservationStatus.CONFIRMED
    assert not closed(store)


def test_the_preview_confirmed_closes_and_takes_back_fairly_and_can_be_opened_again(browser, store, cast):
    one = reserved(store, cast.bram, TOMORROW)
    dora = browser("dora")
    page = dora.post("/staff/closures", CLOSE)
    fields = dict(
        re.findall(r'<input type="hidden" name="(machine|start|end|reason|sure)" value="([^"]*)"', page.text)
    )
    assert dora.post("/staff/closures", fields).status_code == 303
    assert stands(store, one) is ReservationStatus.CANCELLED_LAB
    assert "once outside your quota" in browser("bram").get(f"/reservations/{one.id}?lang=en").text
    key = closed(store)[0].id
    assert dora.post(f"/staff/closures/{key}/reopen", form="/staff/closures").status_code == 303
    assert not closed(store)


@pytest.mark.parametrize(
    "wrong", [{"start": ""}, {"end": "2026-11-20T10:00"}, {"reason": " "}, {"machine": "X"}]
)
def test_a_closure_that_makes_no_sense_is_said_so_and_the_input_stays(browser, store, wrong):
    answer = browser("dora").post("/staff/closures", CLOSE | wrong)
    assert answer.status_code == 422
    assert 'value="flood"' in answer.text or "reason" in wrong
    assert not closed(store)


def test_rules_are_tried_on_last_month_before_they_are_saved(browser, store, cast):
    for day in range(1, 4):
        reserved(store, cast.bram, TEN - timedelta(days=day), minutes=60 if day > 1 else 30)
    dora = browser("dora")
    path = "/staff/rules/machine/LAS-1?lang=en"
    tried = dora.post(path, {"min_duration_min": "60", "do": "try"})
    assert tried.status_code == 200
    assert "1 of last month\u2019s 3 bookings would have been refused" in tried.text
    assert store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1")) == {}


def test_saved_rules_are_a_version_with_its_reason_and_hold(browser, store):
    dora = browser("dora")
    path = "/staff/rules/machine/LAS-1"
    assert dora.post(path, {"max_duration_min": "60", "reason": "queues", "do": "save"}).status_code == 303
    assert store.read(lambda tx: tx.machines.get("LAS-1")).rules["max_duration_min"] == 60
    page = dora.get(path).text
    assert "queues" in page
    assert 'name="max_duration_min" value="60"' in page


@pytest.mark.parametrize(
    "fields",
    [{"step_min": "7"}, {"min_duration_min": "many"}, {"min_duration_min": "240", "max_duration_min": "60"},
     {"min_duration_min": "45", "reason": ""}, {"horizon_d": "99999999"}],
)  # fmt: skip
def test_rules_that_make_no_sense_or_have_no_reason_are_not_saved(browser, store, fields):
    answer = browser("dora").post("/staff/rules/machine/LAS-1", {"reason": "why", "do": "save"} | fields)
    assert answer.status_code == 422
    assert not store.read(lambda tx: tx.rules.versions(ADC, Level.MACHINE, "LAS-1"))


def test_every_rule_that_the_house_knows_has_its_field_and_its_words(browser):
    page = browser("dora").get("/staff/rules/lab/adc?lang=en").text
    for name in PARAMETERS:
        assert re.search(rf'name="{name}[".]', page), name
    assert set(LABELS) == set(PARAMETERS)


LISTS = {
    "quotas.0.most": "360", "quotas.0.unit": "minutes", "quotas.0.window": "rolling", "quotas.0.scope": "all",
    "quotas.0.subject": "household", "quotas.0.peak_only": "on", "quotas.1.most": "",
    "peak.0.from": "17:00", "peak.0.to": "20:00", "peak.0.weekday": ["1", "3"], "holidays": ["christmas", "new-year"],
    "quiet_from": "22:00", "quiet_to": "07:00", "walkup": "no", "stop": "now", "reason": "a fair share",
}  # fmt: skip


def test_shares_busy_hours_and_holidays_are_saved_as_they_were_typed(browser, store):
    dora, path = browser("dora"), "/staff/rules/machine/LAS-1"
    assert dora.post(path, LISTS | {"do": "save"}).status_code == 303
    said = store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1"))
    share = {
        "most": 360,
        "unit": "minutes",
        "window": "rolling",
        "scope": "all",
        "subject": "household",
        "peak_only": True,
    }
    assert list(said["quotas"]) == [share]
    assert list(said["peak"]) == [{"from": "17:00", "to": "20:00", "weekdays": [1, 3]}]
    assert sorted(said["holidays"]) == ["christmas", "new-year"]
    assert (said["walkup"], said["stop"], said["quiet_from"]) == (False, "now", "22:00")
    page = dora.get(path + "?lang=en").text
    assert 'name="quotas.0.most" value="360"' in page
    assert 'name="peak.0.from" value="17:00"' in page
    assert re.search(r'value="christmas" checked', page)


def test_what_is_saved_again_untouched_stays_as_it_was(browser, store):
    dora, path = browser("dora"), "/staff/rules/machine/LAS-1"
    dora.post(path, LISTS | {"do": "save"})
    before = store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1"))
    dora.post(path, LISTS | {"do": "save", "reason": "once more"})
    assert store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1")) == before


@pytest.mark.parametrize("wrong", [{"quotas.0.most": "x"}, {"quotas.0.unit": "litres"}, {"peak.0.from": "99:00"}, {"quiet_to": ""}, {"stop": "maybe"}, {"quotas.x.most": "1", "quotas.0.most": "-1"}])  # fmt: skip
def test_lists_that_make_no_sense_are_not_saved(browser, store, wrong):
    answer = browser("dora").post("/staff/rules/machine/LAS-1", LISTS | wrong | {"do": "save"})
    assert answer.status_code == 422
    assert not store.read(lambda tx: tx.rules.versions(ADC, Level.MACHINE, "LAS-1"))


@pytest.mark.parametrize(
    "path", ["/staff/rules/machine/NONE", "/staff/rules/planet/adc", "/staff/rules/lab/other"]
)
def test_what_is_not_ours_has_no_rules(browser, path):
    assert browser("dora").get(path).status_code == 404


def test_a_member_objects_and_the_staff_take_the_warning_back(browser, store, cast):
    missed = reserved(store, cast.amelie, NOW - timedelta(days=1))
    made = store.write(lambda tx: sanctions.strike(tx, missed, Cause.NO_SHOW, NOW))
    amelie, dora = browser("amélie"), browser("dora")
    page = amelie.get("/mine?lang=en").text
    assert f"/warnings/{made.strike}/appeal" in page
    assert "lapses on 23/01/2027" in page
    appeal = f"/warnings/{made.strike}/appeal"
    assert amelie.post(appeal, {"reason": "the door was locked"}).status_code == 303
    assert "You objected" in amelie.get("/mine?lang=en").text
    shown = dora.get(f"/staff/warnings?member={cast.amelie}&lang=en").text
    assert "the door was locked" in shown
    answer = dora.post(f"/staff/warnings/{made.strike}/withdraw", {"reason": "true"}, form="/staff/warnings")
    assert answer.status_code == 303
    assert f"/warnings/{made.strike}" not in amelie.get("/mine").text


def test_nobody_reads_or_answers_anothers_warning(browser, store, cast):
    missed = reserved(store, cast.amelie, NOW - timedelta(days=1))
    made = store.write(lambda tx: sanctions.strike(tx, missed, Cause.NO_SHOW, NOW))
    bram = browser("bram")
    assert bram.get(f"/warnings/{made.strike}/appeal").status_code == 404
    assert bram.post(f"/warnings/{made.strike}/appeal", {"reason": "x"}, form="/mine").status_code == 404
    assert (
        bram.post(f"/staff/warnings/{made.strike}/withdraw", {"reason": "x"}, form="/mine").status_code == 403
    )


def test_a_machine_can_be_freed_of_its_labs_limit_and_come_back_under_it(browser, store):
    dora, path = browser("dora"), "/staff/rules/machine/LAS-1"
    lab = {"quota_week_min": "120", "quiet_from": "22:00", "quiet_to": "07:00", "holidays": "new_year", "reason": "r", "do": "save"}  # fmt: skip
    assert dora.post("/staff/rules/lab/adc", lab).status_code == 303
    assert 'name="none" value="quota_week_min"' in dora.get(path).text
    free = {"none": ["quota_week_min", "quiet_from", "quiet_to"], "reason": "own time", "do": "save"}
    assert dora.post(path, free).status_code == 303
    own = store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1"))
    assert own == {"quota_week_min": None, "quiet_from": None, "quiet_to": None}
    assert 'name="none" value="quota_week_min" checked' in dora.get(path).text
    assert dora.post(path, {"reason": "as all", "do": "save"}).status_code == 303
    assert store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1")) == {}


def test_what_has_no_nothing_cannot_be_lifted(browser, store):
    dora, path = browser("dora"), "/staff/rules/machine/LAS-1"
    assert 'value="grace_min"' not in dora.get(path).text.replace('name="grace_min" value=""', "")
    dora.post(path, {"none": ["grace_min", "nonsense"], "reason": "r", "do": "save"})
    assert store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1")) == {}


@pytest.mark.parametrize(
    "key", ["peak.\u00b2.from", "peak.99999.from", f"peak.{'9' * 5000}.from", "peak..from"]
)
def test_a_row_with_an_odd_number_is_no_row(browser, store, key):
    sent = {key: "17:00", "peak.0.from": "17:00", "peak.0.to": "20:00", "peak.0.weekday": ["1", "12", "\u0663", ""], "reason": "r", "do": "save"}  # fmt: skip
    assert browser("dora").post("/staff/rules/machine/LAS-1", sent).status_code == 303
    own = store.read(lambda tx: tx.rules.present(ADC, Level.MACHINE, "LAS-1"))
    assert own == {"peak": [{"from": "17:00", "to": "20:00", "weekdays": [1]}]}
