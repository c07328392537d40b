"""What stands on the display, dot for dot; and a display that is pulled out harms nobody."""

from collections.abc import Callable
from dataclasses import replace
from threading import Event

import pytest
from luma.core.device import dummy
from PIL import Image, ImageChops

from node.doorman.face import oled, qr, texts
from node.doorman.face.glyphs import HIGH, glyph, known
from node.doorman.face.oled import OledFace
from node.doorman.face.panel import SIZE, picture
from node.doorman.face.screens import LEDS, screen
from node.doorman.showing import Screen
from tests.node.face.golden import FOLDER, sheet
from tests.node.face.scenes import OPEN, SITE, scenes, spoken

WAIT_S = 10.0
REMAKE = "look at it, then: python -m tests.node.face.golden"


@pytest.mark.parametrize("name", sorted(scenes()))
def test_each_state_looks_as_it_was_approved(name: str) -> None:
    kept = FOLDER / f"{name}.png"
    assert kept.exists(), REMAKE
    with Image.open(kept) as approved:
        assert not ImageChops.difference(
            approved.convert("L"), sheet(scenes()[name]).convert("L")
        ).getbbox(), REMAKE


def test_every_state_of_the_light_has_its_picture() -> None:
    shown = {screen(spoken(one, lang), SITE).name for one in scenes().values() for lang in texts.LANGUAGES}
    assert set(LEDS) <= shown


def test_no_picture_is_left_over() -> None:
    assert {kept.stem for kept in FOLDER.glob("*.png")} == set(scenes())


def test_every_letter_of_the_texts_has_a_shape() -> None:
    book = texts._BOOK
    said = {
        letter for state in book["states"].values() for lines in state.values() for letter in "".join(lines)
    }
    said |= {
        letter for told in book["reasons"].values() for pair in told.values() for letter in "".join(pair)
    }
    assert not {letter for letter in said if not known(letter)}


@pytest.mark.parametrize("letter", [chr(code) for code in range(0xC0, 0x180)])
def test_names_of_all_latin_alphabets_are_written(letter: str) -> None:
    assert known(letter) or letter in "ÐÞðþ÷ĦħĲĳĸĿŀŊŋŦŧŉſŠ"
    assert len(glyph(letter)) == HIGH


def test_an_accent_makes_another_letter() -> None:
    shapes = {glyph(letter) for letter in "eéèêëēěęcçćuúùûüůnñoóòôöõőiíìîïıaáàâäãåą"}
    assert len(shapes) == len("eéèêëēěęcçćuúùûüůnñoóòôöõőiíìîïıaáàâäãåą")


def test_a_code_reads_back_as_what_it_was_made_of_and_has_two_dots_a_module() -> None:
    address = f"{SITE}/machines/LAS-1"
    shown = picture(Screen("QR", ("", "", "", ""), "off", qr=address))
    rows = qr.modules(address)
    assert rows is not None
    begin = (64 - 2 * len(rows)) // 2
    assert begin >= 3
    for row, line in enumerate(rows):
        for column, dark in enumerate(line):
            assert bool(shown.getpixel((begin + 2 * column, begin + 2 * row))) is not dark


def test_no_code_for_nothing_and_none_for_too_much() -> None:
    assert qr.modules("") is None
    assert qr.modules("x" * 54) is None
    assert qr.modules("x" * 53) is not None
    assert qr.modules("x" * 5000) is None


# -- the device


class Pulled:
    """luma's own dummy device on a cable."""

    def __init__(self) -> None:
        self.device = dummy(width=SIZE[0], height=SIZE[1], mode="1")
        self.cut = False
        self.sent = 0
        self.dark = False
        self.stuck: Event | None = None

    def display(self, image: Image.Image) -> None:
        if self.stuck is not None:
            self.stuck.wait(WAIT_S)
        if self.cut:
            raise OSError("no acknowledge")
        self.sent += 1
        self.device.display(image)

    def hide(self) -> None:
        self.dark = True


@pytest.fixture
def pulled() -> Pulled:
    return Pulled()


@pytest.fixture
def face(pulled: Pulled, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(oled, "AGAIN_S", 0.01)
    made = OledFace(lambda: pulled, SITE)
    yield made
    made.close()
    assert pulled.dark or pulled.cut


def test_lumas_device_shows_the_picture_of_the_screen(face: OledFace, pulled: Pulled) -> None:
    shown = face.show(OPEN)
    assert face.settled(WAIT_S)
    assert not ImageChops.difference(pulled.device.image.convert("L"), picture(shown).convert("L")).getbbox()


def test_a_screen_that_stays_is_sent_once(face: OledFace, pulled: Pulled) -> None:
    for at_ms in (0, 100, 200):
        face.show(replace(OPEN, now_ms=at_ms))
    assert face.settled(WAIT_S)
    assert pulled.sent == 1


def test_a_display_that_hangs_keeps_nobody_waiting(face: OledFace, pulled: Pulled) -> None:
    pulled.stuck = Event()
    for name, showing in scenes().items():
        assert face.show(showing).lines[0], name
    pulled.stuck.set()
    assert face.settled(WAIT_S)


def test_a_pulled_out_display_comes_back_with_what_is_shown_now(face: OledFace, pulled: Pulled) -> None:
    pulled.cut = True
    face.show(OPEN)
    now = face.show(replace(OPEN, keeper=False))
    pulled.cut = False
    assert face.settled(WAIT_S)
    assert not ImageChops.difference(pulled.device.image.convert("L"), picture(now).convert("L")).getbbox()


def test_a_board_without_the_display_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> oled.Display:
        raise FileNotFoundError("/dev/i2c-1")

    make: Callable[[], oled.Display] = missing
    face = OledFace(make)
    assert face.show(OPEN).name == "FREE"
    face.close()
