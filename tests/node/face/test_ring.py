"""The light and the buzzer follow the screen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from core.case import Objection
from core.vocabulary import Inhibit, Phase, Reason, SessionKind
from node.doorman.face import ring
from node.doorman.face.ring import RingFace
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
