"""The light and the buzzer follow the screen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason, SessionKind
from node.doorman.face import ring, texts
from node.doorman.face.ring import RingFace
from node.doorman.face.screens import BUZZES, LEDS
from node.doorman.showing import Guest, Said, Showing, Word

FREE = Showing(now_ms=0, now=datetime(2026, 11, 24, 13, tzinfo=UTC))


@pytest.fixture
def face() -> Iterator[RingFace]:
    before = Device.pin_factory
    factory = MockFactory(pin_class=MockPWMPin)
    Device.pin_factory = factory
    made = RingFace()
    yield made
    made.close()
    factory.reset()
    Device.pin_factory = before


def levels() -> tuple[float, float, float]:
    pins = (Device.pin_factory.pin(number) for number in (ring.RED, ring.GREEN, ring.BLUE))
    red, green, blue = (float(pin.state) for pin in pins)
    return red, green, blue


def test_a_free_machine_glows_green_and_dim(face: RingFace) -> None:
    assert face.show(FREE).name == "FREE"
    red, green, blue = levels()
    assert (red, blue) == (0, 0)
    assert 0 < green < 1


def test_an_emergency_stop_glows_red(face: RingFace) -> None:
    face.show(replace(FREE, inhibits=frozenset({Inhibit.ESTOP})))
    assert levels() == (1, 0, 0)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_can_be_shown(face: RingFace, phase: Phase) -> None:
    assert face.show(replace(FREE, phase=phase)).led


def test_a_refusal_beeps_once_and_not_at_every_turn(face: RingFace, monkeypatch: pytest.MonkeyPatch) -> None:
    beeps = []
    monkeypatch.setattr(face._buzzer, "beep", lambda **how: beeps.append(how))
    denied = replace(FREE, said=Said(Word.DENIED, 0, "en", (Objection(Reason.CERT_MISSING),)))
    for now_ms in (0, 200, 400):
        face.show(replace(denied, now_ms=now_ms))
    assert [beep["n"] for beep in beeps] == [1]
    assert beeps[0]["on_time"] > 0.5


def test_time_over_beeps_again_every_thirty_seconds(face: RingFace, monkeypatch: pytest.MonkeyPatch) -> None:
    beeps = []
    monkeypatch.setattr(face._buzzer, "beep", lambda **how: beeps.append(how))
    late = Guest("", "fr", SessionKind.USE, FREE.now, since_ms=0)
    over = replace(FREE, phase=Phase.ENDING, guest=late)
    for now_ms in (0, 29_999, 30_000, 59_999, 60_000):
        face.show(replace(over, now_ms=now_ms))
    assert len(beeps) == 3


@pytest.mark.parametrize("light", sorted({*LEDS.values()}))
@pytest.mark.parametrize("dot", ["", " + amber dot"])
def test_every_light_is_known_and_none_changes_more_than_twice_a_second(
    face: RingFace, monkeypatch: pytest.MonkeyPatch, light: str, dot: str
) -> None:
    turns: list[float] = []
    monkeypatch.setattr(face._led, "blink", lambda **how: turns.append(how["on_time"] + how["off_time"]))
    monkeypatch.setattr(
        face._led, "pulse", lambda **how: turns.append(how["fade_in_time"] + how["fade_out_time"])
    )
    face._glow(light + dot)
    assert all(turn_s >= 0.5 for turn_s in turns)


def test_a_supervisors_wait_alternates_and_an_offline_machine_has_its_amber_dot(
    face: RingFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = []
    monkeypatch.setattr(face._led, "blink", lambda **how: turned.append((how["on_color"], how["off_color"])))
    face.show(replace(FREE, said=Said(Word.SUPERVISE, 0, "fr", ends_ms=60_000)))
    face.show(replace(FREE, online=False))
    assert turned[0] == (ring.COLOURS["violet"], ring.COLOURS["white"])
    assert turned[1][1] == ring.COLOURS["amber"]


@pytest.mark.parametrize("sound", sorted({*BUZZES.values(), "1 long low"}))
def test_every_sound_is_a_few_beeps(face: RingFace, monkeypatch: pytest.MonkeyPatch, sound: str) -> None:
    beeps = []
    monkeypatch.setattr(face._buzzer, "beep", lambda **how: beeps.append(how))
    face._beep(sound)
    assert 1 <= beeps[0]["n"] <= 3


def test_no_sound_comes_without_its_light_and_its_text() -> None:
    for name in BUZZES:
        assert LEDS[name] != "off"
        assert texts.lines(name, "en", {})[0]


def test_light_and_sound_take_none_of_the_keepers_pins() -> None:
    taken = {17, 27, 5, 6, 13, 19, 26, 22, 23, 24, 25}  # firmware_config/boards and the reader
    assert not taken & {ring.RED, ring.GREEN, ring.BLUE, ring.BUZZER}
