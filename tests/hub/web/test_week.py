"""The week: a grid that says everything in words, reads all reservations at once, and leads everywhere without JavaScript."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from core.vocabulary import ReservationKind
from tests.cast import NOW
from tests.hub.web.test_pages import TEN, reserved


def cells(page):
    return re.findall(r'aria-label="(LAS-[12], [^"]+)"', page)


def test_a_free_cell_is_a_link_to_its_day_with_the_start_chosen(browser):
    page = browser("amélie").get("/week?lang=en").text
    link = re.search(r'<a href="([^"]+)"[^>]*aria-label="LAS-1, Wednesday 25 November 10:00: free"', page)
    day = browser("amélie").get(link[1].replace("&amp;", "&")).text
    assert re.search(r'value="2026-11-25T\d\d:00:00\+\d\d:00"[^>]*checked', day)


def test_bookings_classes_and_my_own_are_one_cell_each_and_nobody_is_named(browser, store, cast):
    reserved(store, cast.bram, TEN, minutes=90)
    reserved(store, cast.tom, TEN + timedelta(hours=3), minutes=120, kind=ReservationKind.CLASS)
    reserved(store, cast.amelie, TEN + timedelta(days=1))
    page = browser("amélie").get("/week?lang=en").text
    assert "LAS-1, Tuesday 24 November 10:00\u201311:30: Taken" in cells(page)
    assert "LAS-1, Tuesday 24 November 13:00\u201315:00: Class" in cells(page)
    assert "LAS-1, Wednesday 25 November 10:00\u201311:00: You" in cells(page)
    assert 'rowspan="6" class="is-booked"' in page
    assert "Bram" not in page


@pytest.mark.parametrize("days", [0, 7, -7])
def test_every_row_has_as_many_cells_as_lanes(browser, store, cast, days):
    reserved(store, cast.bram, TEN + timedelta(days=max(days, 0)), minutes=90)
    page = browser("amélie").get(f"/week?day={date(2026, 11, 24) + timedelta(days=days)}").text
    rows = page.split("<tbody>")[1].split("</tr>")[:-1]
    heights = [[int(n) for n in re.findall(r'<td rowspan="(\d+)"', row)] for row in rows]
    assert len(rows) == 96
    assert sum(map(sum, heights)) == 96 * 14


def test_the_past_cannot_be_chosen_and_the_running_half_hour_can(browser, clock):
    clock.at = NOW + timedelta(minutes=10)
    page = browser("amélie").get("/week?lang=en").text
    assert "LAS-1, Tuesday 24 November 08:30: free" not in cells(page)
    assert "LAS-1, Tuesday 24 November 09:30: free" in cells(page)


def test_the_reservations_of_a_week_cost_three_queries_at_most(browser, store, cast):
    for day in range(5):
        for hour in range(8):
            reserved(store, cast.bram, TEN + timedelta(days=day, hours=hour))
    amelie, asked = browser("amélie"), []

    def count(*args):
        if re.search(r"\bFROM reservation\b", args[2]):
            asked.append(args[2])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert amelie.get("/week").status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert 1 <= len(asked) <= 3


@pytest.mark.parametrize("query", ["day=9999-12-31", "day=x", "family=none", "day=2026-11-24&family=solder"])
def test_odd_addresses_show_a_week_all_the_same(browser, query):
    assert browser("amélie").get(f"/week?{query}").status_code == 200


def test_a_stranger_signs_in_first(browser):
    assert browser().get("/week").status_code == 303
