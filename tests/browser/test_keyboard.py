"""S40: somebody who sees nothing and has no mouse finds a time, books it and gives it back; the board tells its news once."""

from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.hub.web.test_pages import TEN, reserved, running, with_node

NAME = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"
IN_GRID = "!!document.activeElement.closest('table.week td')"


def tab_to(page, says):
    """Press Tab until what has the focus says this; the whole page is passed at most once."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if says in page.evaluate(NAME):
            return
    pytest.fail(f"no way to {says!r} by Tab")


def tab_into_the_grid(page):
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(IN_GRID):
            return
    pytest.fail("no way into the grid by Tab")


def test_a_slot_is_found_booked_and_cancelled_by_keyboard_alone(opens, store, cast):
    page = opens("/week", "bram")
    tab_into_the_grid(page)
    assert page.evaluate(NAME) == "LAS-1, Tuesday 24 November 09:00: free"
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(NAME) == "LAS-1, Wednesday 25 November 09:30: free"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(NAME) == "LAS-2, Wednesday 25 November 09:30: free"
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-card] >> text=09:30–10:30")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_selector("[data-card] >> text=09:30–11:00")
    tab_to(page, "Book LAS-2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reservations/*")
    (made,) = store.read(lambda tx: list(tx.bookings.of_person(cast.bram, NOW, NOW + timedelta(days=3))))
    assert (made.machine, made.end - made.start) == ("LAS-2", timedelta(minutes=90))
    page.goto(f"/reservations/{made.id}/cancel")
    tab_to(page, "Cancel the booking")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mine")
    assert "Cancelled" in page.inner_text("main [role=status]")


def test_a_cell_that_cannot_be_had_says_why_beside_the_grid_and_in_its_own_name(opens, store, cast):
    reserved(store, cast.amelie, TEN)
    page = opens("/week", "bram")
    tab_into_the_grid(page)
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.evaluate(NAME) == "LAS-1, Tuesday 24 November 10:00–11:00: Taken"
    assert page.inner_text("[data-why]") == "LAS-1, Tuesday 24 November 10:00–11:00: Taken"


def test_escape_takes_the_choice_back(opens):
    page = opens("/week", "bram")
    tab_into_the_grid(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-card]")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-card]", state="detached")


def test_the_start_in_the_card_goes_by_the_machines_own_quarters(opens):
    page = opens("/week", "bram")
    tab_into_the_grid(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-card]")
    page.select_option("#start", label="09:15")
    page.wait_for_selector("[data-card] >> text=09:15–10:15")


def polled(page, times):
    """Wait until the board has asked so many times more."""
    for _ in range(times):
        with page.expect_response("**/board/live*"):
            pass


def test_the_boards_news_are_told_once_and_none_at_the_beginning(opens, store, cast):
    with_node(store)
    page = opens("/")
    page.evaluate(
        "window.told = []; new MutationObserver(() => told.push(document.querySelector('[data-news]').textContent))"
        ".observe(document.querySelector('[data-news]'), {childList: true})"
    )
    polled(page, 2)
    assert page.evaluate("told") == []
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.bram, NOW + timedelta(hours=1))
    page.wait_for_selector("[data-news]:has-text('In use')", state="attached")
    polled(page, 3)
    assert page.evaluate("told") == ["LAS-1: In use, until 10:00"]


def test_whoever_pauses_the_board_sees_it_stand_still_and_how_much_waits(opens, store, cast):
    with_node(store)
    page = opens("/")
    page.click("text=Pause")
    polled(page, 1)
    with_node(store, phase="in-use", relay="closed")
    running(store, cast.bram, NOW + timedelta(hours=1))
    page.wait_for_selector("text=1 changes, go on")
    assert "Free" in page.inner_text("#LAS-1")
    page.click("[data-pause]")
    page.wait_for_selector("#LAS-1 >> text=In use")


def test_a_phone_takes_three_taps_from_the_week_to_a_booking(opens, store, cast):
    page = opens("/week", "bram", width=360)
    page.click("label.slot:visible >> nth=1")
    page.click("text=Book any of them")
    page.wait_for_url("**/reservations/*")
    assert (
        len(store.read(lambda tx: list(tx.bookings.of_person(cast.bram, NOW, NOW + timedelta(days=1))))) == 1
    )


@pytest.mark.parametrize("lang", ["fr", "nl", "en"])
@pytest.mark.parametrize("width", [1241, 1280, 1300])
def test_the_head_of_a_staff_members_page_is_one_line_on_a_desk(opens, lang, width):
    page = opens("/staff", "max", width=width, lang=lang)
    page.evaluate(
        "document.querySelector('.brand span').textContent = 'Atelier du Canal / Kanaalwerkplaats';"
        "document.querySelector('.nav').insertAdjacentHTML('beforeend', '<a href=/bench>Établi d’essai</a>')"
    )
    assert page.evaluate("document.querySelector('.top > div').offsetHeight") <= 72
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_danger_is_reported_by_keyboard_alone_and_the_answer_says_that_nobody_starts_it_now(
    opens, store, cast
):
    page = opens("/machines/LAS-1", "bram")
    tab_to(page, "Report a problem")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("it smells of burning")
    tab_to(page, "Report it")
    page.keyboard.press("Enter")
    page.wait_for_selector("main [role=status] >> text=Nobody can start LAS-1 from now on")
    (made,) = store.read(lambda tx: tx.reports.of(cast.bram))
    assert (made.severity, made.words) == ("danger", "it smells of burning")
