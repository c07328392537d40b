"""What the staff plan: dates that come back, groups, machines taken out and brought back, longer pauses. Consequences first."""

import re
from datetime import timedelta

import pytest

from core.sanctions import Cause
from core.vocabulary import MachineStatus, ReservationKind, ReservationStatus
from hub.services import sanctions
from tests.cast import ADC, NOW
from tests.hub.web.test_pages import TEN, reserved

DATES = {
    "machine": "LAS-1", "kind": "class", "day": "2026-11-25", "last": "2026-11-30", "since": "17:00", "until": "19:00",
    "weekday": ["WE", "FR", "MO"], "every": "1",
}  # fmt: skip
DAY = timedelta(days=1)
FIRST = TEN + DAY + timedelta(hours=7)  # Wednesday 25 November, 17:00
SECOND, THIRD = FIRST + 2 * DAY, FIRST + 5 * DAY  # Friday, Monday
GROUP = {
    "machine": ["LAS-1", "LAS-2"],
    "day": "2026-11-25",
    "since": "13:00",
    "until": "15:00",
    "heads": "12",
}
ONE = TEN + timedelta(days=1, hours=3)  # Wednesday 13:00


def taken(store, machine="LAS-1", days=40):
    return store.read(lambda tx: list(tx.bookings.taken(machine, NOW, NOW + timedelta(days=days))))


# -- dates that come back


def test_dates_are_tried_first_each_with_its_own_answer_and_nothing_is_written(browser, store, cast):
    reserved(store, cast.bram, SECOND)
    page = browser("dora").post("/staff/series?lang=en", DATES | {"do": "try"})
    assert "2 of 3 can be had." in page.text
    assert "Friday 27 November" in page.text
    assert len(taken(store)) == 1
    assert "Book these 2 dates" in page.text


def test_the_dates_that_can_be_had_are_booked_and_shown_as_one_series(browser, store, cast):
    reserved(store, cast.bram, SECOND)
    dora = browser("dora")
    made = dora.post("/staff/series?lang=en", DATES | {"do": "book"})
    assert made.status_code == 303
    classes = [one for one in taken(store) if one.kind is ReservationKind.CLASS]
    assert [one.start for one in classes] == [FIRST, THIRD]
    page = dora.get(made.headers["Location"]).text
    assert page.count("/series") >= 2


@pytest.mark.parametrize(("scope", "left"), [("this", 2), ("following", 1), ("all", 0)])
def test_one_date_those_after_it_or_all_are_given_back(browser, store, scope, left):
    dora = browser("dora")
    dora.post("/staff/series", DATES | {"do": "book"})
    second = taken(store)[1]
    answer = dora.post(f"/reservations/{second.id}/series", {"scope": scope, "do": "cancel"})
    assert answer.status_code == 200
    assert len(taken(store)) == left


def test_moving_those_that_follow_leaves_the_one_before(browser, store):
    dora = browser("dora")
    dora.post("/staff/series", DATES | {"do": "book"})
    second = taken(store)[1]
    fields = {"scope": "following", "do": "move", "day": "2026-11-28", "since": "17:00", "until": "19:00"}
    dora.post(f"/reservations/{second.id}/series", fields)
    assert [one.start for one in taken(store)] == [FIRST, SECOND + DAY, THIRD + DAY]


def test_a_trainer_plans_in_his_own_name_whatever_the_form_says(browser, store, cast):
    tom = browser("tom")
    assert tom.post("/staff/series", DATES | {"do": "book", "member": cast.bram}).status_code == 303
    assert {one.person for one in taken(store)} == {cast.tom}


def test_a_trainer_displaces_nobody_and_sets_no_maintenance(browser, store, cast):
    mine = reserved(store, cast.bram, FIRST)
    tom = browser("tom")
    fields = DATES | {"do": "book", "displace": "on", "kind": "maintenance"}
    tom.post("/staff/series", fields)
    held = {one.id: one.kind for one in taken(store)}
    assert held[mine.id] is ReservationKind.BOOKING
    assert ReservationKind.MAINTENANCE not in held.values()


def test_a_member_has_no_such_page_and_no_hand_on_anothers_series(browser, store):
    browser("dora").post("/staff/series", DATES | {"do": "book"})
    one = taken(store)[0]
    bram = browser("bram")
    assert bram.get("/staff/series").status_code == 403
    assert bram.get(f"/reservations/{one.id}/series").status_code == 404
    cancel = {"scope": "all", "do": "cancel"}
    assert bram.post(f"/reservations/{one.id}/series", cancel, form="/mine").status_code == 404
    assert len(taken(store)) == 3


@pytest.mark.parametrize("wrong", [{"weekday": "XX"}, {"last": "x"}, {"last": "2036-12-01"}, {"since": "25:00"}, {"every": "9"}, {"machine": "NONE"}])  # fmt: skip
def test_dates_that_make_no_sense_are_said_so_and_the_input_stays(browser, store, wrong):
    answer = browser("dora").post("/staff/series", DATES | {"do": "book"} | wrong)
    assert answer.status_code == 422
    assert 'value="2026-11-25"' in answer.text
    assert not taken(store)


# -- groups: all or none


def test_a_group_gets_both_machines_or_none_and_is_told_when_both_are_free(browser, store, cast):
    reserved(store, cast.bram, ONE, machine="LAS-2")
    dora = browser("dora")
    answer = dora.post("/staff/groups?lang=en", GROUP)
    assert answer.status_code == 409
    assert "Nothing was booked" in answer.text
    assert [one.person for one in taken(store)] == []
    instead = re.search(r'name="instead" value="([^"]+)"', answer.text)[1]
    assert dora.post("/staff/groups", GROUP | {"instead": instead}).status_code == 303
    both = [taken(store)[0], next(one for one in taken(store, "LAS-2") if one.person == cast.dora)]
    assert both[0].start == both[1].start
    assert both[0].start.isoformat() == instead.split("/")[0]


def test_a_group_without_machines_is_told_so(browser):
    answer = browser("dora").post("/staff/groups", GROUP | {"machine": []})
    assert answer.status_code == 422
    assert 'value="12"' in answer.text


# -- machines out and back


def test_staff_see_by_name_whom_an_outage_hits_before_it_is_done(browser, store, cast):
    one = reserved(store, cast.bram, TEN + timedelta(days=1))
    out = {"status": "out-of-order", "until": "2026-11-26T12:00", "reason": "the tube"}
    dora = browser("dora")
    page = dora.post("/staff/machines/LAS-1/out?lang=en", out)
    assert "1 person is told" in page.text
    assert "Bram Tester" in page.text
    assert store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OK
    assert dora.post("/staff/machines/LAS-1/out", out | {"sure": "yes"}).status_code == 303
    assert store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OUT_OF_ORDER
    assert store.read(lambda tx: tx.bookings.get(one.id)).status is ReservationStatus.CANCELLED_LAB
    assert "/staff/machines/LAS-1/back" in dora.get("/staff").text


def test_a_machine_comes_back_once(browser, store):
    dora = browser("dora")
    dora.post("/staff/machines/LAS-1/out", {"reason": "belt", "sure": "yes"})
    back = "/staff/machines/LAS-1/back"
    token = {"csrf_token": dora.token(back)}
    assert dora.client.post(back, data=token).status_code == 303
    assert dora.client.post(back, data=token).status_code == 409
    assert store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OK


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"until": "soon"}, {"until": "2020-01-01T10:00"}])
def test_an_outage_that_makes_no_sense_is_not_done(browser, store, wrong):
    answer = browser("dora").post("/staff/machines/LAS-1/out", {"reason": "belt", "sure": "yes"} | wrong)
    assert answer.status_code == 422
    assert store.read(lambda tx: tx.machines.get("LAS-1")).status is MachineStatus.OK


# -- longer pauses


def barred(store, person):
    return store.read(lambda tx: sanctions.standing_of(tx, person, ADC, NOW)).barred_until


def three_times_missed(store, person):
    for back in (30, 20, 10):
        missed = reserved(store, person, NOW - timedelta(days=back))
        store.write(lambda tx, one=missed: sanctions.strike(tx, one, Cause.NO_SHOW, NOW))


def test_a_first_pause_is_no_longer_than_it_came(browser, store, cast):
    three_times_missed(store, cast.bram)
    page = browser("dora").get(f"/staff/warnings?member={cast.bram}&lang=en").text
    assert "Cannot book ahead until" in page
    assert "Make the pause longer" not in page
    answer = browser("dora").post(f"/staff/warnings/{cast.bram}/ban", {"days": "30", "reason": "x"}, form="/staff/warnings")  # fmt: skip
    assert answer.status_code == 422
    assert barred(store, cast.bram) == NOW + timedelta(days=7)


def test_a_human_makes_a_second_pause_longer_and_says_why(browser, store, cast):
    for back in (40, 38, 36, 4, 2, 0):
        at = NOW - timedelta(days=back)
        missed = reserved(store, cast.bram, at - timedelta(hours=2))
        store.write(lambda tx, one=missed, at=at: sanctions.strike(tx, one, Cause.NO_SHOW, at))
    dora = browser("dora")
    page = dora.get(f"/staff/warnings?member={cast.bram}&lang=en").text
    assert '<option value="14">14</option>' in page
    assert '<option value="30">' not in page
    longer = {"days": "14", "reason": "three more within a week"}
    assert dora.post(f"/staff/warnings/{cast.bram}/ban", longer, form="/staff/warnings").status_code == 303
    assert barred(store, cast.bram) == NOW + timedelta(days=14)
