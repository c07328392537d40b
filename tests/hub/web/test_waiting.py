"""Who came too late may wait: from the conflict page to an offer taken or passed on; opening a page changes nothing."""

import re
from datetime import timedelta

from core.vocabulary import ReservationStatus
from hub.ports import WaitingStatus
from tests.cast import ADC
from tests.hub.web.test_pages import TEN, reserved

TOMORROW = TEN + timedelta(days=1)
HOUR = timedelta(hours=1)
SLOT = {"start": TOMORROW.isoformat(), "minutes": "60"}


def wait(amelie, **chosen):
    page = amelie.post("/machines/LAS-1/book?lang=en", SLOT, form="/mine")
    assert page.status_code == 409
    assert "Join the waiting list" in page.text
    fields = dict(re.findall(r'<input type="hidden" name="(machine|start|end)" value="([^"]+)"', page.text))
    chosen = {"which": "machine", "window": "slot", "least": "60"} | chosen
    return amelie.post("/waiting", {**fields, "end": (TOMORROW + HOUR).isoformat(), **chosen}, form="/mine")


def entry(store, person):
    return store.read(lambda tx: tx.waiting.of(person)[0])


def offered(browser, store, cast):
    """Amélie waits for Bram's slot, and Bram gives it back."""
    one = reserved(store, cast.bram, TOMORROW)
    amelie = browser("amélie")
    assert wait(amelie).status_code == 303
    bram = browser("bram")
    bram.post(f"/reservations/{one.id}/cancel")
    return amelie, entry(store, cast.amelie).id


def test_she_waits_for_the_very_slot_and_sees_that_she_does(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    amelie = browser("amélie")
    assert wait(amelie).status_code == 303
    one = entry(store, cast.amelie)
    assert (one.machine, one.start, one.end, one.min_minutes) == ("LAS-1", TOMORROW, TOMORROW + HOUR, 60)
    page = amelie.get("/mine?lang=en").text
    assert f"/waiting/{one.id}" in page
    assert "at least 1\u00a0h" in page


def test_she_may_wait_for_any_laser_at_any_time_that_day(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    wait(browser("amélie"), which="family", window="day", least="30")
    one = entry(store, cast.amelie)
    assert (one.machine, one.family, one.min_minutes) == (None, "laser", 30)
    assert one.end - one.start == timedelta(days=1)


def test_the_held_offer_stands_on_my_page_with_its_end_and_is_no_booking_yet(browser, store, cast):
    amelie, _ = offered(browser, store, cast)
    page = amelie.get("/mine?lang=en").text
    assert "Free for you" in page
    assert "Kept for you until 09:30." in page
    assert "Next booking" not in page
    assert "9.30\u00a0u.</p>" in amelie.get("/mine?lang=nl").text  # one full stop, not two


def test_opening_the_mails_link_changes_nothing_and_its_button_takes_it(browser, store, cast):
    amelie, key = offered(browser, store, cast)
    page = amelie.get(f"/waiting/{key}?lang=en").text
    assert f'action="/waiting/{key}/accept"' in page
    assert entry(store, cast.amelie).status is WaitingStatus.WAITING
    assert amelie.post(f"/waiting/{key}/accept", form=f"/waiting/{key}").status_code == 303
    taken = store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + HOUR))
    assert [(one.person, one.status) for one in taken] == [(cast.amelie, ReservationStatus.CONFIRMED)]


def test_passed_on_it_is_nobodys_and_she_waits_on(browser, store, cast):
    amelie, key = offered(browser, store, cast)
    assert amelie.post(f"/waiting/{key}/pass", form=f"/waiting/{key}").status_code == 303
    assert not store.read(lambda tx: tx.bookings.taken("LAS-1", TOMORROW, TOMORROW + HOUR))
    assert entry(store, cast.amelie).status is WaitingStatus.WAITING


def test_an_offer_that_is_gone_is_said_so(browser, store, cast):
    amelie, key = offered(browser, store, cast)
    amelie.post(f"/waiting/{key}/pass", form=f"/waiting/{key}")
    answer = amelie.post(f"/waiting/{key}/accept?lang=en", form="/mine")
    assert answer.status_code == 409
    assert "changed in the meantime" in answer.text


def test_she_waits_no_longer(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    amelie = browser("amélie")
    wait(amelie)
    key = entry(store, cast.amelie).id
    assert amelie.post(f"/waiting/{key}/leave", form=f"/waiting/{key}").status_code == 303
    assert f"/waiting/{key}" not in amelie.get("/mine").text


def test_anothers_entry_does_not_exist_not_even_for_the_staff(browser, store, cast):
    reserved(store, cast.bram, TOMORROW)
    wait(browser("amélie"))
    key = entry(store, cast.amelie).id
    for name in ("bram", "dora"):
        assert browser(name).get(f"/waiting/{key}").status_code == 404
        assert browser(name).post(f"/waiting/{key}/leave", form="/mine").status_code == 404


def test_nobody_waits_for_what_he_may_not_use(browser, store, cast):
    nils = browser("nils")
    fields = {"machine": "LAS-1", "which": "machine", "window": "slot", "least": "60"}
    span = {"start": TOMORROW.isoformat(), "end": (TOMORROW + HOUR).isoformat()}
    answer = nils.post("/waiting?lang=en", fields | span, form="/mine")
    assert answer.status_code == 422
    assert "You need the certificate LAS1." in answer.text
    assert not store.read(lambda tx: tx.waiting.open_for("LAS-1", "laser", ADC, TEN, TOMORROW + HOUR))
