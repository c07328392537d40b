"""The day list: my share of the week, why a start cannot be had, runs without me, classes, and the price of a conflict."""

import re
from datetime import timedelta

import pytest

from core.rulebook import Level
from core.vocabulary import MachineStatus, ReservationKind
from hub.ports import RuleSet
from hub.services import ruling
from hub.services.ruling import RulesAt
from tests.cast import ADC, NOW
from tests.hub.web.test_pages import TEN, reserved

TOMORROW = TEN + timedelta(days=1)


def ruled(store, cast, **values):
    def task(tx):
        where = RulesAt(ADC, Level.FAMILY, "laser")
        return ruling.save(tx, tx.people.get(cast.dora), where, values, ("a test", NOW))

    assert isinstance(store.write(task), RuleSet)


def list_of(browser, query="day=2026-11-25", name="amélie"):
    return browser(name).get(f"/machines/LAS-1/book?lang=en&{query}").text


def test_the_share_says_what_is_used_and_what_this_choice_adds(browser, store, cast):
    ruled(store, cast, quota_week_min=360)
    reserved(store, cast.amelie, TOMORROW, minutes=130, machine="LAS-2")
    page = list_of(browser)
    assert "2\u00a0h\u00a010 of 6\u00a0h this week" in page
    assert "3\u00a0h\u00a010 with this choice" in page
    assert 'width="36.11%"' in page  # 130 of 360
    assert 'x="36.11%" y="2" width="16.67%"' in page


def test_the_day_itself_does_not_count(browser, store, cast):
    ruled(store, cast, quota_week_min=360)
    assert "Booked on the day itself, it does not count." in list_of(browser, "day=2026-11-24")


def test_nobodys_share_is_shown_where_no_quota_is_and_none_to_the_staff(browser, store, cast):
    assert 'class="share"' not in list_of(browser)
    ruled(store, cast, quota_week_min=360)
    assert 'class="share"' not in list_of(browser, name="dora")


def test_a_full_week_says_so_instead_of_a_list_of_refusals(browser, store, cast):
    ruled(store, cast, quota_week_min=120)
    reserved(store, cast.amelie, TOMORROW, minutes=120, machine="LAS-2")
    page = list_of(browser)
    assert "Of your 120 minutes a week, 0 are left." in page
    assert 'type="radio"' not in page


def test_a_start_that_cannot_be_had_says_why(browser, store, cast):
    ruled(store, cast, quiet_from="20:00", quiet_to="22:00")
    page = list_of(browser)
    assert "Not at this time" in page
    assert "Quiet hours from 20:00 to 22:00" in page


def test_who_is_elsewhere_then_sees_himself_there_and_not_a_free_start(browser, store, cast):
    reserved(store, cast.amelie, TOMORROW, machine="LAS-2")
    page = list_of(browser)
    assert "You have LAS-2 from 10:00 to 11:00 already" in page


def test_a_class_is_shown_as_one_with_its_end(browser, store, cast):
    reserved(store, cast.tom, TOMORROW, minutes=120, kind=ReservationKind.CLASS)
    assert re.search(r'busy is-class">.*?Class</b> <small>until 12:00', list_of(browser))


def test_where_a_machine_may_run_alone_both_ways_can_be_chosen(browser, store, cast):
    assert "It runs without me" not in list_of(browser)
    ruled(store, cast, unattended="GEN", unattended_max_min=480)
    page = list_of(browser, "day=2026-11-25&kind=unattended")
    assert "It runs without me" in page
    assert 'name="kind" value="unattended"' in page
    assert 'name="minutes" value="480"' in page


def test_a_run_without_its_holder_is_booked_as_one(browser, store, cast):
    ruled(store, cast, unattended="GEN", unattended_max_min=480)
    amelie = browser("amélie")
    form = {"start": TOMORROW.isoformat(), "minutes": "240", "kind": "unattended"}
    assert amelie.post("/machines/LAS-1/book", form).status_code == 303
    taken = store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + timedelta(hours=1)))
    assert [one.kind for one in taken] == [ReservationKind.UNATTENDED]


@pytest.mark.parametrize("kind", ["class", "maintenance", "group", "x"])
def test_nobody_books_the_labs_own_kinds_from_this_page(browser, store, cast, kind):
    form = {"start": TOMORROW.isoformat(), "minutes": "60", "kind": kind}
    assert browser("amélie").post("/machines/LAS-1/book", form).status_code == 303
    taken = store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + timedelta(hours=1)))
    assert [one.kind for one in taken] == [ReservationKind.BOOKING]


def test_what_is_wrong_with_a_machine_is_read_before_it_is_booked(browser, store, cast):
    store.write(lambda tx: tx.machines.set_status("LAS-1", MachineStatus.DEGRADED, "half the power"))
    amelie = browser("amélie")
    form = {"start": TOMORROW.isoformat(), "minutes": "60"}
    assert 'name="read"' in amelie.get("/machines/LAS-1/book?lang=en").text
    refused = amelie.post("/machines/LAS-1/book", form)
    assert refused.status_code == 422
    assert "half the power" in refused.text
    assert amelie.post("/machines/LAS-1/book", form | {"read": "on"}).status_code == 303


def test_a_stranger_to_this_lab_has_no_list(browser):
    assert browser("olga").get("/machines/LAS-1/book").status_code == 403
