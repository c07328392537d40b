"""What a holder does with a booking: move, shorten, come later, have it longer, give it back, and take that back."""

import re
from datetime import timedelta

import pytest

from core.vocabulary import ReservationStatus
from tests.cast import NOW
from tests.hub.web.test_pages import TEN, reserved, running, with_node

HOUR = timedelta(hours=1)
TOMORROW = TEN + timedelta(days=1)


def stands(store, one):
    return store.read(lambda tx: tx.bookings.get(one.id))


def arrived(store, one):
    store.write(lambda tx: tx.bookings.set_status(one, ReservationStatus.ARRIVED, NOW))


def test_the_next_booking_has_four_equal_buttons(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW)
    page = browser("amélie").get("/mine?lang=en").text
    card = page[page.index('class="four"') :]
    for act in ("move", "shorten", "late", "cancel"):
        assert f"/reservations/{one.id}/{act}" in card
    assert "Free to cancel until today 22:00" in page or "Free to cancel until 22:00" in page


def test_the_cancel_button_names_its_price_twelve_hours_before_and_not_a_tick_earlier(
    browser, store, cast, clock
):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    clock.at = TOMORROW - timedelta(hours=12)
    assert "\u00bd warning" not in amelie.get(f"/reservations/{one.id}?lang=en").text
    clock.at += timedelta(seconds=1)
    page = amelie.get(f"/reservations/{one.id}/cancel?lang=en").text
    assert "Cancel (\u00bd warning)" in page
    assert "half a warning" in page


def test_a_free_cancellation_can_be_taken_back_for_ten_seconds(browser, store, cast, clock):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    amelie.post(f"/reservations/{one.id}/cancel")
    page = amelie.get("/mine?lang=en").text
    assert 'data-seconds="10"' in page
    assert "hidden" in re.search(r'<form class="toast"[^>]*>', page)[0]
    assert amelie.post(f"/reservations/{one.id}/undo", form="/mine").status_code == 303
    taken = store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + HOUR))
    assert [each.person for each in taken] == [cast.amelie]
    assert 'class="toast"' not in amelie.get("/mine").text


def test_after_ten_seconds_the_toast_is_gone(browser, store, cast, clock):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    amelie.post(f"/reservations/{one.id}/cancel")
    clock.at = NOW + timedelta(seconds=10)
    assert 'class="toast"' not in amelie.get("/mine").text


def test_what_somebody_else_took_meanwhile_is_not_given_back(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    amelie.get("/mine?lang=en")
    amelie.post(f"/reservations/{one.id}/cancel")
    reserved(store, cast.bram, TOMORROW)
    amelie.post(f"/reservations/{one.id}/undo", form="/mine")
    taken = store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + HOUR))
    assert [each.person for each in taken] == [cast.bram]
    assert "Somebody else has the slot already." in amelie.get("/mine?lang=en").text


def test_a_late_cancellation_is_not_offered_back_for_it_has_its_price(browser, store, cast):
    one = reserved(store, cast.amelie)
    amelie = browser("amélie")
    amelie.post(f"/reservations/{one.id}/cancel")
    assert stands(store, one).status is ReservationStatus.CANCELLED_LATE
    page = amelie.get("/mine?lang=en").text
    assert 'class="toast"' not in page
    assert "You cancelled late" in page
    assert "half a warning" in page


def test_she_moves_it_and_the_old_time_counts_as_free(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    page = amelie.get(f"/reservations/{one.id}/move?lang=en").text
    later = TOMORROW + timedelta(minutes=15)
    assert f'value="{later.isoformat()}"' in page
    answer = amelie.post(f"/reservations/{one.id}/move", {"start": later.isoformat()})
    assert answer.status_code == 303
    assert stands(store, one).start == later


def test_a_move_onto_somebody_elses_time_is_refused_and_the_old_one_stays(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW)
    reserved(store, cast.bram, TOMORROW + 2 * HOUR)
    there = (TOMORROW + 2 * HOUR).isoformat()
    answer = browser("amélie").post(f"/reservations/{one.id}/move?lang=en", {"start": there}, form="/mine")
    assert answer.status_code == 409
    assert "already taken" in answer.text
    assert stands(store, one).start == TOMORROW


def test_she_shortens_it_to_a_time_on_the_grid(browser, store, cast):
    one = reserved(store, cast.amelie, TOMORROW, minutes=90)
    amelie = browser("amélie")
    page = amelie.get(f"/reservations/{one.id}/shorten").text
    ends = re.findall(r'<option value="([^"]+)"', page)
    assert len(ends) == 4  # 30, 45, 60, 75 minutes
    assert amelie.post(f"/reservations/{one.id}/shorten", {"end": ends[-1]}).status_code == 303
    assert stands(store, one).end == TOMORROW + timedelta(minutes=30)


@pytest.mark.parametrize("end", ["", "soon", "2026-11-25T23:00:00+00:00"])
def test_an_end_that_is_no_shorter_one_is_refused(browser, store, cast, end):
    one = reserved(store, cast.amelie, TOMORROW)
    assert browser("amélie").post(f"/reservations/{one.id}/shorten", {"end": end}).status_code == 422


def test_she_comes_later_and_sees_till_when_it_is_kept(browser, store, cast, clock):
    one = reserved(store, cast.amelie)
    amelie = browser("amélie")
    assert "You can say so from 09:45 on." in amelie.get(f"/reservations/{one.id}/late?lang=en").text
    clock.at = TEN
    assert amelie.post(f"/reservations/{one.id}/late").status_code == 303
    page = amelie.get("/mine?lang=en").text
    assert "kept for you until 10:30" in page
    assert f"/reservations/{one.id}/late" not in page


def test_pressed_twice_she_reads_that_it_is_kept_already_and_that_nothing_is_left_to_do(
    browser, store, cast, clock
):
    one = reserved(store, cast.amelie)
    amelie, clock.at = browser("amélie"), TEN
    amelie.post(f"/reservations/{one.id}/late")
    answer = amelie.post(f"/reservations/{one.id}/late?lang=en", form="/mine")
    assert answer.status_code in (409, 422)
    assert "You said so already: it is kept for you until 10:30." in answer.text
    assert "There is nothing more to do: come before 10:30." in answer.text
    assert "reader again" not in answer.text


def test_too_early_to_be_late_is_said_with_the_time(browser, store, cast):
    one = reserved(store, cast.amelie)
    answer = browser("amélie").post(
        f"/reservations/{one.id}/late?lang=en", form=f"/reservations/{one.id}/late"
    )
    assert answer.status_code == 422


def test_while_she_is_at_the_machine_she_may_have_it_longer_or_give_the_rest_back(
    browser, store, cast, clock
):
    one = reserved(store, cast.amelie)
    arrived(store, one)
    clock.at = TEN + timedelta(minutes=50)
    amelie = browser("amélie")
    page = amelie.get("/mine?lang=en").text
    assert f"/reservations/{one.id}/extend" in page
    assert f"/reservations/{one.id}/release" in page
    assert f"/reservations/{one.id}/move" not in page
    assert amelie.post(f"/reservations/{one.id}/extend").status_code == 303
    assert stands(store, one).end == TEN + timedelta(minutes=75)


def test_giving_the_rest_back_waits_until_the_machine_is_off(browser, store, cast, clock):
    one = reserved(store, cast.amelie)
    with_node(store, phase="in-use")
    running(store, cast.amelie, TEN + HOUR)
    session = store.read(lambda tx: tx.sessions.running("LAS-1"))
    store.write(lambda tx: tx.bookings.set_status(one, ReservationStatus.ARRIVED, NOW))
    clock.at = TEN + timedelta(minutes=20)
    assert session is not None
    answer = browser("amélie").post(f"/reservations/{one.id}/release")
    assert answer.status_code == 303
    assert stands(store, one).end == TEN + timedelta(minutes=30)


def test_no_page_shows_anothers_booking(browser, store, cast):
    one = reserved(store, cast.bram, TOMORROW)
    amelie = browser("amélie")
    for act in ("", "/cancel", "/move", "/shorten", "/late", "/extend", "/release"):
        assert amelie.get(f"/reservations/{one.id}{act}").status_code == 404


def test_the_far_future_does_not_hide_the_next_booking(browser, store, cast):
    for day in range(25):
        reserved(store, cast.amelie, TOMORROW + timedelta(days=7 * day), minutes=30)
    page = browser("amélie").get("/mine?lang=en").text
    assert "tomorrow, " in page[page.index("Next booking") :][:900]


@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
def test_every_page_is_there_in_three_languages(browser, store, cast, lang):
    one = reserved(store, cast.amelie, TOMORROW)
    amelie = browser("amélie")
    for act in ("", "/cancel", "/move", "/shorten", "/late", "/extend", "/release"):
        answer = amelie.get(f"/reservations/{one.id}{act}?lang={lang}")
        assert answer.status_code == 200
        assert f'<html lang="{lang}">' in answer.text
