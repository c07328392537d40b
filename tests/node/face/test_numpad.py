"""A machine without a tablet, and a plain keypad of ten digits beside its reader: the same code, typed with gloves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.app.fitting import face_of, keypad_of
from node.attached import Fittings
from node.doorman.events import PinTyped
from node.doorman.face.numpad import DIGITS, NumpadFace
from node.doorman.face.screens import screen
from node.doorman.reader import wedge
from node.doorman.showing import Said, Word
from node.settings import SettingsError
from tests.node.face.scenes import OPEN, scenes
from tests.node.face.test_fitting import loaded

ASKED = replace(OPEN, now_ms=500, said=Said(Word.PIN, 0, "nl", ends_ms=30_000))
AGAIN = replace(ASKED, now_ms=900, said=Said(Word.PIN, 800, "nl", ends_ms=30_800, text="wrong"))
PADS = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73), strict=True))
ENTER, POINT, LETTER_A = 96, 83, 30


class Fingers:
    """The keypad's thread, without one."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.on = False
        self.face = NumpadFace(self._listen, self.heard.append)

    def _listen(self, press: Callable[[int], None], told: Callable[[bool], None]) -> "Fingers":
        self.press, self.told = press, told
        return self

    def start(self) -> None:
        self.on = True

    def stop(self) -> None:
        self.on = False

    def type(self, text: str, *then: int) -> None:
        for code in (*(PADS[digit] for digit in text), *then):
            self.press(code)


@pytest.fixture
def pad() -> Fingers:
    made = Fingers()
    made.face.show(ASKED)
    return made


def test_a_code_and_enter_reach_the_doorman_once(pad: Fingers) -> None:
    pad.type("2580", ENTER, ENTER)
    pad.face.show(replace(ASKED, now_ms=600))
    pad.type("2580", ENTER)
    assert pad.heard == [PinTyped("2580", 500)]


def test_the_row_above_the_letters_types_the_same(pad: Fingers) -> None:
    for code in (3, 6, 9, 11, 28):
        pad.press(code)
    assert pad.heard == [PinTyped("2580", 500)]


def test_nothing_counts_while_nobody_is_asked() -> None:
    pad = Fingers()
    for showing in scenes().values():
        if screen(showing).name not in ("PIN", "PIN_WRONG"):
            pad.face.show(showing)
            pad.type("2580", ENTER)
    assert pad.heard == []


def test_what_was_typed_before_the_question_is_no_part_of_the_answer(pad: Fingers) -> None:
    pad.type("99")
    pad.face.show(OPEN)
    pad.type("99")
    pad.face.show(AGAIN)
    pad.type("2580", ENTER)
    assert pad.heard == [PinTyped("2580", 900)]


def test_after_a_wrong_code_another_may_be_typed(pad: Fingers) -> None:
    pad.type("1111", ENTER)
    pad.face.show(AGAIN)
    pad.type("2580", ENTER)
    assert pad.heard == [PinTyped("1111", 500), PinTyped("2580", 900)]


@pytest.mark.parametrize(
    ("typed", "sent"), [("123", 0), ("1234", 1), ("1" * 12, 1), ("1" * 13, 0), ("1" * 900, 0)]
)
def test_four_to_twelve_digits_are_a_code(pad: Fingers, typed: str, sent: int) -> None:
    pad.type(typed, ENTER)
    assert len(pad.heard) == sent


def test_a_slip_is_taken_back_whole_and_a_letter_is_nothing(pad: Fingers) -> None:
    pad.type("999", POINT)
    pad.type("25", LETTER_A)
    pad.type("80", ENTER)
    assert pad.heard == [PinTyped("2580", 500)]


def test_a_keypad_pulled_out_forgets_half_a_code(pad: Fingers) -> None:
    pad.type("99")
    for lost in (True, False):
        pad.told(lost)
    pad.type("2580", ENTER)
    assert pad.heard == [PinTyped("2580", 500)]


def test_it_shows_what_all_show_and_stops_with_the_face(pad: Fingers) -> None:
    assert pad.on
    assert pad.face.show(ASKED) == screen(ASKED)
    pad.face.close()
    assert not pad.on


@given(st.lists(st.integers(0, 300), max_size=60))
def test_whatever_keys_are_pressed_only_whole_codes_come_out(codes: list[int]) -> None:
    pad = Fingers()
    pad.face.show(ASKED)
    for code in codes:
        pad.press(code)
    assert len(pad.heard) <= 1
    assert all(isinstance(one, PinTyped) and 4 <= len(one.digits) <= 12 for one in pad.heard)


def test_node_toml_fits_one_and_then_a_code_can_be_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = loaded(tmp_path, '[face]\nkeypad = "by-id/usb-pad-event-kbd"\n')
    assert settings.fittings.keypad == Path("/dev/input/by-id/usb-pad-event-kbd")
    monkeypatch.setattr(wedge, "AGAIN_S", 0.01)
    face = face_of(Fittings(keypad=tmp_path / "none"), print)
    assert keypad_of(face)
    face.close()
    assert not keypad_of(face_of(Fittings()))


def test_one_device_is_not_both_reader_and_keypad(tmp_path: Path) -> None:
    both = '[reader]\nkind = "wedge"\nevent = "by-id/one"\n[face]\nkeypad = "by-id/one"\n'
    with pytest.raises(SettingsError, match="keypad"):
        loaded(tmp_path, both)


def test_the_two_rows_of_digits_are_ten_each() -> None:
    assert sorted(DIGITS.values()) == sorted("0123456789" * 2)
