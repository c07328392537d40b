"""What node.toml names is what is fitted; a mistake in it is refused with its line."""

from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin

from node.app.fitting import face_of, keypad_of, reader_of
from node.attached import Fittings, Reader
from node.doorman.face.kiosk.server import KioskFace
from node.doorman.face.oled import OledFace
from node.doorman.face.ring import RingFace
from node.doorman.face.simulated import SeveralFaces, SimulatedFace
from node.doorman.parts import DoormanParts
from node.doorman.reader.poller import Poller
from node.doorman.reader.wedge import Wedge
from node.settings import SettingsError, load
from tests.node.face.scenes import OPEN
from tests.node.reader.test_poller import StillClock

TOML = """[node]
id = "las-1"
machine = "LAS-1"
state_dir = "state"
run_dir = "run"
key_file = "key"

[broker]
host = "127.0.0.1"
port = 1883
user = "las-1"
tls = false

[pins]
relay = 17
estop = 5

"""


def loaded(folder: Path, tail: str):
    file = folder / "node.toml"
    file.write_text(TOML + tail)
    return load(file)


def test_without_a_word_there_is_the_chip_and_no_light(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert (settings.reader, settings.fittings) == (Reader("mfrc522"), Fittings())


def test_a_typing_reader_and_a_tablet_are_told_whole(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        '[reader]\nkind = "wedge"\nevent = "by-id/usb-badge-event-kbd"\nformat = "decimal-reversed"\nuid_bytes = 4\n'
        '[face]\nkind = "oled"\nsite = "https://hub.example/"\nkiosk_port = 8090\n',
    )
    assert settings.reader.event == Path("/dev/input/by-id/usb-badge-event-kbd")
    assert (settings.reader.written, settings.reader.uid_bytes) == ("decimal-reversed", 4)
    assert (settings.fittings.site, settings.fittings.kiosk_port) == ("https://hub.example", 8090)


@pytest.mark.parametrize(
    ("tail", "key"),
    [
        ('[reader]\nkind = "pn532"\n', "kind"),
        ('[reader]\nkind = "wedge"\nevent = "e"\nformat = "octal"\n', "format"),
        ('[reader]\nkind = "wedge"\nevent = "e"\nuid_bytes = 5\n', "uid_bytes"),
        ('[face]\nkind = "neon"\n', "kind"),
        ('[face]\nkind = "ring"\nred = 17\n', "red"),
        ('[face]\nkind = "ring"\ngreen = 25\n', "green"),
        ('[face]\nkind = "ring"\nblue = 16\n', "blue"),
        ('[face]\nkind = "ring"\nbuzzer = 28\n', "buzzer"),
        ('[face]\nsite = "hub.example"\n', "site"),
        ("[face]\ni2c_address = 1\n", "i2c_address"),
        ("[face]\nkiosk_port = 70000\n", "kiosk_port"),
        ('[face]\ndisplay = "hd44780"\n', "display"),
    ],
)
def test_a_mistake_is_refused_with_its_key(tmp_path: Path, tail: str, key: str) -> None:
    with pytest.raises(SettingsError, match=rf"node\.toml:\d+: .*{key}"):
        loaded(tmp_path, tail)


def test_a_typing_reader_without_its_device_or_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="event"):
        loaded(tmp_path, '[reader]\nkind = "wedge"\n')
    with pytest.raises(SettingsError, match="uid_bytes"):
        loaded(tmp_path, '[reader]\nkind = "wedge"\nevent = "e"\nformat = "decimal"\n')


def test_each_kind_of_reader_is_made(tmp_path: Path) -> None:
    clock, parts = StillClock(), DoormanParts()
    assert isinstance(reader_of(Reader("mfrc522"), parts, print, clock), Poller)
    assert isinstance(reader_of(Reader("pcsc", named="acr"), parts, print, clock), Poller)
    wedge = reader_of(Reader("wedge", event=tmp_path / "none"), parts, print, clock)
    assert isinstance(wedge, Wedge)
    assert wedge.readings == (0, 0)


def test_each_face_is_made_and_closed() -> None:
    before = Device.pin_factory
    factory = Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    try:
        assert isinstance(face_of(Fittings()), SimulatedFace)
        assert isinstance(face_of(Fittings("console", kiosk_port=None)), SimulatedFace)
        for fitted, kind in (
            (Fittings("ring"), RingFace),
            (Fittings("oled", i2c_bus=22), SeveralFaces),
            (Fittings("ring", kiosk_port=0), SeveralFaces),
            (Fittings(kiosk_port=0), KioskFace),
        ):
            face = face_of(fitted)
            assert isinstance(face, kind)
            assert face.show(OPEN).name == "FREE"
            face.close()
    finally:
        factory.reset()
        Device.pin_factory = before


def test_a_display_without_its_bus_is_no_reason_to_stop() -> None:
    face = OledFace(lambda: (_ for _ in ()).throw(OSError("no bus")))
    assert face.show(OPEN).name == "FREE"
    face.close()


def pressed(_: object) -> None:
    """The doorman's inbox."""


@pytest.mark.parametrize(("host", "typed"), [("127.0.0.1", True), ("0.0.0.0", True), ("127.0.0.2", False)])
def test_a_code_can_be_typed_where_a_tablet_of_this_board_has_its_page(host: str, typed: bool) -> None:
    face = face_of(Fittings(kiosk_host=host, kiosk_port=0), pressed)
    assert keypad_of(face) is typed
    face.close()


def test_a_tablet_that_found_its_port_taken_types_no_code() -> None:
    first = face_of(Fittings(kiosk_port=0), pressed)
    second = face_of(Fittings(kiosk_port=first.port), pressed)
    assert (keypad_of(first), keypad_of(second)) == (True, False)
    first.close()
    second.close()


def test_a_page_for_reading_and_a_bare_box_type_none() -> None:
    reading = face_of(Fittings(kiosk_port=0))
    assert not keypad_of(reading)
    reading.close()
    assert not keypad_of(face_of(Fittings()))
