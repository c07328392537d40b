"""The tablet beside the machine, in a real browser before the doorman's own server: what it shows, and what a finger does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.vocabulary import Inhibit
from node.doorman.events import Button, PinTyped, Pressed
from node.doorman.face.kiosk.server import KioskFace
from node.doorman.face.kiosk.speech import say
from node.doorman.face.texts import LANGUAGES
from node.doorman.showing import Said, Showing, Word
from tests.browser.test_accessible import graves
from tests.node.face.scenes import OPEN, SITE, minutes, scenes, spoken
from tests.node.face.test_kiosk import denied
from tests.node.face.test_kiosk_buttons import ASKED, DAY, FREE, USED

TABLET, UPRIGHT, SMALL, PHONE = (1024, 600), (600, 1024), (800, 480), (320, 640)
POLL_MS, LOST_MS = 1000, 6000
TO_COVER = (
    "[...document.querySelectorAll('button')].filter(b => b.offsetParent).map(b => b.getBoundingClientRect())"
)
MOVES = "document.getAnimations().length"


class Tablet:
    """One tablet before one box: `shows` is what the box says, `heard` what came out of the page."""

    def __init__(self, page: Any, face: KioskFace, heard: list[object]) -> None:
        self.page, self.face, self.heard = page, face, heard

    def shows(self, showing: Showing) -> None:
        """The box says so, and the page has asked for it."""
        self.face.show(showing)
        self.passes(POLL_MS)

    def passes(self, ms: int) -> None:
        """Time goes by on the page's own clock."""
        self.page.clock.run_for(ms)

    def says(self, text: str) -> None:
        """This can be read now."""
        self.page.locator("body").get_by_text(text).locator("visible=true").first.wait_for()

    def press(self, text: str) -> None:
        """A finger on the button of this text."""
        self.page.get_by_role("button", name=text, exact=True).click()

    def until(self, holds: Callable[[], bool]) -> None:
        """Until what was pressed has come to the doorman; the page is let run meanwhile."""
        for _ in range(200):
            if holds():
                return
            self.page.evaluate("fetch('/state.json').then(() => 0)")
        pytest.fail("nothing came")


@pytest.fixture
def stands(chromium: Any) -> Iterator[Callable[..., Tablet]]:
    """`stands(showing, TABLET)`: a tablet whose page is drawn; what its page complains of fails the test."""
    open_ones: list[tuple[Any, Tablet]] = []
    broke: list[str] = []

    def put_up(showing: Showing, size: tuple[int, int] = TABLET, **more: Any) -> Tablet:
        heard: list[object] = []
        face = KioskFace("127.0.0.1", 0, SITE, heard.append)
        face.show(showing)
        window = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        window.set_default_timeout(10_000)
        page = window.new_page()
        page.on("pageerror", lambda error: broke.append(str(error)))
        page.clock.install()
        page.goto(f"http://127.0.0.1:{face.port}/")
        page.wait_for_selector("#machine:not(:empty)")
        open_ones.append((window, made := Tablet(page, face, heard)))
        return made

    yield put_up
    for window, tablet in open_ones:
        window.close()
        tablet.face.close()
    assert broke == []


# -- what it shows


def whole(name: str, lang: str) -> Showing:
    return spoken(
        replace(scenes()[name], day=DAY, family="laser", title="Trotec Speedy 400", taught=True), lang
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [TABLET, UPRIGHT, SMALL, PHONE], ids=["tablet", "upright", "small", "phone"])
def test_every_state_can_be_read_by_everybody_and_nothing_is_cut_off_or_blinks(stands, axe, size, lang):
    tablet, found = stands(OPEN, size), []
    for number, name in enumerate(sorted(scenes())):
        tablet.shows(replace(whole(name, lang), machine=f"M-{number}"))
        tablet.says(f"M-{number}")
        page = tablet.page
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((name, "scrolls sideways"))
        if page.evaluate(MOVES):
            found.append((name, "moves"))
        cut = page.evaluate(
            "[...document.querySelectorAll('#word span, #facts p, #others span, #cards b, #buttons button, #note, #choices button')]"
            ".filter(e => e.offsetParent && (r => r.width && (r.right > innerWidth + 1 || r.left < -1))(e.getBoundingClientRect()))"
            ".map(e => e.textContent)"
        )
        found += [(name, "cut", text) for text in cut]
        small = [one for one in page.evaluate(TO_COVER) if min(one["width"], one["height"]) < 44]
        found += [(name, "a button too small for a finger")] if small else []
    found += graves(tablet.page, axe)
    assert found == []


@pytest.mark.parametrize("name", ["FREE", "RUNNING", "DENY", "PIN_WRONG", "OUT_OF_ORDER", "OFFLINE", "CHECK"])
def test_what_stands_on_the_tablet_is_open_to_everybody(stands, axe, name):
    tablet = stands(whole(name, "nl"))
    assert graves(tablet.page, axe) == []


def test_a_still_tablet_is_one_that_never_moves_for_whoever_asks_for_stillness(stands):
    tablet = stands(FREE, reduced_motion="reduce")
    assert tablet.page.evaluate("getComputedStyle(document.body).transitionDuration") == "0s"
    sheet = (tablet.page.request.get(tablet.page.url + "kiosk.css")).text()
    assert "@keyframes" not in sheet
    assert "animation" not in sheet


def test_a_finger_chooses_the_language_of_a_free_machine_and_it_is_forgotten_after_a_minute(stands):
    tablet = stands(FREE)
    tablet.says("Libre")
    tablet.page.click("#langs [lang=nl]")
    tablet.page.wait_for_selector("html[lang=nl]")
    assert tablet.page.inner_text("#word span") == "Vrij"
    assert tablet.page.get_attribute("#langs [lang=nl]", "aria-current") == "true"
    tablet.passes(62_000)
    tablet.page.wait_for_selector("html[lang=fr]")


def test_the_minutes_go_down_without_a_word_to_the_reader_and_a_new_state_is_told_once(stands):
    tablet = stands(USED)
    tablet.says("40")
    tablet.shows(replace(USED, now=minutes(21)))
    tablet.says("39")
    assert tablet.page.inner_text("#said") == ""
    tablet.shows(FREE)
    tablet.says("Libre")
    assert "Libre" in tablet.page.inner_text("#said")


def test_a_refusal_is_closed_by_a_finger_and_stays_closed(stands):
    tablet = stands(denied(lang="en"))
    tablet.says("Training needed")
    tablet.page.click("#close")
    tablet.says("Libre")
    tablet.passes(3 * POLL_MS)
    assert tablet.page.is_hidden("#cards")


def test_a_tablet_nobody_touches_grows_dark_and_a_finger_wakes_it_but_a_session_never_does(stands):
    tablet = stands(FREE)
    tablet.passes(299_000)
    assert "dim" not in tablet.page.get_attribute("body", "class").split()
    tablet.passes(3_000)
    tablet.page.wait_for_selector("body.dim")
    tablet.page.mouse.click(300, 300)
    tablet.page.wait_for_selector("body:not(.dim)")
    tablet.shows(USED)
    tablet.says("40")
    tablet.passes(400_000)
    assert "dim" not in tablet.page.get_attribute("body", "class").split()


# -- the box is gone, and comes back


def test_a_tablet_without_its_box_says_so_offers_nothing_and_comes_back_by_itself(stands):
    tablet = stands(USED)
    port = tablet.face.port
    tablet.face.close()
    tablet.passes(LOST_MS)
    tablet.says(say("lost", "fr"))
    assert tablet.page.locator("button:visible").count() == 0
    tablet.face = KioskFace("127.0.0.1", port, SITE, tablet.heard.append)
    tablet.shows(replace(USED, now=minutes(30)))
    tablet.says("30")
    tablet.press("Prolonger")
    tablet.until(lambda: tablet.heard == [Pressed(Button.EXTEND, "session-1")])


def test_one_answer_that_stays_out_frightens_nobody(stands):
    tablet = stands(USED)
    port = tablet.face.port
    tablet.face.close()
    tablet.passes(2 * POLL_MS)
    tablet.face = KioskFace("127.0.0.1", port, SITE)
    tablet.shows(USED)
    tablet.passes(4 * POLL_MS)
    tablet.says("40")


def test_a_press_that_does_not_arrive_is_told(stands):
    tablet = stands(USED)
    tablet.face.close()
    tablet.press("Prolonger")
    tablet.says(say("not_sent", "fr"))


# -- the buttons


def test_the_end_is_asked_twice_and_keep_working_does_nothing(stands):
    tablet = stands(USED)
    tablet.press("Terminer")
    assert tablet.page.evaluate("document.activeElement.id") == "asked"
    assert tablet.page.evaluate("document.getElementById('state').inert") is True
    tablet.press(say("go_on", "fr"))
    assert tablet.heard == []
    assert tablet.page.evaluate("document.activeElement.textContent") == "Terminer"
    tablet.press("Terminer")
    tablet.page.locator("#ways button").first.click()
    tablet.until(lambda: tablet.heard == [Pressed(Button.FINISH, "session-1")])


def test_a_danger_is_three_taps_and_112_stands_beside(stands):
    tablet = stands(USED)
    tablet.press("Signaler un problème")
    tablet.says("112")
    tablet.page.locator("#choices button").nth(4).click()
    tablet.page.locator("#choices button.ends").click()
    tablet.until(lambda: bool(tablet.heard))
    (told,) = tablet.heard
    assert (told.button, told.category, told.severity) == (Button.REPORT, "fire", "danger")


def test_a_question_left_open_closes_by_itself_and_by_escape(stands):
    tablet = stands(USED)
    tablet.press("Signaler un problème")
    tablet.passes(29_000)
    assert tablet.page.is_visible("#panel")
    tablet.passes(2_000)
    tablet.page.wait_for_selector("#panel", state="hidden")
    tablet.press("Signaler un problème")
    tablet.page.keyboard.press("Escape")
    tablet.page.wait_for_selector("#panel", state="hidden")
    assert tablet.heard == []


def test_a_finger_that_comes_late_does_nothing_to_the_next_person_and_is_told(stands):
    tablet = stands(USED)
    other = replace(USED, guest=replace(USED.guest, name="Nils", session="session-2"))
    tablet.face.show(other)
    tablet.press("Prolonger")
    tablet.says(say("too_late", "fr"))
    assert tablet.heard == []


def test_the_material_and_the_time_can_be_asked_before_a_job(stands):
    tablet = stands(FREE)
    tablet.page.locator("#buttons .tool").first.click()
    tablet.page.wait_for_selector("#choices button")
    tablet.page.get_by_role("button", name="PVC").first.click()
    tablet.says(say("materials_never", "fr"))
    tablet.page.keyboard.press("Escape")
    tablet.page.locator("#buttons .tool").last.click()
    tablet.page.wait_for_selector("#choices p")


# -- the code


def test_a_code_is_typed_with_gloves_hidden_and_sent_once(stands):
    tablet = stands(ASKED)
    for digit in "2580":
        tablet.page.get_by_role("button", name=digit, exact=True).click()
    assert tablet.page.inner_text("#told") == "●●●●"
    assert "2580" not in tablet.page.inner_text("#told")
    tablet.press("Confirm the code")
    tablet.until(lambda: tablet.heard == [PinTyped("2580", ASKED.now_ms)])
    assert "2580" not in tablet.page.content()


def test_a_plain_usb_keypad_types_the_code_as_fingers_do(stands):
    tablet = stands(ASKED)
    tablet.page.keyboard.press("Enter")
    tablet.page.get_by_role("button", name="2", exact=True).focus()
    for key in ("2", "5", "9", "Backspace", "8", "0"):
        tablet.page.keyboard.press(key)
    assert tablet.page.inner_text("#told") == "●●●●"
    tablet.page.keyboard.press("Enter")
    tablet.until(lambda: tablet.heard == [PinTyped("2580", ASKED.now_ms)])


def test_too_few_digits_cannot_be_sent_and_too_many_not_be_typed(stands):
    tablet = stands(ASKED)
    tablet.page.keyboard.type("123")
    assert tablet.page.get_by_role("button", name="Confirm the code").is_disabled()
    tablet.page.keyboard.type("4567890123456")
    assert tablet.page.inner_text("#told") == "●" * 12


def test_a_wrong_code_is_told_over_the_pad_and_asked_again(stands):
    tablet = stands(ASKED)
    tablet.page.keyboard.type("123")
    tablet.shows(
        replace(ASKED, said=replace(ASKED.said, text="wrong", since_ms=5, ends_ms=40_000), now_ms=10)
    )
    tablet.says("Wrong code, try again")
    assert tablet.page.inner_text("#told").strip() == ""


def test_the_pad_goes_when_nobody_is_asked_any_more(stands):
    tablet = stands(ASKED)
    assert tablet.page.is_visible("#panel")
    tablet.shows(replace(ASKED, now_ms=30_000))
    tablet.page.wait_for_selector("#panel", state="hidden")


def test_a_danger_that_stands_is_red_and_still(stands):
    tablet = stands(replace(FREE, inhibits=frozenset({Inhibit.DANGER})))
    assert "is-out" in tablet.page.get_attribute("body", "class").split()


def test_a_name_that_is_code_is_shown_as_it_is(stands):
    name = "<img src=x onerror=alert(1)>"
    tablet = stands(replace(USED, guest=replace(USED.guest, name=name), title=name))
    tablet.says(name)
    assert tablet.page.locator("img").count() == 0


def test_the_list_of_a_sign_off_is_gone_through_on_the_tablet(stands):
    item = Said(Word.CHECK, 0, "nl", ends_ms=60_000, text="Noodstop en brand: getoond?", page=(1, 3))
    tablet = stands(replace(FREE, said=item))
    tablet.press("Bevestigen")
    tablet.until(lambda: tablet.heard == [Pressed(Button.EXTEND, "")])


@pytest.mark.parametrize("size", [TABLET, UPRIGHT, SMALL, PHONE], ids=["tablet", "upright", "small", "phone"])
def test_every_digit_is_within_a_fingers_reach_on_every_screen(stands, size):
    tablet = stands(replace(ASKED, said=replace(ASKED.said, lang="nl", text="wrong")), size)
    for digit in "1234567890":
        tablet.page.get_by_role("button", name=digit, exact=True).click()
    assert tablet.page.inner_text("#told") == "●" * 10
