"""Choosing a time: the week's grid and its card, any machine of a family, the same again, one's calendar, one's badges."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from core.vocabulary import BadgeState, ReservationStatus, Risk, Role
from hub.ports import Badge, NewReservation
from tests import cast as people
from tests.cast import ADC, NOW, OTHER
from tests.hub.web.conftest import PASSWORD
from tests.hub.web.test_days import ruled
from tests.hub.web.test_pages import TEN, reserved, with_node

HOUR = timedelta(hours=1)
TOMORROW = TEN + timedelta(days=1)
CHOICE = "/machines/LAS-1/choice?lang=en&minutes=60&start=" + "2026-11-25T10:00:00%2B01:00"


# -- the grid


def test_a_cell_says_the_rule_that_stands_against_it(browser, store, cast):
    ruled(store, cast, lead_min=120)
    page = browser("amélie").get("/week?lang=en").text
    cell = re.search(
        r'class="is-not"[^>]*aria-label="LAS-1, Tuesday 24 November 09:00: ([^"]+)" title="([^"]+)"', page
    )
    assert cell[1] == cell[2]
    assert cell[1] == "That is too soon: book at least 120 minutes ahead."
    assert "LAS-1, Tuesday 24 November 11:00: free" in page


def test_a_booking_that_ends_at_a_quarter_leaves_the_quarter_after_it(browser, store, cast):
    ruled(store, cast, orphan_gap=False)
    reserved(store, cast.bram, TOMORROW, minutes=45)
    page = browser("amélie").get("/week?lang=en").text
    assert 'rowspan="3" class="is-booked"' in page
    assert "LAS-1, Wednesday 25 November 10:45: free" in page
    assert "LAS-1, Wednesday 25 November 11:00: free" in page


def test_the_present_is_a_line_in_each_lane_of_today_and_nowhere_else(browser, clock):
    clock.at = NOW + timedelta(minutes=10)
    page = browser("amélie").get("/week").text
    assert page.count('class="now-line"') == 2
    assert 'class="now-line"' not in browser("amélie").get("/week?day=2026-12-02").text


def test_more_machines_than_fit_stand_on_the_next_page(browser, store, cast):
    names = [f"LAS-{n}" for n in range(3, 7)]
    store.write(lambda tx: [tx.machines.add(people.machine(name)) for name in names])
    first = browser("amélie").get("/week?lang=en").text
    assert "LAS-4, Wednesday" in first
    assert "LAS-5, Wednesday" not in first
    assert "LAS-5 \u2013 LAS-6" in first
    assert "LAS-5, Wednesday" in browser("amélie").get("/week?lang=en&page=1").text
    assert "LAS-1, Wednesday" in browser("amélie").get("/week?lang=en&page=77").text


def test_the_share_of_the_week_is_shown_before_anything_is_chosen(browser, store, cast):
    ruled(store, cast, quota_week_min=360)
    reserved(store, cast.amelie, TOMORROW, minutes=130, machine="LAS-2")
    assert "2\u00a0h\u00a010 of 6\u00a0h this week" in browser("amélie").get("/week?lang=en").text


# -- the card


def test_the_card_says_my_right_my_share_and_until_when_it_is_free_to_cancel(browser, store, cast):
    ruled(store, cast, quota_week_min=360)
    card = browser("amélie").get(CHOICE).text
    assert "Certificate LAS1 valid" in card
    assert "1\u00a0h with this choice" in card
    assert "Free to cancel until today 22:00." in card or "Free to cancel until 22:00." in card
    assert "<html" not in card
    assert '<option value="2026-11-25T09:15:00+00:00">10:15' in card


def test_a_start_that_has_gone_meanwhile_has_no_button_and_says_why(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    card = browser("amélie").get(CHOICE).text
    assert 'role="alert"' in card
    assert "Book LAS-1" not in card


def test_who_lacks_the_certificate_reads_it_in_the_card(browser):
    card = browser("nils").get(CHOICE).text
    assert "You need the certificate LAS1." in card
    assert "Book LAS-1" not in card


@pytest.mark.parametrize("query", ["", "?start=x", "?start=9999-01-01T00:00:00Z"])
def test_a_card_of_nothing_is_not_there(browser, query):
    assert browser("amélie").get(f"/machines/LAS-1/choice{query}").status_code in (404, 200)
    assert browser("amélie").get(f"/machines/NONE/choice{query}").status_code == 404


# -- any machine of a family


def any_of(browser, start=TOMORROW, family="laser", name="amélie", **fields):
    values = {"start": start.isoformat(), "minutes": "60"} | fields
    return browser(name).post(f"/families/{family}/book?lang=en", values, form="/week")


def test_any_of_a_family_is_the_one_that_is_free(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    answer = any_of(browser)
    assert answer.status_code == 303
    made = store.read(lambda tx: tx.bookings.get(answer.headers["Location"].rsplit("/", 1)[1]))
    assert (made.machine, made.person) == ("LAS-2", cast.amelie)


def test_when_all_of_them_are_taken_three_other_times_are_offered(browser, store, cast):
    for machine in ("LAS-1", "LAS-2"):
        reserved(store, cast.bram, TOMORROW, machine=machine)
    answer = any_of(browser)
    assert answer.status_code == 409
    assert answer.text.count('class="slot offer"') == 3
    assert "Bram" not in answer.text


def test_the_phones_list_offers_a_start_that_only_the_second_machine_has(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    page = browser("amélie").get("/week?lang=en&day=2026-11-25").text
    assert f'name="start" value="{TOMORROW.isoformat()}"' in page
    reserved(store, cast.bram, TOMORROW, machine="LAS-2")
    page = browser("amélie").get("/week?lang=en&day=2026-11-25").text
    assert f'name="start" value="{TOMORROW.isoformat()}"' not in page


def test_the_phones_list_tells_a_newcomer_what_is_missing(browser):
    page = browser("nils").get("/week?lang=en").text
    assert "Not yet: this is missing" in page
    assert 'type="radio"' not in page


def test_a_family_that_is_not_ours_cannot_be_booked(browser):
    assert any_of(browser, family="rockets").status_code == 404


# -- the same again


def done(store, one):
    return store.write(lambda tx: tx.bookings.set_status(one, ReservationStatus.DONE, NOW))


def test_the_last_booking_i_came_to_is_offered_a_week_later_at_the_same_hour(browser, store, cast):
    done(store, reserved(store, cast.amelie, TEN - timedelta(days=6), minutes=90))  # Wednesday 10:00
    page = browser("amélie").get("/mine?lang=en").text
    assert "The same again:" in page
    assert "start=2026-11-25T09:00:00%2B00:00&amp;minutes=90" in page


def test_what_i_missed_is_not_offered_again(browser, store, cast):
    one = reserved(store, cast.amelie, TEN - timedelta(days=6))
    store.write(lambda tx: tx.bookings.set_status(one, ReservationStatus.NO_SHOW, NOW))
    assert "The same again:" not in browser("amélie").get("/mine?lang=en").text


def test_the_hour_of_the_wall_stays_over_the_night_of_the_clocks(browser, store, cast, clock):
    summer = NOW.replace(month=10, day=20, hour=8)  # Tuesday 10:00 in summer time
    done(store, reserved(store, cast.amelie, summer))
    clock.at = NOW.replace(month=10, day=24, hour=8)
    page = browser("amélie").get("/mine?lang=en").text
    assert "start=2026-10-27T09:00:00%2B00:00" in page  # Tuesday 10:00 in winter time


# -- after it


def test_a_booking_leads_on_for_ten_seconds_and_is_taken_back_in_one_tap_while_that_is_free(
    browser, store, cast
):
    amelie = browser("amélie")
    answer = amelie.post("/machines/LAS-1/book", {"start": TOMORROW.isoformat(), "minutes": "60"})
    page = amelie.get(answer.headers["Location"] + "?lang=en").text
    toast = re.search(r'<form class="toast".*?</form>', page, re.DOTALL)[0]
    assert 'href="/mine"' in toast
    assert "Undo" in toast
    assert 'class="toast"' not in amelie.get(answer.headers["Location"]).text


def test_a_booking_for_this_afternoon_is_not_taken_back_by_a_slip(browser):
    amelie = browser("amélie")
    answer = amelie.post("/machines/LAS-1/book", {"start": TEN.isoformat(), "minutes": "60"})
    toast = re.search(r'<form class="toast".*?</form>', amelie.get(answer.headers["Location"] + "?lang=en").text, re.DOTALL)[0]  # fmt: skip
    assert "Undo" not in toast


def test_a_booking_goes_into_my_own_calendar_and_into_nobody_elses(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW)
    answer = browser("amélie").get(f"/reservations/{one.id}.ics")
    assert answer.mimetype == "text/calendar"
    assert "DTSTART:20261125T090000Z" in answer.text
    assert browser("bram").get(f"/reservations/{one.id}.ics").status_code == 404


# -- badges


def badge_of(store, person, name="b1"):
    badge = Badge(name, ADC, person, f"key-{name}", b"sealed", "uid7", BadgeState.ACTIVE, NOW)
    store.write(lambda tx: tx.badges.add(badge))
    return badge


def test_a_lost_badge_is_reported_in_one_tap_by_its_owner_alone(browser, store, cast):
    badge = badge_of(store, cast.amelie)
    path = f"/mine/badges/{badge.id}/lost"
    assert path in browser("amélie").get("/mine").text
    assert browser("bram").post(path, form="/mine").status_code == 404
    assert store.read(lambda tx: tx.badges.get("b1")).state is BadgeState.ACTIVE
    assert browser("amélie").post(path, form="/mine").status_code == 303
    assert store.read(lambda tx: tx.badges.get("b1")).state is BadgeState.LOST
    assert path not in browser("amélie").get("/mine").text


def test_staff_open_a_reader_for_a_named_person_and_compare_its_figures(browser, store, cast, clock):
    with_node(store)
    dora = browser("dora")
    answer = dora.post("/staff/badges", {"member": cast.nils, "node": "las-1", "password": PASSWORD})
    assert answer.status_code == 303
    (order,) = store.read(lambda tx: tx.outbox.latest("order", "las-1", NOW - HOUR))
    page = dora.get("/staff/badges?lang=en").text
    assert f'<p class="check-figures" translate="no">{order.payload["args"]["check"]}</p>' in page
    assert 'data-countdown="90"' in page
    clock.at = NOW + timedelta(seconds=90)
    assert "check-figures" not in dora.get("/staff/badges").text


def test_the_page_says_when_the_badge_has_come(browser, store, cast):
    with_node(store)
    dora = browser("dora")
    dora.post("/staff/badges", {"member": cast.nils, "node": "las-1", "password": PASSWORD})
    badge_of(store, cast.nils)
    assert "The badge is enrolled." in dora.get("/staff/badges?lang=en").text
    assert "The badge is enrolled." not in dora.get("/staff/badges?lang=en").text


def test_a_session_left_open_gives_nobody_a_badge(browser, store, cast):
    with_node(store)
    dora = browser("dora")
    for password in ("", "guessed"):
        sent = {"member": cast.nils, "node": "las-1", "password": password}
        assert dora.post("/staff/badges", sent).status_code == 401
    assert not store.read(lambda tx: tx.outbox.latest("order", "las-1", NOW - HOUR))


def test_a_reader_that_does_not_answer_is_not_opened(browser, store, cast):
    with_node(store)
    store.write(lambda tx: tx.nodes.seen("las-1", NOW, {"online": False}))
    assert (
        browser("dora")
        .post("/staff/badges", {"member": cast.nils, "node": "las-1", "password": PASSWORD})
        .status_code
        == 422
    )
    assert browser("amélie").get("/staff/badges").status_code == 403


# -- two labs


def test_whoever_has_no_time_for_the_way_to_the_other_lab_reads_it_beside_the_next_booking(
    browser, store, cast
):
    def abroad(tx):
        tx.machines.add_family(OTHER, "laser", {}, Risk.HIGH, {})
        tx.machines.add(people.machine("LAS-9", lab=OTHER))
        tx.people.give_role(cast.amelie, OTHER, Role.MEMBER)
        seat = tx.machines.seats("LAS-9")[0].id
        start = TOMORROW + timedelta(minutes=80)  # twenty after the other ends
        tx.bookings.add(NewReservation(OTHER, "LAS-9", seat, cast.amelie, start, start + HOUR), NOW)

    reserved(store, cast.amelie, TOMORROW)
    assert "LAS-9" not in browser("amélie").get("/mine?lang=en").text
    store.write(abroad)
    assert "You also have LAS-9 at Lab other" in browser("amélie").get("/mine?lang=en").text


# -- the board, cheap


def test_a_board_on_which_nothing_happened_asks_the_tables_nothing(browser, store, cast):
    with_node(store)
    stranger, asked = browser(), []
    stranger.get("/board/live")
    event.listen(Engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    first = stranger.get("/board/live")
    for table in ("reservation", "session", "node", "opening"):
        assert not [one for one in asked if re.search(rf"\bFROM \"?{table}\b", one)]
    reserved(store, cast.bram, NOW)
    assert stranger.get("/board/live").data != first.data


def test_the_board_moves_on_with_the_minute(browser, store, clock):
    stranger = browser()
    first = stranger.get("/board/live?lang=en").text
    clock.at = NOW + timedelta(seconds=59)
    assert stranger.get("/board/live?lang=en").text == first
    clock.at = NOW + timedelta(seconds=60)
    assert "09:01" in stranger.get("/board/live?lang=en").text


def test_the_phone_hears_once_why_a_far_day_has_nothing(browser):
    page = browser("amélie").get("/week?lang=en&day=2026-12-20").text
    phone = page[page.index("below-800 stack") : page.index("columns week from-800")]
    assert "No start to choose on this day." in phone
    assert phone.count("days ahead") == 1
    assert 'type="radio"' not in phone
